/** All neurons by their direct effect on one prediction: to first order, all norm scales frozen. */
import type { WorkOptions } from "../../base/cancel";
import type { BaseRun, ReadSpec, Runner, Vocabulary } from "../../graph/runner";
import type { RunWindow } from "../../protocol/model";
import type { Ablation, Effect, EffectChoice, EffectTarget, RunEffect } from "../../protocol/neuronEffects";
import { postHook, type NeuronId } from "../common/activations";
import { AnalysisError } from "../common/analysisError";
import { logSoftmax } from "../common/divergence";
import { ablationEdit, ablationEffects, ablationWay, type AblationWay } from "../common/effects/ablation";
import { DirectPath, noDirectPath } from "../common/effects/directPath";
import { findTarget, type FoundTarget, type TokenOf } from "../common/effects/target";
import { indices, readAt } from "../common/reads";

/** What a ranking by effect asks for. */
export interface EffectRankRequest {
  readonly window: RunWindow;
  readonly selected: readonly number[];
  readonly choice: EffectChoice;
  readonly measure: keyof Effect;
  readonly tokenOf: TokenOf;
}

/** Every neuron's direct effect, and what its exact one takes. */
export interface EffectRanking {
  readonly target: EffectTarget;
  readonly ablation: Ablation;
  /** [nLayers · dMlp]; positive where the neuron raises the measure. */
  readonly effects: Float64Array;
  exact(neurons: readonly NeuronId[], options: WorkOptions): Promise<RunEffect[]>;
}

/**
 * Direct effects of all neurons.
 * @throws {AnalysisError} "no-direct-path", "bad-target"
 */
export async function effectRanking(
  runner: Runner,
  vocabulary: Vocabulary,
  request: EffectRankRequest,
  options: WorkOptions = {},
): Promise<EffectRanking> {
  const { window, selected, choice, measure } = request;
  const none = noDirectPath(runner);
  if (none !== null)
    throw new AnalysisError("no-direct-path", none, { next: "Rank by z or by what neurons write." });
  const work = { signal: options.signal };
  const { ids } = window;
  const base = await runner.base(ids, work);
  const position = selected[selected.length - 1];
  const found = await findTarget(runner, vocabulary, { ...request, base, position }, work);
  const way = ablationWay(window, { selected, asked: choice.ablation });
  const path = await DirectPath.read(runner, { ids, found }, work);
  const direction = await runner.logitDirections(await slopeOf(runner, found, measure));
  const { here, to } = await activationsAt(runner, { ids, position: found.target.position, way }, work);
  const isChanged = selected.includes(found.target.position) ? 1 : 0;
  const { nLayers, dMlp } = runner.info;
  const effects = new Float64Array(nLayers * dMlp);
  for (let l = 0; l < nLayers; l++) {
    options.onProgress?.({ done: l, total: nLayers, message: "Reading what neurons write" });
    const slopes = await path.slopes(l, direction);
    slopes.forEach(
      (slope, j) => (effects[l * dMlp + j] = isChanged * slope * (here[l * dMlp + j] - to[l * dMlp + j])),
    );
  }
  return {
    target: found.target,
    ablation: way.ablation,
    effects,
    exact: exactOf(runner, base, { found, to, selected }),
  };
}

function exactOf(
  runner: Runner,
  base: BaseRun,
  { found, to, selected }: { found: FoundTarget; to: Float32Array; selected: readonly number[] },
): EffectRanking["exact"] {
  const { dMlp } = runner.info;
  return (neurons, options) => {
    const ofLayer = (layer: number): Float32Array => to.subarray(layer * dMlp, (layer + 1) * dMlp);
    const edits = neurons.map((id) => ablationEdit(id, ofLayer(id.layer), selected));
    return ablationEffects(runner, base, { found, edits, message: "Ablating neurons" }, options);
  };
}

/** The measure's slope along every logit, as it is before a soft cap: [dVocab]. */
async function slopeOf(runner: Runner, found: FoundTarget, measure: keyof Effect): Promise<Float32Array> {
  const { token, minus } = found.target;
  const { logits } = await runner.logitsOf(found.row);
  const slopes =
    measure === "logProb"
      ? Float32Array.from(logSoftmax(logits), (logProb) => -Math.exp(logProb))
      : new Float32Array(logits.length);
  slopes[token.id] += 1;
  if (measure === "logitDiff") slopes[minus.id] -= 1;
  const { softCap } = runner.readout;
  return softCap === null ? slopes : slopes.map((slope, id) => slope * (1 - (logits[id] / softCap) ** 2));
}

/** What every activation is at a position, and what ablation makes of it: [nLayers · dMlp] each. */
async function activationsAt(
  runner: Runner,
  of: { readonly ids: readonly number[]; readonly position: number; readonly way: AblationWay },
  options: WorkOptions,
): Promise<{ here: Float32Array; to: Float32Array }> {
  const { ids, position, way } = of;
  const { nLayers, dMlp } = runner.info;
  const isMean = way.ablation === "mean";
  const reads = indices(nLayers).flatMap((l): ReadSpec[] => [
    { hook: postHook(l), positions: [position], as: `at ${l}` },
    ...(isMean
      ? [{ hook: postHook(l), positions: way.over, reduce: { kind: "mean" } as const, as: `mean ${l}` }]
      : []),
  ]);
  const run = await runner.run({ ids, reads, cache: "none" }, options);
  const [here, to] = [new Float32Array(nLayers * dMlp), new Float32Array(nLayers * dMlp)];
  for (let l = 0; l < nLayers; l++) {
    here.set(readAt(run, `at ${l}`).data, l * dMlp);
    if (isMean) to.set(readAt(run, `mean ${l}`).data, l * dMlp);
  }
  return { here, to };
}
