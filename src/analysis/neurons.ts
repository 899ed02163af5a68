/**
 * Neurons that fire on a selection more than they usually do, over all layers.
 *
 * A neuron's score is the z-score of its mean activation on the selected tokens against its record on held-out text;
 * where the model has no records, against the rest of the window. Position 0 and special tokens are left out of both.
 * A gated neuron is signed: it comes up where it is further out than usual on the side it fires on, so that strongly
 * negative ones do too, and its score keeps its sign. Other orders: by what it writes, and by its direct effect on a
 * prediction.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { ModelRecords, Runner, Vocabulary } from "../graph/runner";
import type { RunWindow } from "../protocol/model";
import type { RunEffect } from "../protocol/neuronEffects";
import type { NeuronScore, NeuronsResult, RankChoice, RankedEffect } from "../protocol/neurons";
import {
  neuronActivations,
  neuronKey,
  postHook,
  type NeuronId,
  type RecordActivations,
} from "./common/activations";
import { writtenTokens, type SignedNeuron } from "./common/directions";
import type { TokenOf } from "./common/effects/target";
import { layerWrites } from "./common/effects/writes";
import { explainNeurons, withControls } from "./common/explanation/explain";
import { indices, readAt } from "./common/reads";
import { isRanked, selectedPositions, type SelectionRange } from "./common/selection";
import { effectRanking } from "./neurons/byEffect";

/** Floats of activations that one run may bring back. */
const readBudget = 16_777_216;
/** Positions that the rest of a window must have to be compared with. */
const leastRest = 8;
/**
 * A deviation counts as at least this share of its layer's median, so that a neuron that hardly ever moves, or did
 * not move in a short text, does not outrank all others by a tiny denominator.
 */
const deviationFloor = 0.25;
/** Promoted and suppressed tokens listed per neuron. */
const tokensListed = 8;

/** What a ranking asks for. */
export interface RankRequest {
  readonly window: RunWindow;
  readonly range: SelectionRange;
  readonly k: number;
  /** The neurons of this layer alone; null or left out, of all. */
  readonly layer?: number | null | undefined;
  /** The model's records and what was read over them; null where the model has none. */
  readonly records: RecordActivations | null;
  /** By z where it is left out. */
  readonly choice?: RankChoice;
  /** Finds the token that a text is, for effects on one. */
  readonly tokenOf?: TokenOf;
}

/**
 * The k neurons that come first, each with what it writes and its explanation.
 * @throws {AnalysisError} "empty-selection"; by effect "bad-target" and "no-direct-path"
 */
export async function rankNeurons(
  runner: Runner,
  vocabulary: Vocabulary,
  request: RankRequest,
  options: WorkOptions = {},
): Promise<NeuronsResult> {
  const { window } = request;
  const { dMlp } = runner.info;
  const selected = selectedPositions(window, request.range);
  const { scores, sizes, isSigned, baseline, effect, exact } = await ranked(
    runner,
    vocabulary,
    { ...request, selected },
    options,
  );
  const top = strongest(sizes ?? scores, request, dMlp);
  const ids = top.map((i): NeuronId => ({ layer: Math.floor(i / dMlp), neuron: i % dMlp }));
  const exactly = (await exact?.(ids, options)) ?? [];
  const described = await describe(runner, vocabulary, { ...request, neurons: ids, selected }, options);
  return {
    about: "this",
    neurons: described.map(({ layer, neuron, ...rest }, rank) => {
      const score = scores[top[rank]];
      return { layer, neuron, score, ...(exact ? { exact: exactly[rank] } : {}), ...rest };
    }),
    baseline,
    by: request.choice?.by ?? "z",
    ...(isSigned ? { signed: true } : {}),
    ...(effect ? { effect } : {}),
    window,
    selected,
  };
}

/** Numbers of all neurons, [nLayers · dMlp]; they are ranked by `sizes` where these differ from the scores. */
interface Ranked {
  readonly scores: Float64Array;
  readonly sizes?: Float64Array;
  /** Scores by deviation of neurons behind a gate. */
  readonly isSigned?: boolean;
  readonly baseline: NeuronsResult["baseline"];
  readonly effect?: RankedEffect;
  readonly exact?: (neurons: readonly NeuronId[], options: WorkOptions) => Promise<RunEffect[]>;
}

