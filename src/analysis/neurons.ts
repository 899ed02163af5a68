/**
 * Neurons that fire on a selection more than they usually do, over all layers.
 *
 * A neuron's score is the z-score of its mean activation on the selected tokens against its record on held-out text;
 * where the model has no records, against the rest of the window. Position 0 and special tokens are left out of both.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { ModelRecords, Runner, Vocabulary } from "../graph/runner";
import type { RunWindow } from "../protocol/model";
import type { NeuronScore, NeuronsResult } from "../protocol/neurons";
import {
  neuronActivations,
  neuronKey,
  postHook,
  type NeuronId,
  type RecordActivations,
} from "./common/activations";
import { writtenTokens, type SignedNeuron } from "./common/directions";
import { explainNeurons, withControls } from "./common/explanation/explain";
import { indices, readAt } from "./common/reads";
import { isRanked, selectedPositions, type SelectionRange } from "./common/selection";

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
}

/**
 * The k neurons with the highest scores, each with what it writes and its explanation.
 * @throws {AnalysisError} "empty-selection"
 */
export async function rankNeurons(
  runner: Runner,
  vocabulary: Vocabulary,
  request: RankRequest,
  options: WorkOptions = {},
): Promise<NeuronsResult> {
  const { window, records } = request;
  const selected = selectedPositions(window, request.range);
  const means = await meanActivations(runner, { window, selected, whole: records === null }, options);
  const baseline = records ? recordBaseline(records.records) : restBaseline(means);
  const scores = baseline
    ? zScores(means.selected, baseline, runner.info.dMlp)
    : rmsScores(means.selected, runner.info.dMlp);
  const top = strongest(scores, request, runner.info.dMlp);
  const neurons = top.map((i): SignedNeuron => {
    const id = { layer: Math.floor(i / runner.info.dMlp), neuron: i % runner.info.dMlp };
    return { ...id, sign: runner.info.gatedMlp && means.selected[i] < 0 ? -1 : 1 };
  });
  const described = await describe(runner, vocabulary, { ...request, neurons, selected }, options);
  return {
    about: "this",
    neurons: described.map(({ layer, neuron, ...rest }, rank) => {
      return { layer, neuron, score: scores[top[rank]], ...rest };
    }),
    baseline: records ? "records" : baseline ? "window" : "none",
    window,
    selected,
  };
}

type Described = Omit<NeuronScore, "score">;

async function describe(
  runner: Runner,
  vocabulary: Vocabulary,
  request: RankRequest & { readonly neurons: readonly SignedNeuron[]; readonly selected: readonly number[] },
  options: WorkOptions,
): Promise<Described[]> {
  const { neurons, selected, window } = request;
  const read = { ids: window.ids, neurons: withControls(neurons, runner.info.dMlp) };
  const overWindow = await neuronActivations(runner, read, options);
  const written = await writtenTokens(runner, vocabulary, { neurons, k: tokensListed });
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
