/**
 * One plan over several sequences of any lengths. They run one after another over the same sessions, each with its own
 * positions and nothing masked away, so every number is the one that the sequence has alone; the cost is that of as
 * many runs. What was read comes with a batch axis in front.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { ReadSpec, Runner, RunPlan } from "../graph/runner";
import type { Edit } from "../protocol/edit";
import { type Axis, sizeOf, type Tensor, tensor } from "../tensor/tensor";
import { AnalysisError, requireIds } from "./common/analysisError";
import { numericEdits, type PairEncoder } from "./common/editValue";

/** Sequences, and what is read of and written to each. */
export interface BatchRequest {
  readonly sequences: readonly (readonly number[])[];
  /** Positions may be negative: they count from each sequence's end. */
  readonly reads: readonly ReadSpec[];
  /** An edit with `batch` touches the sequences it names alone; positions count in each sequence by itself. */
  readonly edits: readonly Edit[];
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
  /** As in a plan of one run. */
  readonly cache?: RunPlan["cache"];
}

/** What a batch brought. */
export interface BatchReads {
  /**
   * By the read's name, [batch, …]: shorter sequences are filled up behind their last position (and key) with 0, scores
   * with −∞, indices of "top" with −1.
   */
  readonly reads: ReadonlyMap<string, Tensor>;
  readonly indices: ReadonlyMap<string, Tensor>;
  /** Tokens of each sequence. */
  readonly lengths: readonly number[];
}

/**
 * Runs every sequence under the edits that are for it.
 * @throws {AnalysisError} "empty-input" for a sequence without tokens, "out-of-range" where an edit or a read names a
 *   sequence or position that is not there, and what common/editValue.ts finds wrong with the edits
 */
export async function runBatch(
  runner: Runner,
  request: BatchRequest,
  options: WorkOptions = {},
): Promise<BatchReads> {
  const { sequences } = request;
  sequences.forEach(requireIds);
  if (sequences.length === 0) requireIds([]);
  request.edits.forEach((edit) => requireSequences(edit, sequences.length));
  const edits = await numericEdits(runner, request.edits, request.encoder, options);
  const cache = request.cache === undefined ? {} : { cache: request.cache };
  const brought: { reads: ReadonlyMap<string, Tensor>; indices?: ReadonlyMap<string, Tensor> }[] = [];
  for (const [i, ids] of sequences.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: sequences.length, message: "Running a batch" });
    const reads = request.reads.map((read) => inSequence(read, ids.length));
    const own = editsOfSequence(edits, i);
    brought.push(await runner.run({ ids, reads, edits: own, ...cache }, { signal: options.signal }));
  }
  const stacked = (of: "reads" | "indices"): Map<string, Tensor> => {
    const names = [...(brought[0][of]?.keys() ?? [])];
    return new Map(
      names.map((name) => [
        name,
        stack(
          brought.map((one) => one[of]?.get(name) as Tensor),
          fillOf(of, request, name),
        ),
      ]),
    );
  };
  return {
    reads: stacked("reads"),
    indices: stacked("indices"),
    lengths: sequences.map((ids) => ids.length),
  };
}

/**
 * Returns at once when a batch of n has every sequence that an edit names.
 * @throws {AnalysisError} "out-of-range"
 */
export function requireSequences({ hook, batch }: Edit, n: number): void {
  const wrong = batch?.find((index) => index >= n);
  if (wrong === undefined) return;
  const message = `The edit at ${hook} names sequence ${wrong} of a batch of ${n}.`;
  throw new AnalysisError("out-of-range", message, {
    next: n === 1 ? "One input alone is sequence 0." : `Sequences go from 0 to ${n - 1}.`,
  });
}

/** The edits that touch one sequence of a batch, as edits of a run of that sequence alone. */
export function editsOfSequence(edits: readonly Edit[], sequence: number): Edit[] {
  return edits.flatMap(({ batch, ...own }) => ((batch?.includes(sequence) ?? true) ? [own] : []));
}

/** A read with the positions that it has in a sequence of a length. */
function inSequence(read: ReadSpec, length: number): ReadSpec {
  if (read.positions === undefined) return read;
  const positions = read.positions.map((position) => (position < 0 ? length + position : position));
  if (positions.every((position) => position >= 0 && position < length)) return { ...read, positions };
  const message = `Reading "${read.hook}": a sequence of ${length} tokens lacks a position that is read.`;
  throw new AnalysisError("out-of-range", message, { next: "Read positions that every sequence has." });
}

function fillOf(of: "reads" | "indices", { reads }: BatchRequest, name: string): number {
  if (of === "indices") return -1;
  const read = reads.find((one) => (one.as ?? one.hook) === name);
  const isScores = read?.hook.endsWith("hook_attn_scores") ?? false;
  return isScores && (read?.reduce === undefined || read.reduce.kind === "top") ? -Infinity : 0;
}

/** Tensors of the same axes under a batch axis, each filled up to the largest of every axis. */
function stack(tensors: readonly Tensor[], fill: number): Tensor {
  const [{ axes }] = tensors;
  const shape = axes.map((_, axis) => Math.max(...tensors.map((one) => one.shape[axis])));
  const size = sizeOf(shape);
  const data = new Float32Array(tensors.length * size).fill(fill);
  tensors.forEach((one, i) => {
    copyInto(data.subarray(i * size, (i + 1) * size), shape, one);
  });
  const all: readonly Axis[] = ["batch", ...axes];
  return tensor(all, [tensors.length, ...shape], data);
}

/** Copies a tensor to where it begins in a larger one, last axis by last axis. */
function copyInto(to: Float32Array, shape: readonly number[], from: Tensor): void {
  const last = from.shape.at(-1) ?? 1;
  const rows = last === 0 ? 0 : from.data.length / last;
  for (let row = 0; row < rows; row++) {
    let [rest, at, step] = [row, 0, shape.at(-1) ?? 1];
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      at += (rest % from.shape[axis]) * step;
      rest = Math.floor(rest / from.shape[axis]);
      step *= shape[axis];
    }
    to.set(from.data.subarray(row * last, (row + 1) * last), at);
  }
}
