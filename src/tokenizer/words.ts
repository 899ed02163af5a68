/** From a piece of text to tokens with their places: symbols, byte fallback, unknown characters, merging. */
import { characterOfByte } from "./byteAlphabet";
import { BytePairMerger } from "./bytePairMerger";
import type { BpeModel } from "./tokenizerSpec";

/** Tokens of one word: `starts[i]` and `ends[i]` are units of the word; tokens that share a character overlap. */
export interface WordTokens {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Words up to this many units are remembered, and only so many of them. */
const longestKept = 64;
const mostKept = 50_000;

/** Words longer than this are cut where no merge can reach across. */
const cutBeyond = 128;

/** Working memory for longer words is given back. */
const longestScratch = 1_000_000;

/** Encodes words of one model; keeps what it computed. */
export class WordEncoder {
  private readonly kept = new Map<string, WordTokens>();
  private readonly merger: BytePairMerger;
  private readonly utf8 = new TextEncoder();
  private readonly byteIds: Int32Array;
  private joints: Set<number> | null = null;
  /** Some merge takes a fallback byte, so that characters do not tell where merges end. */
  private mergesBytes = false;
  private ids = new Int32Array(256);
  private starts = new Int32Array(256);
  private ends = new Int32Array(256);
  private size = 0;

  /** @param bytes words are UTF-8 bytes in the byte alphabet; else characters, with bytes as a fallback */
  constructor(
    private readonly model: BpeModel,
    private readonly bytes: boolean,
  ) {
    this.merger = new BytePairMerger(model);
    const name = (byte: number) =>
      bytes ? characterOfByte[byte] : `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
    this.byteIds = Int32Array.from({ length: 256 }, (_, byte) => model.vocab.get(name(byte)) ?? -1);
  }

  /** The tokens of a word. */
  encode(word: string): WordTokens {
    if (word.length > longestKept) return this.compute(word);
    const known = this.kept.get(word);
    if (known !== undefined) return known;
    const tokens = this.compute(word);
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(word, tokens);
    return tokens;
  }

  /**
   * Cuts a long word into parts that give the same tokens as the whole: between two characters that no merge ever
   * joins, and next to no unknown character (those may fuse).
   */
  *parts(word: string): Generator<string> {
    const cuts = !this.bytes && !this.model.ignoreMerges && word.length > cutBeyond;
    const joints = cuts ? (this.joints ??= this.findJoints()) : null;
    if (joints === null || this.mergesBytes) {
      yield word;
      return;
    }
    let start = 0;
    let before = -1;
    for (let i = 0; i < word.length;) {
      const point = word.codePointAt(i) as number;
      if (i > start && !joints.has(jointKey(before, point)) && this.isKnown(before) && this.isKnown(point)) {
        yield word.slice(start, i);
        start = i;
      }
      before = point;
      i += point > 0xffff ? 2 : 1;
    }
    if (start < word.length) yield word.slice(start);
  }

  private compute(word: string): WordTokens {
    if (this.model.ignoreMerges) {
      const id = this.model.vocab.get(this.bytes ? this.inAlphabet(word) : word);
      if (id !== undefined) {
        return { ids: Int32Array.of(id), starts: Int32Array.of(0), ends: Int32Array.of(word.length) };
      }
    }
    this.size = 0;
    for (let i = 0; i < word.length;) {
      const width = (word.codePointAt(i) as number) > 0xffff ? 2 : 1;
      this.addCharacter(word.slice(i, i + width), i, i + width);
      i += width;
    }
    const tokens = this.collect(this.merger.merge(this.ids, this.size));
    if (this.size > longestScratch) this.release();
    return tokens;
  }

  private release(): void {
    [this.ids, this.starts, this.ends] = [new Int32Array(256), new Int32Array(256), new Int32Array(256)];
    this.merger.release();
  }

  private addCharacter(character: string, start: number, end: number): void {
    const id = this.bytes ? undefined : this.model.vocab.get(character);
    if (id !== undefined) this.add(id, start, end);
    else if (this.bytes || this.model.byteFallback) this.addBytes(character, start, end);
    else this.addUnknown(start, end);
  }

  private addBytes(character: string, start: number, end: number): void {
    const code = this.utf8.encode(character);
    if (!this.bytes && code.some((byte) => this.byteIds[byte] < 0)) {
      this.addUnknown(start, end);
      return;
    }
    for (const byte of code) {
      if (this.byteIds[byte] >= 0) this.add(this.byteIds[byte], start, end);
      else this.addUnknown(start, end);
    }
  }

  /** Without an unknown token the character is dropped, as in the reference implementation. */
  private addUnknown(start: number, end: number): void {
    const { unkId, fuseUnk } = this.model;
    if (unkId === null) return;
    const last = this.size - 1;
    if (fuseUnk && last >= 0 && this.ids[last] === unkId && this.ends[last] >= start) this.ends[last] = end;
    else this.add(unkId, start, end);
  }

  private add(id: number, start: number, end: number): void {
    if (this.size === this.ids.length) {
      this.ids = grown(this.ids);
      this.starts = grown(this.starts);
      this.ends = grown(this.ends);
    }
    this.ids[this.size] = id;
    this.starts[this.size] = start;
    this.ends[this.size] = end;
    this.size++;
  }

  private collect(next: Int32Array): WordTokens {
    let count = 0;
    for (let i = 0; i < this.size; i = next[i]) count++;
    const tokens = { ids: new Int32Array(count), starts: new Int32Array(count), ends: new Int32Array(count) };
    for (let i = 0, n = 0; i < this.size; i = next[i], n++) {
      tokens.ids[n] = this.ids[i];
      tokens.starts[n] = this.starts[i];
      tokens.ends[n] = this.ends[next[i] - 1];
    }
    return tokens;
  }

  private inAlphabet(word: string): string {
    return Array.from(this.utf8.encode(word), (byte) => characterOfByte[byte]).join("");
  }

  private isKnown(point: number): boolean {
    return !this.model.fuseUnk || this.model.vocab.has(String.fromCodePoint(point));
  }

  /** Every pair of characters that some merge brings together. */
  private findJoints(): Set<number> {
    const pieceOf = new Map<number, string>();
    for (const [piece, id] of this.model.vocab) pieceOf.set(id, piece);
    const joints = new Set<number>();
    const { merges } = this.model;
    const byteIds = new Set(this.byteIds);
    for (let i = 0; i < merges.length; i += 3) {
      const left = pieceOf.get(merges[i]) as string;
      const right = pieceOf.get(merges[i + 1]) as string;
      joints.add(jointKey(lastPoint(left), right.codePointAt(0) as number));
      if (byteIds.has(merges[i]) || byteIds.has(merges[i + 1])) this.mergesBytes = this.model.byteFallback;
    }
    return joints;
  }
}

const jointKey = (left: number, right: number): number => left * 0x110000 + right;

function lastPoint(piece: string): number {
  const pair = piece.length > 1 ? (piece.codePointAt(piece.length - 2) as number) : 0;
  return pair > 0xffff ? pair : piece.charCodeAt(piece.length - 1);
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
