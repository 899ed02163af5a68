/** The parser's view of the tokens: where it stands, what it takes, what it reports. */
import { mistyped } from "../../../base/nearest";
import type { Diagnostic } from "../../source/diagnostic";
import type { SourceRange } from "../../source/range";
import { shownPiece } from "../../source/shown";
import { keywords, type Token } from "./token";

/** How many brackets, lambdas and blocks may stand inside one another: parser and interpreter recurse. */
const MAX_NESTING = 60;

/** Thrown inside a statement to leave it; the statement parser catches it and goes on with the next line. */
export class SyntaxTrouble extends Error {}

/** Tokens with a position. */
export class TokenStream {
  readonly diagnostics: Diagnostic[] = [];
  private at = 0;
  private nesting = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The next token, or one further on. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
  }

  /** Takes the next token; the end is never passed. */
  take(): Token {
    const token = this.peek();
    if (this.at < this.tokens.length - 1) this.at++;
    return token;
  }

  /** The token before the next one. */
  last(): Token {
    return this.tokens[Math.max(0, this.at - 1)];
  }

  /** True where an operator or a keyword is next. */
  is(text: string): boolean {
    const token = this.peek();
    return (token.kind === "operator" || token.kind === "keyword") && token.text === text;
  }

  /** Takes an operator or a keyword if it is next. */
  accept(text: string): Token | null {
    return this.is(text) ? this.take() : null;
  }

  /** Takes what must be next. */
  expect(text: string, why: string): Token {
    const token = this.accept(text);
    if (token === null) throw this.trouble(`${text} is missing${why === "" ? "" : ` ${why}`}`);
    return token;
  }

  /** Reports what stands here instead of what should. */
  trouble(message: string, next?: string): SyntaxTrouble {
    const token = this.peek();
    const found =
      token.kind === "newline" || token.kind === "end" || token.kind === "dedent"
        ? " at the end of the line."
        : token.kind === "indent"
          ? " before this block."
          : ` before ${shownPiece(token.text)}.`;
    // The lexer has said what is wrong with it.
    if (token.kind !== "error") {
      const before = this.last().range.end;
      const range = token.text === "" ? { start: Math.max(0, before - 1), end: before } : token.range;
      const meant = this.meantKeyword();
      this.report(range, message + found, meant === undefined ? next : `Was ${meant} meant?`);
    }
    return new SyntaxTrouble(message);
  }

  /** The keyword that is mistyped here or just before. */
  private meantKeyword(): string | undefined {
    for (const { kind, text } of [this.peek(), this.last()]) {
      const meant = kind === "name" ? mistyped(text, keywords) : undefined;
      if (meant !== undefined) return meant;
    }
    return undefined;
  }

  /** A remark of its own. */
  report(range: SourceRange, message: string, next?: string, code = "syntax"): void {
    this.diagnostics.push({ severity: "error", code, message, range, next });
  }

  /** Something that explains itself without keeping the text from running. */
  hint(range: SourceRange, code: string, message: string, next: string): void {
    this.diagnostics.push({ severity: "hint", code, message, range, next });
  }

  /** One level deeper. */
  nested<T>(work: () => T): T {
    if (this.nesting >= MAX_NESTING) {
      this.report(
        this.peek().range,
        `This is nested more than ${MAX_NESTING} deep.`,
        "Give parts of it a name.",
      );
      throw new SyntaxTrouble("nesting");
    }
    this.nesting++;
    try {
      return work();
    } finally {
      this.nesting--;
    }
  }

  /** From the start of a token to the end of the one taken last. */
  since(start: SourceRange): SourceRange {
    return { start: start.start, end: Math.max(start.end, this.last().range.end) };
  }
}
