/** The unit that log-probabilities, entropies and divergences are shown in. Results are always in nats. */

/** All units, the default first. */
export const logUnits = ["nats", "bits"] as const;

/** A unit of logarithms: natural, or to base 2. */
export type LogUnit = (typeof logUnits)[number];

/** A number of nats in a unit. */
export function fromNats(nats: number, unit: LogUnit): number {
  return unit === "bits" ? nats / Math.LN2 : nats;
}
