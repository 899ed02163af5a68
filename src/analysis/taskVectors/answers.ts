/** What a model answers to queries, with a vector in the place of what it has at their last position, or without. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { Edit } from "../../protocol/edit";
import { readAt, rowOf } from "../common/reads";

/** A query as ids, and the first token of its right answer. */
export interface Query {
  readonly ids: readonly number[];
  readonly answer: number;
}

/** A vector per layer. */
export type LayerVectors = readonly (readonly number[])[];

const streamAt = (layer: number): string => `blocks.${layer}.hook_resid_post`;

/** The edit that puts a vector at the prompt's last position. */
export function patchOf(layer: number, value: readonly number[]): Edit {
  return { hook: streamAt(layer), op: "set", value, positions: "last" };
}

/** The stream behind each of some layers at the last position, averaged over prompts. */
export async function lastStreams(
  runner: Runner,
  prompts: readonly (readonly number[])[],
  layers: readonly number[],
  options: WorkOptions,
): Promise<number[][]> {
  const sums = layers.map(() => new Array<number>(runner.info.dModel).fill(0));
  for (const ids of prompts) {
    throwIfCancelled(options.signal);
    const reads = layers.map((layer) => ({ hook: streamAt(layer), positions: [ids.length - 1] }));
    const run = await runner.run({ ids, reads, cache: "none" }, { signal: options.signal });
    layers.forEach((layer, i) => {
      rowOf(readAt(run, streamAt(layer)), 0).forEach((x, d) => (sums[i][d] += x / prompts.length));
    });
  }
  return sums;
}

/**
 * The likeliest token behind a prompt: as it is (null), and under each of some edits of its last position. One plain run
 * serves all of them.
 */
export async function answersTo(
  runner: Runner,
  ids: readonly number[],
  edits: readonly (Edit | null)[],
  options: WorkOptions,
): Promise<readonly number[]> {
  throwIfCancelled(options.signal);
  const work = { signal: options.signal };
  const { dModel } = runner.info;
  const base = await runner.base(ids, work);
  const rows = new Float32Array(edits.length * dModel);
  for (const [i, edit] of edits.entries()) {
    throwIfCancelled(options.signal);
    const row = await base.final({ edits: edit === null ? [] : [edit], positions: [ids.length - 1] }, work);
    rows.set(row, i * dModel);
  }
  const { ids: best } = await runner.decode({ rows, k: 1 }, work);
  return best.map(([id]) => id);
}
