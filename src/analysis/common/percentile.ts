/** Where a value stands among draws of a null. */

/** Share of the draws below a value, 0 … 1, ties counting half; null where there are none. */
export function percentileOf(value: number, draws: readonly number[]): number | null {
  if (draws.length === 0) return null;
  return draws.reduce((sum, one) => sum + (one < value ? 1 : one === value ? 0.5 : 0), 0) / draws.length;
}
