/** Activations of some neurons over a text: read together, layer by layer, and kept for the model's records. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { ModelRecords, ReadSpec, Runner } from "../../graph/runner";
import { AnalysisError } from "./analysisError";
import { readAt } from "./reads";

/** A neuron's place in the model. */
export interface NeuronId {
  readonly layer: number;
  readonly neuron: number;
}

/**
 * Returns at once when the model has the neuron.
 * @throws {AnalysisError} "out-of-range"
 */
export function requireNeuron(runner: Runner, { layer, neuron }: NeuronId): void {
  const { nLayers, dMlp } = runner.info;
  if (layer >= 0 && layer < nLayers && neuron >= 0 && neuron < dMlp) return;
  const next = `Choose a layer below ${nLayers} and a neuron below ${dMlp}.`;
  throw new AnalysisError("out-of-range", `The model has no neuron ${layer}.${neuron}.`, { next });
}

/** A text for a map's key. */
export const neuronKey = ({ layer, neuron }: NeuronId): string => `${layer}.${neuron}`;

/** Tokens of one window of the records; each window was run alone, from position 0. */
export const recordWindow = 256;

/** The windows of the records, each with the index of its first id. The last may be shorter. */
export function recordWindows(records: ModelRecords, nCtx: number): { first: number; ids: number[] }[] {
  const windows: { first: number; ids: number[] }[] = [];
  for (let first = 0; first < records.ids.length; first += recordWindow) {
    const ids = Array.from(records.ids.subarray(first, first + Math.min(recordWindow, nCtx)));
    windows.push({ first, ids });
  }
  return windows;
}

/** `mlp.hook_post` of some neurons at every position of one run, by `neuronKey`. */
export async function neuronActivations(
  runner: Runner,
  from: { readonly ids: readonly number[]; readonly neurons: readonly NeuronId[] },
  options: WorkOptions = {},
): Promise<Map<string, Float32Array>> {
  const byLayer = new Map<number, number[]>();
  for (const { layer, neuron } of from.neurons) {
    const list = byLayer.get(layer) ?? [];
    if (!list.includes(neuron)) list.push(neuron);
    byLayer.set(layer, list);
  }
  const reads = [...byLayer].map(([layer, neurons]): ReadSpec => ({ hook: postHook(layer), neurons }));
  const result = new Map<string, Float32Array>();
  if (reads.length === 0) return result;
  // Every position is read, so a cache of the prefix would save nothing, and would lose the text one is typing in.
  const run = await runner.run({ ids: from.ids, reads, cache: "none" }, { signal: options.signal });
  for (const [layer, neurons] of byLayer) {
    const { data } = readAt(run, postHook(layer));
    neurons.forEach((neuron, j) => {
      const values = Float32Array.from(from.ids, (_, pos) => data[pos * neurons.length + j]);
      result.set(neuronKey({ layer, neuron }), values);
    });
  }
  return result;
}

/** The hook whose entries are the neurons of a layer. */
export function postHook(layer: number): string {
  return `blocks.${layer}.mlp.hook_post`;
}

/** Neurons whose activations over the records are kept: about 16 MB for 16,384 tokens. */
const mostKept = 256;

/** Activations of neurons over a model's records, kept for the neurons asked for last. One object per model. */
export class RecordActivations {
  private readonly kept = new Map<string, Float32Array>();

  constructor(
    private readonly runner: Runner,
    readonly records: ModelRecords,
  ) {}

  /**
   * Per neuron, by `neuronKey`, the activation at each of `records.ids`. What is not kept is read in one pass over
   * the records; positions that no window of the model's context reaches are 0.
   */
  async get(neurons: readonly NeuronId[], options: WorkOptions = {}): Promise<Map<string, Float32Array>> {
    const missing = neurons.filter((id) => !this.kept.has(neuronKey(id)));
    const fresh = await this.read(missing, options);
    const result = new Map<string, Float32Array>();
    for (const id of neurons) {
      const key = neuronKey(id);
      const values = fresh.get(key) ?? (this.kept.get(key) as Float32Array);
      result.set(key, values);
      this.kept.delete(key);
      this.kept.set(key, values);
    }
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostKept) break;
      this.kept.delete(oldest);
    }
    return result;
  }

  private async read(neurons: readonly NeuronId[], options: WorkOptions): Promise<Map<string, Float32Array>> {
    const { ids } = this.records;
    const all = new Map(neurons.map((id) => [neuronKey(id), new Float32Array(ids.length)]));
    if (neurons.length === 0) return all;
    for (const window of recordWindows(this.records, this.runner.info.nCtx)) {
      throwIfCancelled(options.signal);
      options.onProgress?.({ done: window.first, total: ids.length, message: "Reading the model's records" });
      const part = await neuronActivations(this.runner, { ids: window.ids, neurons }, options);
      for (const [key, values] of part) all.get(key)?.set(values, window.first);
    }
    return all;
  }
}
