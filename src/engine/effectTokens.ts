/** What effects of neurons need of a tokenizer: which token a text is, and the unrelated line. */
import { unrelatedText, type UnrelatedLine } from "../analysis/neuronEffects/strengths";
import type { TokenOf } from "../analysis/common/effects/target";
import type { WorkOptions } from "../base/cancel";
import type { BosPolicy } from "../base/bosPolicy";
import type { TextTokenizer } from "../tokenizer/textTokenizer";
import { encodeWhole } from "./window";

/** Finds the one token that a text is. */
export function tokenFinder(tokenizer: TextTokenizer | null): TokenOf {
  return (text) => {
    const { ids } = tokenizer?.encode(text, { addSpecial: false }) ?? { ids: [] };
    return ids.length === 1 ? ids[0] : null;
  };
}

/** The unrelated line as this model reads it, as far as its context reaches; null where the model has no tokenizer. */
export async function unrelatedLine(
  { tokenizer, nCtx }: { readonly tokenizer: TextTokenizer | null; readonly nCtx: number },
  bos: BosPolicy | undefined,
  work: WorkOptions,
): Promise<UnrelatedLine | null> {
  if (tokenizer === null) return null;
  const { ids, tokens } = await encodeWhole(tokenizer, unrelatedText, { bos, signal: work.signal });
  if (ids.length <= nCtx) return { line: unrelatedText, ids };
  return { line: unrelatedText.slice(0, tokens[nCtx - 1].end), ids: ids.slice(0, nCtx) };
}