async function ranked(
  runner: Runner,
  vocabulary: Vocabulary,
  request: RankRequest & { readonly selected: readonly number[] },
  options: WorkOptions,
): Promise<Ranked> {
  const { window, selected, choice, tokenOf = () => null } = request;
  const by = choice?.by ?? "z";
  if (by === "z") return byDeviation(runner, request, options);
  if (by === "write") return { scores: await writesOf(runner, window, selected, options), baseline: "none" };
  const asked = { window, selected, choice: choice?.effect ?? {}, measure: by, tokenOf };
  const { target, ablation, effects, exact } = await effectRanking(runner, vocabulary, asked, options);
  const effect = { measure: by, target, ablation };
  return { scores: effects, sizes: effects.map(Math.abs), baseline: "none", effect, exact };
}

async function byDeviation(
  runner: Runner,
  { window, selected, records }: RankRequest & { readonly selected: readonly number[] },
  options: WorkOptions,
): Promise<Ranked> {
  const means = await meanActivations(runner, { window, selected, whole: records === null }, options);
  const baseline = records ? recordBaseline(records.records) : restBaseline(means);
  const scores = baseline
    ? zScores(means.selected, baseline, runner.info.dMlp)
    : rmsScores(means.selected, runner.info.dMlp);
  const named = { scores, baseline: records ? "records" : baseline ? "window" : "none" } as const;
  if (!runner.info.gatedMlp) return named;
  return {
    ...named,
    sizes: scores.map((score, i) => (means.selected[i] < 0 ? -score : score)),
    isSigned: true,
  };
}

async function writesOf(
  runner: Runner,
  window: RunWindow,
  positions: readonly number[],
  options: WorkOptions,
): Promise<Float64Array> {
  const { nLayers, dMlp } = runner.info;
  const writes = new Float64Array(nLayers * dMlp);
  for (let layer = 0; layer < nLayers; layer++) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: layer, total: nLayers, message: "Reading what neurons write" });
    writes.set(await layerWrites(runner, { ids: window.ids, layer, positions }, options), layer * dMlp);
  }
  return writes;
}

type Described = Omit<NeuronScore, "score" | "exact">;

async function describe(
  runner: Runner,
  vocabulary: Vocabulary,
  request: RankRequest & { readonly neurons: readonly NeuronId[]; readonly selected: readonly number[] },
  options: WorkOptions,
): Promise<Described[]> {
  const { neurons, selected, window } = request;
  const read = { ids: window.ids, neurons: withControls(neurons, runner.info.dMlp) };
  const overWindow = await neuronActivations(runner, read, options);
  const signed = neurons.map((id): SignedNeuron => {
    const values = overWindow.get(neuronKey(id)) as Float32Array;
    const sum = selected.reduce((total, pos) => total + values[pos], 0);
    return { ...id, sign: runner.info.gatedMlp && sum < 0 ? -1 : 1 };
  });
  const written = await writtenTokens(runner, vocabulary, { neurons: signed, k: tokensListed });
  throwIfCancelled(options.signal);
  const explanations = await explainNeurons(runner, vocabulary, { ...request, overWindow }, options);
  return neurons.map(({ layer, neuron }: NeuronId, i) => {
    const values = overWindow.get(neuronKey({ layer, neuron })) as Float32Array;
    return {
      layer,
      neuron,
      activations: selected.map((pos) => values[pos]),
      ...written[i],
      explanation: explanations[i],
    };
  });
}

/** Means over the selected positions, and moments over the rest; all [nLayers · dMlp]. */
interface Means {
  readonly selected: Float64Array;
  readonly restMean: Float64Array;
  readonly restSquare: Float64Array;
  readonly nRest: number;
}

