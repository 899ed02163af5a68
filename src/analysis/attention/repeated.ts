/**
 * Random tokens, twice over: only heads that find a pattern by itself attend by one there. Scored on the second copy.
 * Source: Olsson et al., "In-context learning and induction heads", 2022 (repeated random sequences).
 */
import { permutation, seededRandom } from "../../base/random";
import type { Runner } from "../../graph/runner";

/** Tokens that are repeated, where the context has room for them twice. */
export const repeatedLength = 50;

/** How the tokens are drawn. */
export interface RepeatedRequest {
  /** Put first; null for none. */
  readonly bosId: number | null;
  readonly seed: number;
  readonly length?: number | undefined;
}

/** Ids with a random sequence twice, each of its tokens once, and where the second copy begins. */
export function repeatedTokens(
  { info }: Pick<Runner, "info">,
  { bosId, seed, length = repeatedLength }: RepeatedRequest,
): { readonly ids: readonly number[]; readonly from: number } {
  const front = bosId === null ? [] : [bosId];
  const room = Math.floor((info.nCtx - front.length) / 2);
  const drawn = permutation(info.dVocab, seededRandom(seed)).filter((id) => id !== bosId);
  const once = drawn.slice(0, Math.max(1, Math.min(length, room)));
  return { ids: [...front, ...once, ...once], from: front.length + once.length };
}
