/** Getting at what a run has read. */
import type { RunReads } from "../../graph/runner";
import type { Tensor } from "../../tensor/tensor";
import { AnalysisError } from "./analysisError";

/**
 * The tensor read at a hook.
 * @throws {AnalysisError} "missing-hook" when the run did not bring it
 */
export function readAt(run: RunReads, hook: string): Tensor {
  const found = run.reads.get(hook);
  if (found) return found;
  throw new AnalysisError("missing-hook", `The run brought nothing for ${hook}.`, { details: { hook } });
}

/** Row `i` of a tensor along its first axis, without copying. */
export function rowOf(tensor: Tensor, i: number): Float32Array {
  const size = tensor.data.length / Math.max(1, tensor.shape[0]);
  return tensor.data.subarray(i * size, (i + 1) * size);
}

/** 0 … n-1. */
export function indices(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
