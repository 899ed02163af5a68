/** How likely a text is to the model: every token's log-probability and rank, over text of any length. */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner } from "../graph/runner";
import type { ScoreResult } from "../protocol/run";
import { requireIds } from "./common/analysisError";
import { decodeRows } from "./common/decodeRows";
import { indices, readAt } from "./common/reads";
import { tokenWindows } from "./common/tokenWindows";

/** Which token a score is about. */
export const scoreAbout: ScoreResult["about"] = "this";

/** One scored token: log-probability in nats and rank (1 is the most likely); null for the first of all. */
export type ScoredId = ScoreResult["tokens"][number];

/**
 * Scores of all tokens in order. Windows of nCtx move by half a context, and each token is scored once, in the first
 * window that reaches it: with at least half a context before it, except at the beginning.
 * @throws {AnalysisError} "empty-input"
 */
export async function* scoreTokens(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions = {},
): AsyncGenerator<readonly ScoredId[]> {
  requireIds(ids);
  yield [{ id: ids[0], logProb: null, rank: null }];
  const { nCtx, nLayers } = runner.info;
  const hook = `blocks.${nLayers - 1}.hook_resid_post`;
  for (const { start, from, end } of tokenWindows(ids.length, nCtx, 1)) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: from, total: ids.length, message: "Scoring tokens" });
    const positions = indices(end - from).map((i) => from - 1 - start + i);
    const targets = ids.slice(from, end);
    const plan = { ids: ids.slice(start, end), reads: [{ hook, positions }], cache: "none" as const };
    const rows = readAt(await runner.run(plan, { signal: options.signal }), hook).data;
    const track = targets.map((id) => [id]);
    for await (const { first, decoded } of decodeRows(runner, { rows, k: 1, track }, options)) {
      yield decoded.tracked.map(([one], i) => ({
        id: targets[first + i],
        logProb: one.logit - decoded.logSumExp[i],
        rank: one.rank,
      }));
    }
  }
}

/**
 * −Σ log2 p / bytes.
 * @param logProbs  sum of the scored tokens' log-probabilities, nats
 * @param bytes  UTF-8 bytes of the text that these tokens cover; null where there is no text
 */
export function bitsPerByte(logProbs: number, bytes: number | null): number | null {
  return bytes === null || bytes === 0 ? null : -logProbs / Math.LN2 / bytes;
}
