/**
 * What a neuron does to one prediction: by the direct path (an approximation), by its ablation (exact), beside twenty
 * neurons of its layer that write as much, and at other strengths, here and on a line that has nothing to do with it.
 *
 * Source: ablation effects beside direct ones as in McGrath et al., "The Hydra effect", 2023; suppressing and
 * amplifying after Dai et al., "Knowledge neurons in pretrained transformers", 2022.
 */
import type { WorkOptions } from "../base/cancel";
import type { BaseRun, Runner, Vocabulary } from "../graph/runner";
import type { RunWindow } from "../protocol/model";
import type { AblatedNeuron, EffectChoice, EffectPercentile, NeuronEffects } from "../protocol/neuronEffects";
import { neuronActivations, neuronKey, postHook, requireNeuron, type NeuronId } from "./common/activations";
import { topTokens } from "./common/decodeRows";
import {
  ablatedTo,
  ablationEdit,
  ablationEffects,
  ablationWay,
  type AblationWay,
} from "./common/effects/ablation";
import { DirectPath, noDirectPath } from "./common/effects/directPath";
import { findTarget, type FoundTarget, type TokenOf } from "./common/effects/target";
import { layerWrites } from "./common/effects/writes";
import { percentileOf } from "./common/percentile";
import { readAt } from "./common/reads";
import { selectedPositions, strongestOf, type SelectionRange } from "./common/selection";
import { matchedNeurons } from "./neuronEffects/matched";
import {
  factorsUpTo,
  strengthsElsewhere,
  strengthsHere,
  type UnrelatedLine,
} from "./neuronEffects/strengths";

/** Tokens of the plain prediction that are listed, to choose from. */
const choices = 12;
/** The largest factor where nobody says one. */
const strongestFactor = 8;

/** What the effects of a neuron ask for. */
export interface EffectsRequest extends NeuronId {
  readonly window: RunWindow;
  readonly range: SelectionRange;
  readonly choice: EffectChoice;
  readonly tokenOf: TokenOf;
  /** Null where the model has no tokenizer. */
  readonly unrelated: UnrelatedLine | null;
}

/**
 * The effects of one neuron on one prediction.
 * @throws {AnalysisError} "out-of-range", "empty-selection", "bad-target"
 */
export async function neuronEffects(
  runner: Runner,
  vocabulary: Vocabulary,
  request: EffectsRequest,
  options: WorkOptions = {},
): Promise<NeuronEffects> {
  const { window, layer, neuron, choice } = request;
  const { ids } = window;
  const id = { layer, neuron };
  requireNeuron(runner, id);
  const work = { signal: options.signal };
  const selected = selectedPositions(window, request.range);
  const own = await neuronActivations(runner, { ids, neurons: [id] }, work);
  const activations = own.get(neuronKey(id)) as Float32Array;
  const position = strongestOf(selected, activations, runner.info.gatedMlp);
  const base = await runner.base(ids, work);
  const found = await findTarget(runner, vocabulary, { ...request, base, position }, work);
  const writes = await layerWrites(runner, { ids, layer, positions: selected }, work);
  const neurons = [neuron, ...matchedNeurons(writes, neuron)];
  const way = ablationWay(window, { selected, asked: choice.ablation });
  const asked = { ids, layer, neurons, selected, way, found, writes };
  const { all, to } = await ablated(runner, base, asked, options);
  const [effect, ...controls] = all;
  const factors = factorsUpTo(choice.strongest ?? strongestFactor);
  const strengths = await strengthsHere(
    runner,
    vocabulary,
    { ...id, base, found, selected, factors },
    options,
  );
  const decoded = await runner.decode({ rows: found.row, k: Math.min(choices, runner.info.dVocab) }, work);
  const noDirect = noDirectPath(runner);
  const { unrelated } = request;
  return {
    about: "next",
    ...id,
    window,
    selected,
    target: found.target,
    ablation: way.ablation,
    activation: activations[found.target.position],
    ablatedTo: to[neuron],
    plain: { ...found.plain, top: topTokens(decoded, 0, vocabulary) },
    effect,
    ...(noDirect === null ? {} : { noDirect }),
    controls,
    percentile: amongMatched(effect, controls),
    strengths,
    elsewhere:
      unrelated && (await strengthsElsewhere(runner, vocabulary, { ...id, unrelated, factors }, options)),
  };
}

/** Neurons of a layer with their effects on the target. */
async function ablated(
  runner: Runner,
  base: BaseRun,
  of: {
    readonly ids: readonly number[];
    readonly layer: number;
    readonly neurons: readonly number[];
    readonly selected: readonly number[];
    readonly way: AblationWay;
    readonly found: FoundTarget;
    readonly writes: ArrayLike<number>;
  },
  options: WorkOptions,
): Promise<{ all: AblatedNeuron[]; to: Float32Array }> {
  const { ids, layer, neurons, selected, way, found } = of;
  const to = await ablatedTo(runner, { ids, layer, way }, options);
  const edits = neurons.map((neuron) => ablationEdit({ layer, neuron }, to, selected));
  const message = "Ablating the neuron and its controls";
  const exact = await ablationEffects(runner, base, { found, edits, message }, options);
  const direct = await directEffects(runner, { ...of, to }, options);
  const all = neurons.map((neuron, i) => ({
    neuron,
    write: of.writes[neuron],
    direct: direct === null ? null : direct[i],
    exact: exact[i],
  }));
  return { all, to };
}

async function directEffects(
  runner: Runner,
  of: {
    readonly ids: readonly number[];
    readonly layer: number;
    readonly neurons: readonly number[];
    readonly selected: readonly number[];
    readonly found: FoundTarget;
    readonly to: Float32Array;
  },
  options: WorkOptions,
): Promise<AblatedNeuron["direct"][] | null> {
  const { ids, layer, neurons, found, to } = of;
  if (noDirectPath(runner) !== null) return null;
  const { position } = found.target;
  const path = await DirectPath.read(runner, { ids, found }, options);
  const hook = postHook(layer);
  const read = { hook, positions: [position], neurons };
  const there = readAt(
    await runner.run({ ids, reads: [read], cache: "none" }, { signal: options.signal }),
    hook,
  ).data;
  const weights = await runner.neuronWeights(layer, neurons);
  // What is ablated at other positions alone reaches this one by attention, not by the direct path.
  const share = of.selected.includes(position) ? 1 : 0;
  const outputs = neurons.map((neuron, i) => {
    const change = share * (there[i] - to[neuron]);
    return weights[i].out.map((x) => x * change);
  });
  return path.effects(layer, outputs, { signal: options.signal });
}

/** Where the effects stand among those of the matched neurons, by size. */
function amongMatched(effect: AblatedNeuron, controls: readonly AblatedNeuron[]): EffectPercentile | null {
  if (controls.length === 0) return null;
  const size = (of: (one: AblatedNeuron) => number, one: AblatedNeuron): number => Math.abs(of(one));
  const share = (of: (one: AblatedNeuron) => number): number =>
    percentileOf(
      size(of, effect),
      controls.map((one) => size(of, one)),
    ) as number;
  return {
    direct:
      effect.direct === null
        ? null
        : {
            logProb: share(({ direct }) => direct?.logProb ?? 0),
            logitDiff: share(({ direct }) => direct?.logitDiff ?? 0),
          },
    exact: {
      logProb: share(({ exact }) => exact.logProb),
      logitDiff: share(({ exact }) => exact.logitDiff),
      kl: share(({ exact }) => exact.kl),
    },
  };
}
