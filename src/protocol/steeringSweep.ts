/** Sweeps of steering: layers × strengths, an effect against a cost. */
import type { BosPolicy } from "../base/bosPolicy";
import type { Sampling } from "./edit";
import type { SteeringMeasure } from "./steeringMeasure";

/** Which controls a sweep runs beside itself, and at which cell. */
export interface SweepControlsAsked {
  readonly isotropic: number;
  readonly shuffled: number;
  readonly seed: number;
  /** The cell; left out, the best one. */
  readonly at?: { readonly layer: number; readonly strength: number };
}

/**
 * A sweep of steering, as PLAN.json says it. In `edits`, `{layer}` stands for the layer and `{strength}` for the
 * strength, as in a plan of cells; an edit without `scale` has the strength for one.
 */
export interface SteeringSweepPlan {
  readonly version: 1;
  readonly model?: { readonly path: string; readonly digest: string | null };
  readonly prompt: string;
  readonly bos?: BosPolicy;
  readonly edits: readonly Readonly<Record<string, unknown>>[];
  readonly layers: "all" | readonly number[];
  readonly strengths: readonly number[];
  readonly effect: SteeringMeasure & { readonly better?: "higher" | "lower" };
  /** Less is better. */
  readonly cost: SteeringMeasure;
  /** The best cell is looked for among those that cost no more. */
  readonly mostCost?: number;
  /** For measures that draw texts. */
  readonly sampling: Sampling;
  readonly controls: SweepControlsAsked;
}

/** Effect and cost at one place. */
export interface EffectAndCost {
  readonly effect: number;
  readonly cost: number;
}

/** The controls at one cell. */
export interface SweepControls {
  readonly at: { readonly layer: number; readonly strength: number };
  /** "best": chosen among all cells by the very numbers that are compared here, which flatters it. */
  readonly chosen: "given" | "best";
  readonly real: EffectAndCost;
  /** The same edits at strength zero; `same`: no bit of effect or cost differs from the plain run's. */
  readonly zero: EffectAndCost & { readonly same: boolean };
  readonly isotropic: readonly EffectAndCost[];
  readonly shuffled: readonly EffectAndCost[];
  /** Share of each null's draws whose effect is worse than the real one, 0 … 1; null where none were run. */
  readonly percentiles: { readonly isotropic: number | null; readonly shuffled: number | null };
  readonly positiveOnly?: EffectAndCost;
  readonly embeddingOnly?: EffectAndCost;
}

/** What was measured cell by cell: rows are layers, columns strengths; null where a sweep has not come yet. */
export interface SweepCells {
  readonly layers: readonly number[];
  readonly strengths: readonly number[];
  readonly effect: readonly (readonly (number | null)[])[];
  readonly cost: readonly (readonly (number | null)[])[];
  /** Per cell ‖what is changed‖ / ‖what was there‖ in the prompt, as in `SteerResult`; null where nothing is added. */
  readonly relativeNorm: readonly (readonly (number | null)[])[];
  /** Both measures of the plain run; null before it was measured. */
  readonly baseline: EffectAndCost | null;
}

/** What a sweep tells of itself with its progress: one cell, as soon as it is measured. */
export interface SweepPart extends EffectAndCost {
  /** Row and column. */
  readonly cell: readonly [number, number];
  readonly relativeNorm: number | null;
  readonly baseline: EffectAndCost;
}

/** Answer of `introspect sweep` to such a plan, every cell measured. */
export interface SteeringSweepResult extends SweepCells {
  readonly effect: readonly (readonly number[])[];
  readonly cost: readonly (readonly number[])[];
  readonly baseline: EffectAndCost;
  readonly effectOf: SteeringSweepPlan["effect"]["of"];
  readonly costOf: SteeringMeasure["of"];
  /** Whether more of the effect is better. */
  readonly better: "higher" | "lower";
  /** Cells than which none has as good an effect at less cost or a better one at the same, by cost: [row, column]. */
  readonly pareto: readonly (readonly [number, number])[];
  /** The cell of the best effect among those within `mostCost`; null where there is none. */
  readonly best: readonly [number, number] | null;
  readonly controls: SweepControls | null;
  readonly warnings: readonly string[];
}

/** The same of an open model, with what was run. */
export interface SteeringSweepRan extends SteeringSweepResult {
  readonly bos: boolean;
  readonly digest: string;
}
