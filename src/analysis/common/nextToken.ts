/** The token that a model finds most likely behind some ids; what was run before is not run again. */
import type { WorkOptions } from "../../base/cancel";
import type { Runner, Vocabulary } from "../../graph/runner";
import type { ScoredToken } from "../../protocol/model";
import { requireIds } from "./analysisError";
import { readAt } from "./reads";

/**
 * The likeliest next token with its log-probability.
 * @throws {AnalysisError} "empty-input"
 */
export async function nextToken(
  runner: Runner,
  vocabulary: Vocabulary,
  ids: readonly number[],
  options: WorkOptions = {},
): Promise<ScoredToken> {
  requireIds(ids);
  const hook = `blocks.${runner.info.nLayers - 1}.hook_resid_post`;
  const run = await runner.run({ ids, reads: [{ hook, positions: [ids.length - 1] }] }, options);
  const decoded = await runner.decode({ rows: readAt(run, hook).data, k: 1 }, options);
  const [id] = decoded.ids[0];
  return { id, text: vocabulary.text(id), logProb: decoded.logits[0][0] - decoded.logSumExp[0] };
}
