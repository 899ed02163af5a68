/** Prediction depth of the tokens of a text: how far up one has to go until the model's own prediction stands. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { LensDepths } from "../../protocol/lens";
import type { RunWindow } from "../../protocol/model";
import { requireIds } from "../common/analysisError";
import { decodeRows } from "../common/decodeRows";
import { indices, readAt, rowOf } from "../common/reads";
import { coveredPositions, isRanked, type SelectionRange } from "../common/selection";
import { lensHooks } from "./hooks";

/**
 * The depth of each token of a range: that of the column to its left, which foretells it. Rows are decoded from the top
 * down, and only where the top token is still that of the output.
 * @throws {AnalysisError} "empty-input"
 */
export async function lensDepths(
  runner: Runner,
  { window, range }: { readonly window: RunWindow; readonly range: SelectionRange },
  options: WorkOptions = {},
): Promise<LensDepths> {
  requireIds(window.ids);
  const hooks = lensHooks(runner.info);
  const covered = coveredPositions(window, range);
  const columns = covered.map((pos) => pos - 1).filter((pos) => pos >= 0 && isRanked(window, pos));
  const depths = await depthsAt(runner, { ids: window.ids, hooks, positions: columns }, options);
  return {
    about: "this",
    start: window.start,
    truncated: window.truncated,
    rows: hooks.length,
    tokens: covered.map((pos) => window.tokens[pos]),
    depth: covered.map((pos) => depths.get(pos - 1) ?? null),
  };
}

async function depthsAt(
  runner: Runner,
  wanted: { ids: readonly number[]; hooks: readonly string[]; positions: readonly number[] },
  options: WorkOptions,
): Promise<ReadonlyMap<number, number>> {
  const { ids, hooks, positions } = wanted;
  const depths = new Map<number, number>();
  if (positions.length === 0) return depths;
  const { signal } = options;
  const { dModel } = runner.info;
  const run = await runner.run({ ids, reads: hooks.map((hook) => ({ hook, positions })) }, { signal });
  const answers = new Map<number, number>();
  let still = indices(positions.length);
  for (let row = hooks.length - 1; row >= 0 && still.length > 0; row--) {
    throwIfCancelled(signal);
    const message = "Reading prediction depth";
    options.onProgress?.({ done: hooks.length - 1 - row, total: hooks.length, message });
    const rows = new Float32Array(still.length * dModel);
    still.forEach((at, i) => rows.set(rowOf(readAt(run, hooks[row]), at), i * dModel));
    const tops: number[] = [];
    for await (const { decoded } of decodeRows(runner, { rows, k: 1 }, { signal }))
      tops.push(...decoded.ids.map(([best]) => best));
    still = still.filter((at, i) => {
      if (row === hooks.length - 1) answers.set(at, tops[i]);
      if (answers.get(at) !== tops[i]) return false;
      depths.set(positions[at], row);
      return true;
    });
  }
  return depths;
}
