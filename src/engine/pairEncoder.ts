/** Tokenises the two texts of an activation difference as conventions ask: behind BOS, padded with the space token. */
import type { PairEncoder } from "../analysis/common/editValue";
import type { TextTokenizer } from "../tokenizer/textTokenizer";

/** The encoder of a tokenizer; null where the model has none. */
export function pairEncoderOf(tokenizer: TextTokenizer | null): PairEncoder | null {
  if (tokenizer === null) return null;
  return {
    encodeWithBos: (text) => {
      const { ids } = tokenizer.encode(text);
      const { bosId } = tokenizer;
      return bosId === null || ids[0] === bosId ? ids : [bosId, ...ids];
    },
    spaceId: spaceToken(tokenizer),
  };
}

/** The token a space becomes behind a word; byte-fallback vocabularies also hold one that only looks like it. */
function spaceToken(tokenizer: TextTokenizer): number | null {
  const last = tokenizer.encode("a ", { addSpecial: false }).ids.at(-1);
  if (last !== undefined && tokenizer.text(last) === " ") return last;
  for (let id = 0; id < tokenizer.dVocab; id++) if (tokenizer.text(id) === " ") return id;
  return null;
}
