/** The tokens that a patch is measured by where both texts have the same answer: those that they move furthest apart. */
import type { WorkOptions } from "../../base/cancel";
import type { BaseRun, Runner } from "../../graph/runner";

/** Of each text its most likely tokens are looked at, as many as this: what neither expects is no answer. */
const likeliest = 12;
/** A difference of log-probabilities below this is what rounding makes, nats. */
const least = 1e-3;

/**
 * Of the likeliest tokens of both texts, the one whose log-probability the source raises most over the base, and the
 * one that it lowers most. Null where the texts go on alike.
 */
export async function movedMost(
  runner: Runner,
  { base, source }: { readonly base: BaseRun; readonly source: BaseRun },
  { signal }: WorkOptions = {},
): Promise<{ token: number; against: number } | null> {
  const { dModel, dVocab } = runner.info;
  const rows = new Float32Array(2 * dModel);
  for (const [i, run] of [base, source].entries())
    rows.set(await run.final({ edits: [], positions: [run.ids.length - 1] }, { signal }), i * dModel);
  const likely = await runner.decode({ rows, k: Math.min(likeliest, dVocab) }, { signal });
  const ids = [...new Set(likely.ids.flat())];
  const { tracked, logSumExp } = await runner.decode({ rows, k: 1, track: [ids, ids] }, { signal });
  const logProb = (row: number, i: number): number => tracked[row][i].logit - logSumExp[row];
  const raised = ids
    .map((id, i) => ({ id, by: logProb(1, i) - logProb(0, i) }))
    .sort((a, b) => b.by - a.by || a.id - b.id);
  const [most, fewest] = [raised[0], raised[raised.length - 1]];
  return most.by - fewest.by < least ? null : { token: most.id, against: fewest.id };
}
