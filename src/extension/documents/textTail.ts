/** How much of a document is sent to the engine: never more than a window can need. */
import { neededFrom, type TextPiece } from "../../base/window";

/** The part of a document that this needs; offsets are UTF-16 units. */
export interface TextReader {
  readonly length: number;
  slice(start: number, end: number): string;
}

/** Units kept where the model's context is not known yet: more than any window needs, and copied in no time. */
export const longestTail = 1_000_000;

/** A range of a document as it is run: what is before `start` is not seen. */
export interface SeenRange {
  readonly start: number;
  readonly end: number;
}

/** The text of a range, cut at the front to what a window of `nCtx` tokens can need. */
export function tailOf(document: TextReader, { start, end }: SeenRange, nCtx: number | null): TextPiece {
  const stop = Math.min(Math.max(0, end), document.length);
  const begin = Math.min(start, stop);
  const length = stop - begin;
  const from = begin + (nCtx === null ? Math.max(0, length - longestTail) : neededFrom(length, nCtx));
  return { text: document.slice(from, stop), offset: from };
}

/** The same piece cut further once the context is known; nothing before `start` is seen. */
export function cutTail(piece: TextPiece, start: number, nCtx: number): TextPiece {
  const from = start + neededFrom(piece.offset + piece.text.length - start, nCtx);
  return from <= piece.offset ? piece : { text: piece.text.slice(from - piece.offset), offset: from };
}

/** Whether VS Code could not decode a part of this text: it then has U+FFFD where the file has other bytes. */
export const hasReplaced = (text: string): boolean => text.includes("\ufffd");

/** A text shortened in its middle for people to read. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
