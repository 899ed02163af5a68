/** How much of a document is sent to the engine: never more than a window can need. */
import { neededFrom, type TextPiece } from "../../base/window";

/** The part of a document that this needs; offsets are UTF-16 units. */
export interface TextReader {
  readonly length: number;
  slice(start: number, end: number): string;
}

/** Units kept where the model's context is not known yet: more than any window needs, and copied in no time. */
export const longestTail = 1_000_000;

/** The text up to `end`, cut at the front to what a window of `nCtx` tokens can need. */
export function tailUpTo(document: TextReader, end: number, nCtx: number | null): TextPiece {
  const stop = Math.min(Math.max(0, end), document.length);
  const from = nCtx === null ? Math.max(0, stop - longestTail) : Math.max(0, neededFrom(stop, nCtx));
  return { text: document.slice(from, stop), offset: from };
}

/** The same piece cut further once the context is known. */
export function cutTail(piece: TextPiece, nCtx: number): TextPiece {
  const from = neededFrom(piece.offset + piece.text.length, nCtx);
  return from <= piece.offset ? piece : { text: piece.text.slice(from - piece.offset), offset: from };
}

/** A text shortened in its middle for people to read. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
