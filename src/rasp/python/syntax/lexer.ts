/** Cuts a Python text into tokens. Never fails: what is no token becomes an "error" token with a remark. */
import type { Diagnostic } from "../../source/diagnostic";
import { shownCharacter } from "../../source/shown";
import { keywords, type Comment, type Token, type TokenKind } from "./token";

/** What the lexer found; the last token is "end". */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER =
  /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)[jJ]?/y;
const OPERATOR =
  /\*\*=|\/\/=|<<=|>>=|\*\*|\/\/|<<|>>|<=|>=|==|!=|->|:=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|@=|[-+*/%&|^~<>()[\]{},:.;=@]/y;
const STRING_START = /[rRbBuUfF]{0,2}(?:"""|'''|"|')/y;
/** In brackets, a line that begins so belongs to the next statement: a bracket before it was left open. */
const NEXT_STATEMENT = /(?:def|return|import|from|class|while)\b|[\p{L}_][\p{L}\p{N}_]*[ \t]*=(?!=)/uy;

/** The tokens of `text`; ranges are moved by `offset`, for a text that is part of another. */
export function lex(text: string, offset = 0): Lexed {
  return new Lexer(text, offset).run();
}

class Lexer {
  private at = 0;
  private readonly tokens: Token[] = [];
  private readonly comments: Comment[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly indents = [0];
  private open: Token[] = [];
  private statementColumn = 0;

  constructor(
    private readonly text: string,
    private readonly offset: number,
  ) {}

  run(): Lexed {
    // A part of another text is one expression: its layout says nothing.
    if (this.offset === 0) this.lineStart();
    while (this.at < this.text.length) this.next();
    for (const bracket of this.open) this.report(bracket, `This ${bracket.text} is never closed.`);
    if (this.tokens.length > 0 && this.tokens.at(-1)?.kind !== "newline") this.push("newline", this.at);
    for (let i = this.indents.length; i > 1; i--) this.push("dedent", this.at);
    this.push("end", this.at);
    return { tokens: this.tokens, comments: this.comments, diagnostics: this.diagnostics };
  }

  private next(): void {
    const char = this.text[this.at];
    if (char === "\n") this.lineEnd();
    else if (char === " " || char === "\t" || char === "\r" || char === "\f" || char === "\uFEFF") this.at++;
    else if (char === "#") this.comment(false);
    else if (char === "\\" && /\r?\n/y.test(this.text.slice(this.at + 1, this.at + 3))) {
      this.at = this.text.indexOf("\n", this.at) + 1;
    } else this.word(char);
  }

  private word(char: string): void {
    const string = this.match(STRING_START);
    if (string !== null) return this.string(string);
    const name = this.match(NAME);
    if (name !== null) {
      this.push(keywords.has(name) ? "keyword" : "name", this.at + name.length);
      return;
    }
    if (/[\d.]/.test(char)) {
      const number = this.match(NUMBER);
      if (number !== null) return this.number(number);
    }
    const operator = this.match(OPERATOR);
    if (operator !== null) return this.operator(operator);
    const unknown = String.fromCodePoint(this.text.codePointAt(this.at) as number);
    const token = this.push("error", this.at + unknown.length);
    const quote = /[‘’“”]/.test(unknown) ? " Strings stand in straight quotes." : "";
    const shown = shownCharacter(unknown).replace(/^the/, "The");
    this.report(token, `${shown} is no part of the language.${quote}`);
  }

  private number(text: string): void {
    const isInt = /^(0[xXoObB].*|[\d_]+)$/.test(text);
    const token = this.push(isInt ? "int" : "float", this.at + text.length);
    const after = this.match(NAME);
    if (text.endsWith("j") || text.endsWith("J")) this.report(token, "Complex numbers are not supported.");
    else if (after !== null) this.report(token, `A name cannot begin with a digit: ${text}${after}.`);
    else if (/^0\d*[1-9]/.test(text) && isInt && !/^0[xXoObB]/.test(text)) {
      this.report(token, "A whole number has no zeros in front.");
    } else if (/__|_$|_\./.test(text)) this.report(token, "_ stands between two digits of a number.");
  }

  private operator(text: string): void {
    const token = this.push("operator", this.at + text.length);
    if (text === "(" || text === "[" || text === "{") this.open.push(token);
    else if (text === ")" || text === "]" || text === "}") {
      // A bracket of another kind is the parser's to report; here only the count matters.
      this.open.pop();
    }
  }

  private string(start: string): void {
    const quote = start.replace(/^[a-zA-Z]*/, "");
    let at = this.at + start.length;
    for (;;) {
      const char = this.text[at];
      if (char === undefined || (char === "\n" && quote.length === 1)) {
        const token = this.push("error", Math.min(at, this.text.length));
        return this.report(token, `This string is never closed: ${quote} is missing.`);
      }
      if (this.text.startsWith(quote, at)) break;
      at += char === "\\" ? 2 : 1;
    }
    const token = this.push("string", at + quote.length);
    if (/b/i.test(start.slice(0, start.length - quote.length)))
      this.report(token, "Strings of bytes are not supported.");
  }

  private comment(ownLine: boolean): void {
    const line = this.text.indexOf("\n", this.at);
    let end = line < 0 ? this.text.length : line;
    if (this.text[end - 1] === "\r") end--;
    const text = this.text.slice(this.at, end).trimEnd();
    const start = this.at + this.offset;
    this.comments.push({ text, range: { start, end: start + text.length }, ownLine });
    this.at = end;
  }

  private lineEnd(): void {
    if (this.offset > 0) {
      this.at++;
      return;
    }
    if (this.open.length === 0) this.push("newline", this.at + 1);
    else this.at++;
    this.lineStart();
  }

  /** Skips empty lines and comments, then compares the column with that of the block. */
  private lineStart(): void {
    for (;;) {
      let column = 0;
      let at = this.at;
      for (; at < this.text.length; at++) {
        if (this.text[at] === " " || this.text[at] === "\uFEFF") column += this.text[at] === " " ? 1 : 0;
        else if (this.text[at] === "\t") column += 8 - (column % 8);
        else if (this.text[at] === "\f") column = 0;
        else break;
      }
      this.at = at;
      if (this.text[at] === "#") this.comment(true);
      if (this.text[this.at] === "\r") this.at++;
      if (this.at >= this.text.length) return;
      if (this.text[this.at] !== "\n") {
        if (this.at === at) return this.lineBegins(column);
        return;
      }
      this.at++;
    }
  }

  private lineBegins(column: number): void {
    if (this.open.length > 0) {
      if (column > this.statementColumn || this.match(NEXT_STATEMENT) === null) return;
      for (const bracket of this.open) this.report(bracket, `This ${bracket.text} is never closed.`);
      this.open = [];
      this.tokens.push({ kind: "newline", text: "", range: this.here(this.at) });
    }
    this.statementColumn = column;
    const current = this.indents.at(-1) as number;
    if (column > current) {
      this.indents.push(column);
      this.push("indent", this.at);
    }
    while (column < (this.indents.at(-1) as number)) {
      this.indents.pop();
      const token = this.push("dedent", this.at);
      if (column > (this.indents.at(-1) as number)) {
        this.report(token, "This line is indented unlike the lines around it.");
        this.indents[this.indents.length - 1] = Math.min(column, this.indents.at(-1) as number);
        break;
      }
    }
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  private here(end: number): { start: number; end: number } {
    return { start: this.at + this.offset, end: end + this.offset };
  }

  private push(kind: TokenKind, end: number): Token {
    const token = { kind, text: this.text.slice(this.at, end), range: this.here(end) };
    this.tokens.push(token);
    this.at = end;
    return token;
  }

  private report({ range }: Token, message: string): void {
    this.diagnostics.push({ severity: "error", code: "syntax", message, range });
  }
}
