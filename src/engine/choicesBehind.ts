/** Texts tokenised behind a prompt. */
import type { ChoiceRequest } from "../analysis/choices";
import type { BosPolicy } from "../base/bosPolicy";
import { commonPrefix } from "../base/commonPrefix";
import type { TextTokenizer } from "../tokenizer/textTokenizer";

/** Each text behind the prompt: tokenised together, its own tokens being those that differ from the prompt's. */
export function choicesBehind(
  tokenizer: TextTokenizer,
  prompt: string,
  texts: readonly string[],
  bos: BosPolicy | undefined,
): ChoiceRequest[] {
  const encoded = (text: string): number[] => {
    const { ids, tokens } = tokenizer.encode(text, { bos: bos ?? "auto" });
    let n = ids.length;
    // What the tokenizer puts behind a text is no part of the continuation.
    while (n > 1 && tokens[n - 1].special && tokens[n - 1].start === tokens[n - 1].end) n--;
    return ids.slice(0, n);
  };
  const before = encoded(prompt);
  return texts.map((text) => {
    const ids = encoded(prompt + text);
    return { text, ids, from: commonPrefix(before, ids), bytes: Buffer.byteLength(text) };
  });
}
