/** A runner without a model: what it has at a residual hook is said by a function of layer and ids. */
import type { ReadSpec, Runner } from "../../src/graph/runner";
import type { ModelInfo } from "../../src/protocol/model";
import { tensor } from "../../src/tensor/tensor";
import { reduced } from "./reduceOracle";

/** Sizes, and the states. */
export interface Planted {
  readonly nLayers: number;
  readonly dModel: number;
  /** The state at one position. */
  state(layer: number, ids: readonly number[], position: number): Float32Array;
}

/** Reads of `hook_resid_post`; counts its runs. Whatever else is asked of it fails. */
export function plantedRunner({ nLayers, dModel, state }: Planted): Runner & { runs: number } {
  const hooks = Array.from({ length: nLayers }, (_, l) => `blocks.${l}.hook_resid_post`);
  const info = {
    nLayers,
    nHeads: 1,
    nKvHeads: 1,
    dModel,
    dHead: dModel,
    dMlp: 1,
    dVocab: 50,
    nCtx: 100,
    hooks,
  };
  const read = (ids: readonly number[], { hook, positions, reduce }: ReadSpec) => {
    const layer = Number(/^blocks\.(\d+)/.exec(hook)?.[1]);
    const at = positions ?? ids.map((_, i) => i);
    const data = Float32Array.from(at.flatMap((position) => [...state(layer, ids, position)]));
    return reduced(tensor(["pos", "dModel"], [at.length, dModel], data), reduce).value;
  };
  const runner = {
    runs: 0,
    info: info as unknown as ModelInfo,
    run: (plan: Parameters<Runner["run"]>[0]) => {
      runner.runs++;
      const reads = new Map(plan.reads.map((one) => [one.as ?? one.hook, read(plan.ids, one)]));
      return Promise.resolve({ reads });
    },
    unembedDirections: (rows: Float32Array, k: number) =>
      Promise.resolve(
        Array.from({ length: rows.length / dModel }, () => ({
          top: Array.from({ length: k }, (_, i) => [i, 1 - i / 100] as const),
          bottom: Array.from({ length: k }, (_, i) => [i + k, i / 100 - 1] as const),
        })),
      ),
  };
  return runner as unknown as Runner & { runs: number };
}
