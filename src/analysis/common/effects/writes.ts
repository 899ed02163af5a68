/** How much neurons write: |activation| · ‖W_out‖, the mean over some positions. */
import type { WorkOptions } from "../../../base/cancel";
import type { Runner } from "../../../graph/runner";
import { postHook } from "../activations";
import { readAt } from "../reads";

/** Mean |activation| of every neuron of a layer over positions, times the length of its output row: [dMlp]. */
export async function layerWrites(
  runner: Runner,
  request: { readonly ids: readonly number[]; readonly layer: number; readonly positions: readonly number[] },
  options: WorkOptions = {},
): Promise<Float64Array> {
  const { ids, layer, positions } = request;
  const { dMlp, dModel } = runner.info;
  const { norms } = await runner.neuronOutputs(layer, new Float32Array(dModel));
  const writes = new Float64Array(dMlp);
  const step = Math.max(1, Math.floor(readBudget / dMlp));
  for (let from = 0; from < positions.length; from += step) {
    const some = positions.slice(from, from + step);
    const upTo = ids.slice(0, some[some.length - 1] + 1);
    const reads = [{ hook: postHook(layer), positions: some }];
    const { data } = readAt(
      await runner.run({ ids: upTo, reads, cache: "none" }, { signal: options.signal }),
      postHook(layer),
    );
    data.forEach((a, i) => (writes[i % dMlp] += (Math.abs(a) * norms[i % dMlp]) / positions.length));
  }
  return writes;
}

/** Floats of activations that one run may bring back. */
const readBudget = 16_777_216;
