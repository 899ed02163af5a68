/** Scores as they are painted: on the scale on which the means of the training classes are ±1. */
import type { DirectionReading } from "../../../src/protocol/direction";

/** Scores with where the sides part. */
export type Scored = Pick<DirectionReading["layers"][number], "threshold" | "spread" | "scores">;

/** Whether texts say where the sides part. */
export const isCalibrated = ({ threshold, spread }: Omit<Scored, "scores">): boolean =>
  threshold !== null && spread !== null && spread > 0;

/** (score − threshold) / spread; without a threshold, the score as a share of the largest one. */
export function scaled({ threshold, spread, scores }: Scored): readonly number[] {
  if (threshold !== null && spread !== null && spread > 0)
    return scores.map((score) => (score - threshold) / spread);
  const most = Math.max(1e-12, ...scores.map(Math.abs));
  return scores.map((score) => score / most);
}

/** The end of the scale of several rows: the largest value, at least 1. */
export const fullScale = (rows: readonly (readonly number[])[]): number =>
  rows.reduce((most, row) => row.reduce((found, value) => Math.max(found, Math.abs(value)), most), 1);
