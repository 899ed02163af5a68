/** Text to tokens; never fails. */
import { shownCharacter } from "../source/shown";
import { gluedFunctions, keywords, signs, type Comment, type Token, type TokenKind } from "./tokens";

/** Tokens, the last of kind "end", and the comments between them. */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
}

type Problem = NonNullable<Token["problem"]>;

const WORD = /[A-Za-z_][A-Za-z_0-9]*/y;
const NUMBER = /\d+(\.\d+)?/y;
const STRING = /"[^"\r\n]*"/y;
const OPEN_STRING = /"[^"\r\n]*/y;
const SINGLE_QUOTED = /'[^'\r\n;]*'?/y;
// A byte order mark is space, as editors take it.
const SPACE = /[ \t\r\n\uFEFF]+/y;
const COMMENT = /#[^\r\n]*/y;
const COMMAND = /(?:exit|quit)\(\)|s-op(?![A-Za-z_0-9])|full seq display(?![A-Za-z_0-9])/y;

/** What people write for something that RASP writes otherwise. */
const foreign: readonly (readonly [RegExp, Problem])[] = [
  [/\*\*/y, { message: "RASP has no **; the power is written ^.", next: "Write x ^ 2." }],
  [/\/\//y, { message: "RASP has no whole-number division //.", next: "Write round(a / b - 0.5)." }],
  [/&&?/y, { message: "RASP has no &.", next: "Write and." }],
  [/\|\|?/y, { message: "RASP has no |.", next: "Write or." }],
  [/~/y, { message: "RASP has no ~.", next: "Write not." }],
  [/!/y, { message: "RASP has no !.", next: "Write not." }],
  [/\.\d+/y, { message: "A number begins with a digit.", next: "Write a 0 before the point." }],
  [/\./y, { message: "A point stands only between digits.", next: "Write 1.0; RASP has no methods." }],
];

/** The tokens of a text. */
export function lex(text: string): Lexed {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  let at = 0;
  let startsLine = true;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      if (/[\r\n]/.test(space)) startsLine = true;
      at += space.length;
      continue;
    }
    const comment = match(COMMENT);
    if (comment !== null) {
      const range = { start: at, end: at + comment.length };
      comments.push({ text: comment.trimEnd(), range, ownLine: startsLine });
      at = range.end;
      continue;
    }
    const found = tokenAt(text, at, match);
    tokens.push({ ...found, range: { start: at, end: at + found.text.length }, startsLine });
    at += found.text.length;
    startsLine = false;
  }
  tokens.push({ kind: "end", text: "", range: { start: at, end: at }, startsLine });
  return { tokens, comments };
}

interface Found {
  readonly kind: TokenKind;
  readonly text: string;
  readonly problem?: Problem;
}

function tokenAt(text: string, at: number, match: (pattern: RegExp) => string | null): Found {
  const command = match(COMMAND);
  if (command !== null) return { kind: command.startsWith("full") ? "phrase" : "keyword", text: command };
  const word = match(WORD);
  if (word !== null) return wordToken(word, text, WORD.lastIndex);
  const number = match(NUMBER);
  if (number !== null) return { kind: number.includes(".") ? "float" : "int", text: number };
  const string = match(STRING);
  if (string !== null) return { kind: "string", text: string };
  const open = match(OPEN_STRING);
  if (open !== null) {
    return bad(open, { message: 'This string has no closing ".', next: "A string ends on its own line." });
  }
  const single = match(SINGLE_QUOTED);
  if (single !== null) {
    const inner = single.slice(1).replace(/'$/, "");
    return bad(single, { message: "Strings stand in double quotes.", next: `Write "${inner}".` });
  }
  const sign = signs.find((candidate) => text.startsWith(candidate, at));
  for (const [pattern, problem] of foreign) {
    const found = match(pattern);
    if (found !== null && found.length > (sign?.length ?? 0)) return bad(found, problem);
  }
  if (sign !== undefined) return { kind: "sign", text: sign };
  const other = match(/[\s\S]/uy) ?? "";
  return bad(other, {
    message: `RASP has no ${shownCharacter(other).replace(/^the /, "")}.`,
    next: "Delete it.",
  });
}

function bad(text: string, problem: Problem): Found {
  return { kind: "bad", text, problem };
}

function wordToken(word: string, text: string, end: number): Found {
  if (keywords.has(word)) return { kind: "keyword", text: word };
  if (gluedFunctions.has(word) && text[end] === "(") return { kind: "glued", text: `${word}(` };
  return { kind: "name", text: word };
}
