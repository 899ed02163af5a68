/** What a neuron writes, in tokens: its output direction's products with the unembedding (direct path only). */
import type { Runner, Vocabulary } from "../../graph/runner";
import type { WeightedToken } from "../../protocol/neurons";
import type { NeuronId } from "./activations";

/** Tokens that a neuron moves most by the direct path; norm gain folded, the norm's scale left out. */
export interface WrittenTokens {
  readonly promotes: readonly WeightedToken[];
  readonly suppresses: readonly WeightedToken[];
}

/** A neuron with the sign of what it does on the selection: a gated neuron may be negative there. */
export interface SignedNeuron extends NeuronId {
  readonly sign: 1 | -1;
}

/** Promoted and suppressed tokens of some neurons, `k` of each, in the neurons' order; they swap for a negative sign. */
export async function writtenTokens(
  runner: Runner,
  vocabulary: Vocabulary,
  request: { readonly neurons: readonly SignedNeuron[]; readonly k: number },
): Promise<WrittenTokens[]> {
  const { neurons, k } = request;
  const { dModel, dVocab } = runner.info;
  const rows = new Float32Array(neurons.length * dModel);
  for (const layer of new Set(neurons.map((id) => id.layer))) {
    const here = [...neurons.entries()].filter(([, id]) => id.layer === layer);
    const weights = await runner.neuronWeights(
      layer,
      here.map(([, id]) => id.neuron),
    );
    here.forEach(([i, { sign }], j) => {
      rows.set(sign > 0 ? weights[j].out : weights[j].out.map((x) => -x), i * dModel);
    });
  }
  if (neurons.length === 0) return [];
  const found = await runner.unembedDirections(rows, Math.min(k, Math.ceil(dVocab / 2)));
  const named = (list: readonly (readonly [number, number])[]) =>
    list.map(([id, weight]): WeightedToken => ({ id, text: vocabulary.text(id), weight }));
  return found.map(({ top, bottom }) => ({
    promotes: named([...top].sort((a, b) => b[1] - a[1])),
    suppresses: named([...bottom].sort((a, b) => a[1] - b[1])),
  }));
}
