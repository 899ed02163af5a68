/** What becomes of a single character of a word, before any merge. */
import type { BpeModel } from "./tokenizerSpec";

/**
 * "piece": it is in the vocabulary. "bytes": its UTF-8 bytes stand for it, one piece each. "unknown": the unknown
 * token stands for it. "dropped": nothing does.
 */
export type CharacterFate = "piece" | "bytes" | "unknown" | "dropped";

/** The fate of each character in one model. */
export type FateOf = (character: string) => CharacterFate;

/** The names of the fallback's bytes. */
export const fallbackNames: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
);

/** Number of UTF-8 bytes of a character. */
export function utf8Length(character: string): number {
  const point = character.codePointAt(0) as number;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/** Tells the fate of characters in a model. */
export function fatesIn(model: Pick<BpeModel, "vocab" | "byteFallback" | "unkId">): FateOf {
  const { vocab, byteFallback, unkId } = model;
  const utf8 = new TextEncoder();
  const hasBytes = (character: string) =>
    utf8.encode(character).every((byte) => vocab.has(fallbackNames[byte]));
  return (character) => {
    if (vocab.has(character)) return "piece";
    if (byteFallback && hasBytes(character)) return "bytes";
    return unkId === null ? "dropped" : "unknown";
  };
}