async function meanActivations(
  runner: Runner,
  from: { window: RunWindow; selected: readonly number[]; whole: boolean },
  options: WorkOptions,
): Promise<Means> {
  const { nLayers, dMlp } = runner.info;
  const { ids } = from.window;
  const isSelected = new Set(from.selected);
  const wanted = from.whole ? indices(ids.length).filter((pos) => isRanked(from.window, pos)) : from.selected;
  const nRest = wanted.length - from.selected.length;
  const selected = new Float64Array(nLayers * dMlp);
  const restMean = new Float64Array(nLayers * dMlp);
  const restSquare = new Float64Array(nLayers * dMlp);
  const step = Math.max(1, Math.floor(readBudget / (nLayers * dMlp)));
  for (let first = 0; first < wanted.length; first += step) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: first, total: wanted.length, message: "Reading neurons" });
    const positions = wanted.slice(first, first + step);
    const reads = indices(nLayers).map((l) => ({ hook: postHook(l), positions }));
    const upTo = ids.slice(0, positions[positions.length - 1] + 1);
    const run = await runner.run({ ids: upTo, reads }, { signal: options.signal });
    for (let l = 0; l < nLayers; l++) {
      const { data } = readAt(run, postHook(l));
      positions.forEach((pos, i) => {
        const row = data.subarray(i * dMlp, (i + 1) * dMlp);
        if (isSelected.has(pos)) addRow(selected, row, { at: l * dMlp, weight: 1 / from.selected.length });
        else addMoments(restMean, restSquare, row, { at: l * dMlp, weight: 1 / nRest });
      });
    }
  }
  return { selected, restMean, restSquare, nRest };
}

interface Place {
  readonly at: number;
  readonly weight: number;
}

function addRow(sums: Float64Array, row: Float32Array, { at, weight }: Place): void {
  for (let j = 0; j < row.length; j++) sums[at + j] += row[j] * weight;
}

function addMoments(means: Float64Array, squares: Float64Array, row: Float32Array, place: Place): void {
  addRow(means, row, place);
  for (let j = 0; j < row.length; j++) squares[place.at + j] += row[j] * row[j] * place.weight;
}

interface Baseline {
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

function recordBaseline({ mean, deviation }: ModelRecords): Baseline {
  return { mean, deviation };
}

/** Null where too little of the window is left to compare with. */
function restBaseline({ restMean, restSquare, nRest }: Means): Baseline | null {
  if (nRest < leastRest) return null;
  return {
    mean: restMean,
    deviation: restSquare.map((square, i) => Math.sqrt(Math.max(0, square - restMean[i] ** 2))),
  };
}

function zScores(selected: Float64Array, { mean, deviation }: Baseline, dMlp: number): Float64Array {
  const scores = new Float64Array(selected.length);
  for (let at = 0; at < selected.length; at += dMlp) {
    const layer = indices(dMlp).map((j) => deviation[at + j]);
    const floor = deviationFloor * median(layer);
    for (let i = at; i < at + dMlp; i++) {
      const least = Math.max(deviation[i], floor);
      scores[i] = least > 0 ? (selected[i] - mean[i]) / least : 0;
    }
  }
  return scores;
}

/** Without anything to compare with: mean activations over the root mean square of their layer's. */
function rmsScores(selected: Float64Array, dMlp: number): Float64Array {
  const scores = new Float64Array(selected.length);
  for (let at = 0; at < selected.length; at += dMlp) {
    const layer = selected.subarray(at, at + dMlp);
    const rms = Math.sqrt(layer.reduce((sum, x) => sum + x * x, 0) / dMlp);
    layer.forEach((x, j) => (scores[at + j] = rms > 0 ? x / rms : 0));
  }
  return scores;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.length > 0 ? sorted[Math.floor(sorted.length / 2)] : 0;
}

/** Indices of the k highest scores (of one layer, where one is asked for), the highest first; equal ones in order of index. */
function strongest(scores: Float64Array, { k, layer }: RankRequest, dMlp: number): number[] {
  const from = (layer ?? 0) * dMlp;
  const asked =
    layer === null || layer === undefined ? indices(scores.length) : indices(dMlp).map((j) => from + j);
  return asked.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, k);
}
