/** Prediction depth of the tokens of a text: how far up one has to go until the model's own prediction stands. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Translate } from "../../graph/lensMath";
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
  request: {
    readonly window: RunWindow;
    readonly range: SelectionRange;
    /** Of a trained lens. */
    readonly translate?: Translate | undefined;
  },
  options: WorkOptions = {},
): Promise<LensDepths> {
  const { window, range, translate } = request;
  requireIds(window.ids);
  const hooks = lensHooks(runner.info);
  const covered = coveredPositions(window, range);
  const columns = covered.map((pos) => pos - 1).filter((pos) => pos >= 0 && isRanked(window, pos));
  const depths = await depthsAt(runner, { ids: window.ids, hooks, positions: columns, translate }, options);
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
  wanted: {
    readonly ids: readonly number[];
    readonly hooks: readonly string[];
    readonly positions: readonly number[];
    readonly translate: Translate | undefined;
  },
  options: WorkOptions,
): Promise<ReadonlyMap<number, number>> {
  const { ids, hooks, positions, translate } = wanted;
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
    const own = new Float32Array(still.length * dModel);
    still.forEach((at, i) => own.set(rowOf(readAt(run, hooks[row]), at), i * dModel));
    const rows = translate === undefined ? own : await translate(row, own);
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
