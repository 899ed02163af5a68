/** Everything of a plain run that edited runs of the same ids can begin from. */
import type { WorkOptions } from "../../base/cancel";
import { blockHook } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";
import type { BlockChain } from "./blockChain";
import { ReadCollector } from "./readCollector";
import { planRead } from "./readPlan";
import { Sequence } from "./sequence";

/** Residual streams, keys and values of a run without edits. */
export interface PlainTrace {
  readonly ids: readonly number[];
  /** Stays as it is: runs that go on from it borrow. */
  readonly sequence: Sequence;
  /** Residual streams before every block, and after the last: [layer][pos, dModel]. */
  readonly streams: readonly Float32Array[];
}

/** Runs the ids once, all positions anew, in the chunks that any run has. */
export async function plainTrace(
  { spec, chain }: { readonly spec: ModelSpec; readonly chain: BlockChain },
  ids: readonly number[],
  options: WorkOptions = {},
): Promise<PlainTrace> {
  const { nLayers } = spec;
  const hooks = [
    ...spec.blocks.map((_, layer) => blockHook(layer, "hook_resid_pre")),
    blockHook(nLayers - 1, "hook_resid_post"),
  ];
  const reads = hooks.map((hook) => planRead(spec, { hook }, ids.length));
  const collector = new ReadCollector();
  const sequence = new Sequence(spec);
  const run = { sequence, ids, totalLength: ids.length, reads, edits: null, nLayers, collector };
  await chain.run(run, options);
  const streams = reads.map((read) => collector.finish(read, ids.length).value.data);
  return { ids, sequence, streams };
}

/** Bytes that the trace of n positions holds. */
export function traceBytes(spec: ModelSpec, n: number): number {
  const { nLayers, dModel, nKvHeads, dHead } = spec;
  return 4 * n * ((nLayers + 1) * dModel + 2 * nLayers * nKvHeads * dHead);
}
