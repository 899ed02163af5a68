/** Checks the "added_tokens" of a tokenizer.json. */
import { checkSize, flagAt, idAt, listAt, objectAt, textAt } from "./jsonShape";
import { malformed } from "./tokenizerError";
import type { AddedToken } from "./tokenizerSpec";

/**
 * The added tokens.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-too-large"
 */
export function readAddedTokens(value: unknown): AddedToken[] {
  if (value === undefined || value === null) return [];
  const list = listAt(value, "added_tokens");
  checkSize(list.length, "added_tokens");
  return list.map((entry, i) => {
    const where = `added_tokens[${i}]`;
    const token = objectAt(entry, where);
    const content = textAt(token["content"], `${where}.content`);
    if (content === "") throw malformed(`${where}.content`, "is empty");
    const special = flagAt(token, "special", where);
    return {
      id: idAt(token["id"], `${where}.id`),
      content,
      special,
      singleWord: flagAt(token, "single_word", where),
      lstrip: flagAt(token, "lstrip", where),
      rstrip: flagAt(token, "rstrip", where),
      normalized: flagAt(token, "normalized", where, !special),
    };
  });
}
