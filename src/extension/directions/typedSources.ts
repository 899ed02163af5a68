/** Neurons, a head and demonstrations as a person types them. Pure, so that it can be tested without an editor. */
import type { DirectionSpec } from "../../protocol/direction";

type Neurons = NonNullable<DirectionSpec["neurons"]>;
type Head = NonNullable<DirectionSpec["head"]>;

/** An input and its output. */
export type Demonstration = readonly [input: string, output: string];

/** Neurons by layer and number with commas between them, each with a sign or a factor where it has one; null for anything else. */
export function neuronsFrom(typed: string): Neurons | null {
  const found = typed.split(",").map((one) => {
    const parts = /^([-−+])?\s*(?:(\d+(?:\.\d+)?)\s*[*×·]\s*)?(\d{1,6})\.(\d{1,7})$/.exec(one.trim());
    if (!parts) return null;
    const [, sign, factor = "1", layer, neuron] = parts;
    const weight = (sign === "-" || sign === "−" ? -1 : 1) * Number(factor);
    return weight === 0 ? null : { layer: Number(layer), neuron: Number(neuron), weight };
  });
  return found.every((one) => one !== null) ? found : null;
}

/** Neurons as they are typed. */
export const neuronsLine = (neurons: Neurons): string =>
  neurons
    .map(({ layer, neuron, weight }) => {
      const size = Math.abs(weight) === 1 ? "" : `${Math.abs(weight)}*`;
      return `${weight < 0 ? "-" : ""}${size}${layer}.${neuron}`;
    })
    .join(", ");

/** A head by layer and number; null for anything else. */
export function headFrom(typed: string): Head | null {
  const found = /^(\d{1,6})\.(\d{1,6})$/.exec(typed.trim());
  return found && { layer: Number(found[1]), head: Number(found[2]) };
}

const arrow = /->|→|=>/;

/** Fewest demonstrations that leave some to show, two to ask dummy queries with, one to choose by and two to judge by. */
export const fewestDemonstrations = 6;

/**
 * Demonstrations with semicolons or line breaks between them and an arrow between input and output; null where one has
 * no arrow, or lacks a side.
 */
export function demonstrationsFrom(typed: string): readonly Demonstration[] | null {
  const parts = typed.split(/[;\n]/).filter((one) => one.trim() !== "");
  const found = parts.map((one): Demonstration | null => {
    const [input, output, ...more] = one.split(arrow).map((side) => side.trim());
    return more.length === 0 && input && output ? [input, output] : null;
  });
  return found.length > 0 && found.every((one) => one !== null) ? found : null;
}

/** Demonstrations as one line. */
export const demonstrationsLine = (pairs: readonly Demonstration[]): string =>
  pairs.map((pair) => pair.join(" -> ")).join("; ");

/** How many are shown in one prompt: five, or what fewer pairs leave beside those held out and the dummy queries. */
export const shownOf = (pairs: number): number => Math.max(1, Math.min(5, Math.floor((pairs - 4) / 2)));
