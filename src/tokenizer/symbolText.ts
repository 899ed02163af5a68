/** What the model is given for a word: its characters, or its bytes in the byte alphabet. */
import { characterOfByte } from "./byteAlphabet";
import type { FateOf } from "./characterFate";
import { TokenizerError } from "./tokenizerError";

/** A text for the model; unit i of it came from units [starts[i], ends[i]) of the word. */
export interface SymbolText {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/**
 * The longest run of symbols that the model is given at once. Its time grows with n log n: this many take up to ten
 * seconds, and some hundred megabytes.
 */
export const longestRun = 500_000;

/** How words of one tokenizer are written. */
export interface SymbolWriting {
  /** Words are UTF-8 bytes in the byte alphabet; else they are characters. */
  readonly bytes: boolean;
  /** Tells which characters are dropped; null where none is. */
  readonly fateOf: FateOf | null;
}

const utf8 = new TextEncoder();

/** A word in the byte alphabet. */
export function inByteAlphabet(word: string): string {
  return Array.from(utf8.encode(word), (byte) => characterOfByte[byte]).join("");
}

/**
 * The symbols of a word. Characters that the model drops are left out before it merges, so that their neighbours
 * meet, as in the reference implementation.
 * @throws {TokenizerError} "text-too-long"
 */
export function symbolText(word: string, { bytes, fateOf }: SymbolWriting): SymbolText {
  const symbols: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i < word.length;) {
    const width = (word.codePointAt(i) as number) > 0xffff ? 2 : 1;
    const character = word.slice(i, i + width);
    for (const symbol of bytes ? inByteAlphabet(character) : [character]) {
      if (fateOf?.(symbol) === "dropped") continue;
      symbols.push(symbol);
      for (let unit = 0; unit < symbol.length; unit++) {
        starts.push(i);
        ends.push(i + width);
      }
    }
    if (symbols.length > longestRun) throw tooLong();
    i += width;
  }
  return { text: symbols.join(""), starts, ends };
}

function tooLong(): TokenizerError {
  const message = `This text has a run of more than ${longestRun} bytes or characters that cannot be cut.`;
  return new TokenizerError("text-too-long", message, { next: "Select less of it." });
}
