/** The parser's place among the tokens, and how it reports and recovers. */
import { mistyped } from "../../base/nearest";
import type { SourceRange } from "../source/range";
import { shownPiece } from "../source/shown";
import { keywords, type Token } from "./tokens";
import type { SyntaxProblem } from "./tree";

/** Deeper trees are refused: everything that walks a tree calls itself. */
const MAX_DEPTH = 200;

/** Leaves the statement that cannot be read; the problem is already noted. */
export class Unreadable extends Error {}

/** Where the parser is. */
export class Cursor {
  readonly problems: SyntaxProblem[] = [];
  /** Braces that were opened and not closed. */
  braces = 0;
  private index = 0;
  private depth = 0;
  /** While positive, a new line does not end the expression of a command. */
  private brackets = 0;
  private lineBound = false;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The next token. */
  get token(): Token {
    return this.tokens[this.index];
  }

  /** The token after the next. */
  get following(): Token {
    return this.tokens[Math.min(this.index + 1, this.tokens.length - 1)];
  }

  /** The end of what was read. */
  get end(): number {
    return this.index === 0 ? 0 : this.tokens[this.index - 1].range.end;
  }

  /** From a place to the end of what was read. */
  rangeFrom(start: number): SourceRange {
    return { start, end: Math.max(start, this.end) };
  }

  /** Takes the next token. */
  advance(): Token {
    const token = this.token;
    if (token.kind === "sign" && token.text === "{") this.braces++;
    if (token.kind === "sign" && token.text === "}") this.braces--;
    if (token.kind !== "end") this.index++;
    return token;
  }

  /** True where the next token is this sign, keyword or glued function. */
  sees(text: string): boolean {
    const { token } = this;
    return token.text === text && token.kind !== "string" && token.kind !== "bad" && !this.atLineEnd;
  }

  /** Takes the next token if it is this one. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.advance();
    return true;
  }

  /** True where a command's expression ends because its line does. */
  get atLineEnd(): boolean {
    return this.lineBound && this.brackets === 0 && this.token.startsLine;
  }

  /** Reads what ends with its line, unless a bracket is open. */
  withinLine<T>(read: () => T): T {
    this.lineBound = true;
    this.brackets = 0;
    try {
      return read();
    } finally {
      this.lineBound = false;
    }
  }

  /** Reads something between brackets, the first of them taken already. */
  bracketed<T>(close: string, read: () => T): T {
    this.brackets++;
    const value = read();
    this.expect(close, `${close} is missing`);
    this.brackets--;
    return value;
  }

  /** Reads one level deeper. */
  deeper<T>(read: () => T, levels = 1): T {
    this.depth += levels;
    try {
      if (this.depth > MAX_DEPTH)
        this.fail(`This is nested more than ${MAX_DEPTH} deep.`, "Give parts of it a name.");
      return read();
    } finally {
      this.depth -= levels;
    }
  }

  /** Takes a token that must be there. */
  expect(text: string, what: string, next?: string): void {
    if (!this.takes(text)) this.unexpected(what, next);
  }

  /** Reports that the next token is none of those that may stand here. */
  unexpected(what: string, next?: string): never {
    const { token } = this;
    if (token.kind === "bad" && token.problem !== undefined)
      this.fail(token.problem.message, token.problem.next);
    if (token.kind === "end") this.fail(`The text ends too early: ${what}.`, next);
    if (token.text === "=" && token.kind === "sign") {
      const before = this.tokens[this.index - 1];
      if (["+", "-", "*", "/", "%", "^"].includes(before?.text)) {
        this.fail(`RASP has no ${before.text}=.`, `Write x = x ${before.text} 1;`);
      }
      this.fail("= assigns to a name at the start of a statement; equality is ==.", "Write ==.");
    }
    if (token.text === "!=") {
      this.fail("!= stands only in select(key, query, !=).", "Write not (a == b).");
    }
    const meant = this.meantKeyword();
    this.fail(
      `${what}; here stands ${shownPiece(token.text)}.`,
      meant === undefined ? next : `Was ${meant} meant?`,
    );
  }

  /** The keyword that is mistyped here or just before. */
  private meantKeyword(): string | undefined {
    const before = this.index === 0 ? undefined : this.tokens[this.index - 1];
    for (const token of [this.token, before]) {
      const meant = token?.kind === "name" ? mistyped(token.text, keywords) : undefined;
      if (meant !== undefined) return meant;
    }
    return undefined;
  }

  /** Notes a problem at the next token and leaves the statement. */
  fail(message: string, next?: string): never {
    this.note(this.token.range, message, next);
    throw new Unreadable();
  }

  /** Notes a problem. */
  note(range: SourceRange, message: string, next?: string): void {
    const ended = this.token.kind === "end" && !(this.lineBound && this.brackets === 0);
    this.problems.push({ range, message, next, unfinished: ended });
  }

  /**
   * Skips to the end of a statement that could not be read, which began at `start` with `outer` braces open: its `;`, the `}` of
   * a block, or what surely begins another.
   */
  recover(start: number, outer: number, block: boolean): void {
    this.brackets = 0;
    this.lineBound = false;
    for (; this.token.kind !== "end"; this.advance()) {
      const { text, kind, startsLine, range } = this.token;
      if (kind === "string" || kind === "bad") continue;
      const inside = this.braces > outer;
      if (text === "}") {
        if (!inside) return;
        if (block && this.braces === outer + 1) {
          this.advance();
          return;
        }
      } else if (text === ";" && !(block && inside)) {
        this.braces = Math.min(this.braces, outer);
        this.advance();
        return;
      } else if (!inside && startsLine && range.start > start && kind === "keyword" && STARTERS.has(text)) {
        return;
      }
    }
  }
}

const STARTERS = new Set(["def", "draw", "load", "set", "show", "return"]);
