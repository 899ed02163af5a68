/** A sum of directions as it is written: `+ power - 0.5 morality`. */

/** One direction in a sum. */
export interface NamedWeight {
  readonly name: string;
  readonly weight: number;
}

/**
 * Reads a sum. Names may hold spaces, signs and digits: the longest known name that begins at a place is the one meant.
 * Null where it is none.
 */
export function parseSum(text: string, names: readonly string[]): readonly NamedWeight[] | null {
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  const parts: NamedWeight[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const [lead = "", sign] = /^([+\-−])?\s*/u.exec(rest) ?? [];
    if (sign === undefined && parts.length > 0) return null;
    rest = rest.slice(lead.length);
    // A name that begins with a number is a name first.
    const [times = "", factor] =
      nameAt(rest, longestFirst) === undefined ? (/^(\d+(?:\.\d+)?|\.\d+)\s*[*·]?\s+/u.exec(rest) ?? []) : [];
    rest = rest.slice(times.length);
    const name = nameAt(rest, longestFirst);
    if (name === undefined) return null;
    const size = factor === undefined ? 1 : Number(factor);
    parts.push({ name, weight: sign === "-" || sign === "−" ? -size : size });
    rest = rest.slice(name.length).trim();
  }
  return parts.length > 0 ? parts : null;
}

const nameAt = (text: string, names: readonly string[]): string | undefined =>
  names.find((name) => text.startsWith(name) && /^(\s|$)/.test(text.slice(name.length)));

/** A sum of names, the first one positive, those behind it taken away. */
export const firstSum = (names: readonly string[]): string =>
  names.map((name, i) => `${i === 0 ? "+" : "-"} ${name}`).join(" ");

/** A name for a sum's file. */
export const sumName = (parts: readonly NamedWeight[]): string =>
  parts
    .map(({ name, weight }, i) => `${i === 0 && weight > 0 ? "" : weight < 0 ? "minus-" : "plus-"}${name}`)
    .join("-");
