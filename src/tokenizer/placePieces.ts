/** Finds where in a word the pieces stand that the library's model gave for it. */
import { utf8Length, type FateOf } from "./characterFate";
import type { SymbolText } from "./symbolText";
import type { BpeModel } from "./tokenizerSpec";

/** Tokens of one word: `starts[i]` and `ends[i]` are units of the word; tokens that share a character overlap. */
export interface WordTokens {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/**
 * Walks along the symbols: a piece that begins with a character of the vocabulary stands there as it is written
 * (merges only make pieces out of such characters); any other character became its bytes or the unknown token.
 */
export function placePieces(
  pieces: readonly string[],
  { text, starts, ends }: SymbolText,
  model: Pick<BpeModel, "vocab" | "fuseUnk">,
  fateOf: FateOf,
): WordTokens {
  const tokens = { ids: [] as number[], starts: [] as number[], ends: [] as number[] };
  const add = (piece: string, from: number, to: number) => {
    tokens.ids.push(model.vocab.get(piece) as number);
    tokens.starts.push(starts[from]);
    tokens.ends.push(ends[to - 1]);
  };
  let at = 0;
  let afterUnknown = false;
  for (let i = 0; i < pieces.length;) {
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    const fate = fateOf(character);
    const end = at + (fate === "piece" ? pieces[i].length : character.length);
    const stop = i + (fate === "bytes" ? utf8Length(character) : 1);
    // Within one word, as in the reference implementation; the library would fuse across words.
    if (fate === "unknown" && afterUnknown && model.fuseUnk)
      tokens.ends[tokens.ends.length - 1] = ends[end - 1];
    else for (let j = i; j < stop; j++) add(pieces[j], at, end);
    afterUnknown = fate === "unknown";
    i = stop;
    at = end;
  }
  return tokens;
}
