/** What the Sweep page shows and asks. */
import type { SteeringSweepPlan, SteeringSweepRan, SweepCells } from "./steeringSweep";

/** End of the name of every sweep plan that an editor knows as one. */
export const sweepSuffix = ".introspect-sweep.json";

/** End of the name of its result, in the place of the plan's own. */
export const sweepResultSuffix = ".introspect-sweep.result.json";

/** What stands beside the cells once a sweep came to its end. */
export type SweepOutcome = Omit<SteeringSweepRan, keyof SweepCells>;

/** Data of the Sweep panel. */
export interface SweepPanelData {
  readonly plan: SteeringSweepPlan;
  /** The plan's file, as shown to the reader; null where it has none. */
  readonly file: string | null;
  /** What is measured by now. */
  readonly cells: SweepCells;
  /** Null while it runs, and where it was stopped. */
  readonly outcome: SweepOutcome | null;
}

/** What the Sweep page may ask of the host. */
export interface SweepHostApi {
  /** Runs the steering experiment of a cell (row, column), with its controls. */
  "sweep/open": { params: { cell: readonly [number, number] }; result: null };
}
