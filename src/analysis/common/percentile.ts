/** Where a value stands among those of a null. */

/** Share of the draws that are below the value, 0 … 1; null where there are none. */
export function percentileOf(value: number, draws: readonly number[]): number | null {
  if (draws.length === 0) return null;
  return draws.filter((one) => one < value).length / draws.length;
}
