/** How well each row foretells the text: mean surprisal of its tokens, row by row. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Translate } from "../../graph/lensMath";
import type { Runner } from "../../graph/runner";
import type { LensPerplexity } from "../../protocol/lens";
import { isCounted, type RunWindow } from "../../protocol/model";
import { requireIds } from "../common/analysisError";
import { decodeRows } from "../common/decodeRows";
import { readAt } from "../common/reads";
import { coveredPositions, type SelectionRange } from "../common/selection";
import { layersTogether, lensHooks } from "./hooks";

/** Whether the token behind a position counts in means over the text, as what is foretold there. */
export function isForetold({ tokens }: Pick<RunWindow, "tokens">, pos: number): boolean {
  const next = tokens[pos + 1];
  return next !== undefined && isCounted(tokens[pos], pos) && isCounted(next, pos + 1);
}

/** Means over lists of surprisals, one list per row. */
export function perplexityOf(rows: readonly (readonly number[])[]): LensPerplexity {
  const tokens = rows[0]?.length ?? 0;
  const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / tokens;
  return { about: "this", tokens, surprisal: tokens === 0 ? [] : rows.map(mean) };
}

/**
 * Over the tokens of a window that lie in a range, each foretold from the position before it.
 * @throws {AnalysisError} "empty-input"
 */
export async function lensPerplexity(
  runner: Runner,
  {
    window,
    range,
    translate,
  }: {
    readonly window: RunWindow;
    readonly range: SelectionRange;
    readonly translate?: Translate | undefined;
  },
  options: WorkOptions = {},
): Promise<LensPerplexity> {
  requireIds(window.ids);
  const positions = coveredPositions(window, range)
    .map((pos) => pos - 1)
    .filter((pos) => pos >= 0 && isForetold(window, pos));
  const hooks = lensHooks(runner.info);
  if (positions.length === 0) return perplexityOf([]);
  const track = positions.map((pos) => [window.ids[pos + 1]]);
  const rows: number[][] = [];
  const together = layersTogether(runner.info, positions.length);
  for (let from = 0; from < hooks.length; from += together) {
    const part = hooks.slice(from, from + together);
    const reads = part.map((hook) => ({ hook, positions }));
    const run = await runner.run({ ids: window.ids, reads }, { signal: options.signal });
    for (const hook of part) {
      throwIfCancelled(options.signal);
      options.onProgress?.({ done: rows.length, total: hooks.length, message: "Reading layers" });
      const surprisal: number[] = [];
      const read = readAt(run, hook).data;
      const through = translate === undefined ? read : await translate(rows.length, read);
      const request = { rows: through, k: 1, track };
      for await (const { decoded } of decodeRows(runner, request, { signal: options.signal }))
        surprisal.push(...decoded.tracked.map(([next], i) => decoded.logSumExp[i] - next.logit));
      rows.push(surprisal);
    }
  }
  return perplexityOf(rows);
}
