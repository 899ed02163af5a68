/** Windows over the tiny models' ids, as the engine would make them. */
import type { RunWindow, TokenInfo } from "../../src/protocol/model";
import { seededRandom } from "../../src/base/random";
import { tinyVocabulary } from "./tinyRunner";

/** A window whose position 0 is an added <s> when ids start with 0; token texts follow each other from offset `start`. */
export function tinyWindow(ids: readonly number[], start = 0): RunWindow {
  let at = start;
  const tokens = ids.map((id, pos): TokenInfo => {
    if (id === 0 && pos === 0) return { id, text: "<s>", start, end: start, special: true };
    const text = tinyVocabulary.text(id) as string;
    const token = { id, text, start: at, end: at + text.length };
    at = token.end;
    return token;
  });
  return { ids, tokens, start, truncated: false, bos: ids[0] === 0, context: "document" };
}

/** The same window with its first n tokens behind position 0 as those of a custom prefix. */
export function behindPrefix(window: RunWindow, n: number): RunWindow {
  const start = window.tokens[n + 1].start;
  const tokens = window.tokens.map((token, pos): TokenInfo => {
    if (pos > n) return token;
    return { ...token, start, end: start, ...(pos > 0 ? { prefix: true } : {}) };
  });
  return { ...window, tokens, start, context: "prefix" };
}

/** <s> and n - 1 random ids below dVocab. */
export function randomIds(n: number, dVocab: number, seed: number): number[] {
  const random = seededRandom(seed);
  return [0, ...Array.from({ length: n - 1 }, () => 1 + Math.floor(random() * (dVocab - 1)))];
}
