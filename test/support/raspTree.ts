/** Syntax trees for comparison: without the places in the text. */

const PLACES = new Set(["range", "signRange", "braces"]);

/** A tree without ranges. */
export function withoutPlaces(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => (PLACES.has(key) ? undefined : value)),
  ) as unknown;
}
