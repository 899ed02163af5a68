/** The words and signs of original RASP. */
import type { SourceRange } from "../source/range";

/**
 * "glued": a built-in function with its parenthesis, such as `select(`, which the language reads as one sign ·
 * "phrase": `full seq display` · "bad": what is no token; its `problem` says why.
 */
export type TokenKind =
  "name" | "int" | "float" | "string" | "keyword" | "glued" | "phrase" | "sign" | "bad" | "end";

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly range: SourceRange;
  /** True for the first token of a line. */
  readonly startsLine: boolean;
  /** Of a bad token: what is wrong and what to write instead. */
  readonly problem?: { readonly message: string; readonly next?: string };
}

/** A comment, from its `#` to the end of the line. */
export interface Comment {
  readonly text: string;
  readonly range: SourceRange;
  /** True where nothing but spaces stands before it on its line. */
  readonly ownLine: boolean;
}

/** Words that can never be names. */
export const keywords: ReadonlySet<string> = new Set([
  ..."if else not and or in for def return draw load set show example examples selector on off".split(" "),
  ..."exit quit round indicator s-op".split(" "),
]);

/** Built-in functions that are one token with their parenthesis. */
export const gluedFunctions: ReadonlySet<string> = new Set(["select", "aggregate", "range", "zip", "len"]);

/** The signs, longest first. */
export const signs: readonly string[] = [
  ..."== <= >= != < > = + - * / % ^ ( ) [ ] { } , ; :".split(" "),
].sort((a, b) => b.length - a.length);
