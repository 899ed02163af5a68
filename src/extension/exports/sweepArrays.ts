/** Arrays behind the figures of the Sweep panel. No hooks: a sweep is of runs of many edits. */
import type { ModelInfo } from "../../protocol/model";
import { isInNats, type MeasureKind } from "../../protocol/steeringMeasure";
import type { EffectAndCost } from "../../protocol/steeringSweep";
import type { SweepPanelData } from "../../protocol/sweepPanel";
import { real, whole, type ArrayPlan } from "./arrayParts";

/** All of a sweep, whichever figure was asked for. */
export function sweepPlan({ plan, cells, outcome }: SweepPanelData, model: ModelInfo): ArrayPlan {
  const axes = ["layer", "strength"];
  const effect = unitOf(plan.effect.of);
  const cost = unitOf(plan.cost.of);
  const both = (name: string, all: readonly EffectAndCost[]) =>
    all.length === 0
      ? []
      : [
          real(`${name}_effect`, ["draw"], all.map((one) => one.effect), effect), // prettier-ignore
          real(`${name}_cost`, ["draw"], all.map((one) => one.cost), cost), // prettier-ignore
        ];
  const { controls, pareto } = outcome ?? {};
  const shown = [
    whole("layer", ["layer"], cells.layers),
    real("strength", ["strength"], cells.strengths),
    real("effect", axes, cells.effect, effect),
    real("cost", axes, cells.cost, cost),
    real("relative_norm", axes, cells.relativeNorm),
    ...both("plain", cells.baseline ? [cells.baseline] : []),
    ...(pareto ? [whole("pareto", ["entry", "rowAndColumn"], pareto)] : []),
    ...both("isotropic", controls?.isotropic ?? []),
    ...both("shuffled", controls?.shuffled ?? []),
  ];
  return { shown, model: model.path, runs: [] };
}

const unitOf = (of: MeasureKind): { unit?: string } => (isInNats(of) ? { unit: "nats" } : {});
