/** The words of a Python text. */
import type { SourceRange } from "../../source/range";

/** What a token is; "indent" and "dedent" stand where a block begins and ends. */
export type TokenKind =
  | "name"
  | "keyword"
  | "int"
  | "float"
  | "string"
  | "operator"
  | "newline"
  | "indent"
  | "dedent"
  | "end"
  | "error";

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the text; empty for marks of layout. */
  readonly text: string;
  readonly range: SourceRange;
}

/** A comment, from `#` to the end of its line. */
export interface Comment {
  readonly text: string;
  readonly range: SourceRange;
  /** True where nothing else stands in its line. */
  readonly ownLine: boolean;
}

/** Python's keywords, those that this subset refuses too: none may be a name. */
export const keywords: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from " +
    "global if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
