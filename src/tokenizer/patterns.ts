/** Patterns of a tokenizer.json as JavaScript regular expressions. */
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { objectAt, textAt } from "./jsonShape";
import { malformed, unsupported } from "./tokenizerError";

/** Longest pattern that is read, in characters; those in use have a few hundred. */
const maxPatternLength = 8192;

/**
 * The pattern `{String}` or `{Regex}` of a Split or Replace, with the flags "gu".
 * The translation from Oniguruma's syntax is the library's.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-unsupported"
 */
export function readPattern(value: unknown, where: string): RegExp {
  const pattern = objectAt(value, where);
  const key = "Regex" in pattern ? "Regex" : "String";
  const source = textAt(pattern[key], `${where}.${key}`);
  if (source === "") throw malformed(`${where}.${key}`, "is empty");
  if (source.length > maxPatternLength) throw unsupported(where, `has ${source.length} characters`);
  try {
    if (key === "String") return new RegExp(source.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), "gu");
    const split = new SplitPreTokenizer({
      type: "Split",
      pattern: { Regex: source },
      behavior: "Isolated",
      invert: false,
    });
    if (split.pattern !== null) return split.pattern;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw unsupported(where, `cannot be read as a regular expression: ${problem.slice(0, 200)}`);
  }
  throw malformed(where, "is not a pattern");
}
