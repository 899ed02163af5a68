/**
 * Identity checks of a model on a device: equalities that hold for every decoder whatever its weights, so that a user's
 * own checkpoint can be tested without a reference. A wrong number inside a block that all ways share is not found so.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { seededRandom } from "../base/random";
import type { Runner } from "../graph/runner";
import type { VerifyCheck } from "../protocol/verify";
import { indices } from "./common/reads";
import { directAttribution, lensIsLogits } from "./verify/logits";
import { smallEdits, zeroEdits } from "./verify/edits";
import { cachedIsFull, chunkedIsWhole, hookedIsHookFree } from "./verify/runs";

/** Tokens of the run that is checked, where the context is not shorter. */
const mostTokens = 48;

/** Ids that mean nothing, the same for every model of one vocabulary. */
export function verifyIds({ info }: Pick<Runner, "info">): number[] {
  const random = seededRandom(1);
  return indices(Math.min(mostTokens, info.nCtx)).map(() => Math.floor(random() * info.dVocab));
}

/**
 * The checks one after the other, each as soon as it is made.
 * @throws {CancelledError} "cancelled"
 */
export async function* verify(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions = {},
): AsyncGenerator<VerifyCheck> {
  const checks = [
    hookedIsHookFree,
    zeroEdits,
    smallEdits,
    cachedIsFull,
    chunkedIsWhole,
    lensIsLogits,
    directAttribution,
  ];
  for (const [i, check] of checks.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: checks.length, message: `Verifying: ${check.name}` });
    yield await check(runner, ids, { signal: options.signal });
  }
}
