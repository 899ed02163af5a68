/** Errors about a tokenizer.json that cannot be followed exactly. */
import { CodedError } from "../base/errors";

/**
 * "tokenizer-malformed": the file breaks its format. "tokenizer-unsupported": it asks for something that would not
 * be done exactly. "tokenizer-too-large": beyond every vocabulary in use. "vocabulary-mismatch": its ids exceed the
 * model's vocabulary. "text-too-long": a text with an unbroken run of more than 500 000 bytes or characters that
 * merges could join, or of many millions for a pattern. "no-bos-token": a BOS token is asked for that there is not.
 * "chat-template-failed": the chat template is none, or refuses the messages.
 */
export type TokenizerErrorCode =
  | "tokenizer-malformed"
  | "tokenizer-unsupported"
  | "tokenizer-too-large"
  | "vocabulary-mismatch"
  | "text-too-long"
  | "no-bos-token"
  | "chat-template-failed";

/** A tokenizer.json (or a text) that is refused, because ids or ranges made with it would be wrong. */
export class TokenizerError extends CodedError<TokenizerErrorCode> {}

/** The error that a place of the file is not what the format says. `where` is a path such as "model.vocab". */
export function malformed(where: string, problem: string): TokenizerError {
  return new TokenizerError("tokenizer-malformed", `tokenizer.json: ${where} ${problem}.`, {
    next: "Download the model's tokenizer.json again.",
    details: { where },
  });
}

/** The error that a part of the file is known but would not be followed exactly. */
export function unsupported(where: string, problem: string): TokenizerError {
  return new TokenizerError("tokenizer-unsupported", `tokenizer.json: ${where} ${problem}.`, {
    next: "Give the model ids instead of text, or use a model with a byte-level or metaspace BPE tokenizer.",
    details: { where },
  });
}

/** The error that a size is beyond what any file in use has. `problem` says which. */
export function tooLarge(problem: string): TokenizerError {
  return new TokenizerError("tokenizer-too-large", `tokenizer.json: ${problem}.`, {
    next: "Check that this is the model's tokenizer.json.",
  });
}
