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

/** The token that reads as one space by itself. */
function spaceToken(tokenizer: TextTokenizer): number | null {
  for (let id = 0; id < tokenizer.dVocab; id++) if (tokenizer.text(id) === " ") return id;
  return null;
}
