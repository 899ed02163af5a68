/** From a word to tokens with their places. The library's model merges; long words are cut, short ones remembered. */
import { fatesIn, type FateOf } from "./characterFate";
import { placePieces, type WordTokens } from "./placePieces";
import { inByteAlphabet, symbolText, type SymbolWriting } from "./symbolText";
import type { BpeModel } from "./tokenizerSpec";
import { WordCutter } from "./wordCutter";

/** Words up to this many units are remembered, and only so many of them. */
const longestKept = 64;
const mostKept = 50_000;

/** Words longer than this are cut where no merge can reach across. */
const cutBeyond = 128;

/** Encodes words of one model; keeps what it computed. */
export class WordEncoder {
  private readonly kept = new Map<string, WordTokens>();
  private readonly fateOf: FateOf;
  private readonly writing: SymbolWriting;
  private readonly cutter: WordCutter;
  private readonly longestPiece: number;

  /** @param bytes words are UTF-8 bytes in the byte alphabet; else characters, with bytes as a fallback */
  constructor(
    private readonly model: BpeModel,
    bytes: boolean,
  ) {
    this.fateOf = fatesIn(model);
    // Characters are dropped only where there is no unknown token.
    this.writing = { bytes, fateOf: model.unkId === null ? this.fateOf : null };
    this.cutter = new WordCutter(model, bytes, this.fateOf);
    this.longestPiece = 0;
    for (const piece of model.vocab.keys()) this.longestPiece = Math.max(this.longestPiece, piece.length);
  }

  /**
   * Gives the tokens of a word, part by part: `take` gets tokens and the unit of the word at which their part begins.
   * @throws {TokenizerError} "text-too-long"
   */
  encode(word: string, take: (tokens: WordTokens, shift: number) => void): void {
    if (word.length <= cutBeyond) {
      take(this.remembered(word), 0);
      return;
    }
    const whole = this.wholeWord(word);
    if (whole !== null) {
      take(whole, 0);
      return;
    }
    let start = 0;
    for (const end of this.cutter.cuts(word)) {
      const part = word.slice(start, end);
      // A part is no word: that it is in the vocabulary says nothing where merges are ignored for whole words.
      take(this.model.ignoreMerges ? this.merged(part) : this.remembered(part), start);
      start = end;
    }
  }

  private remembered(word: string): WordTokens {
    if (word.length > longestKept) return this.wholeWord(word) ?? this.merged(word);
    const known = this.kept.get(word);
    if (known !== undefined) return known;
    const tokens = this.wholeWord(word) ?? this.merged(word);
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(word, tokens);
    return tokens;
  }

  /** Where merges are ignored for words that are in the vocabulary: the token of such a word, else null. */
  private wholeWord(word: string): WordTokens | null {
    if (!this.model.ignoreMerges || word.length > this.longestPiece) return null;
    const id = this.model.vocab.get(this.writing.bytes ? inByteAlphabet(word) : word);
    return id === undefined ? null : { ids: [id], starts: [0], ends: [word.length] };
  }

  private merged(word: string): WordTokens {
    const symbols = symbolText(word, this.writing);
    return placePieces(this.model.library.encode([symbols.text]), symbols, this.model, this.fateOf);
  }
}
