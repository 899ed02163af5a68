/** Cuts long words into parts that give the same tokens as the whole. */
import { characterOfByte } from "./byteAlphabet";
import type { FateOf } from "./characterFate";
import type { BpeModel } from "./tokenizerSpec";

/**
 * Cuts between two symbols that no merge ever brings together: a piece only grows by merges, so none ever reaches
 * across such a place, and both sides merge by themselves. A symbol that is dropped, or may fuse with the next, is no
 * such place. In the byte alphabet only places between whole characters are taken.
 */
export class WordCutter {
  private joints: Set<number> | null = null;

  /** @param bytes words are UTF-8 bytes in the byte alphabet */
  constructor(
    private readonly model: Pick<BpeModel, "library" | "fuseUnk">,
    private readonly bytes: boolean,
    private readonly fateOf: FateOf,
  ) {}

  /** The ends of the parts of a word, in order; the last is the word's. */
  *cuts(word: string): Generator<number> {
    const joints = (this.joints ??= this.findJoints());
    let before = -1;
    for (let i = 0; i < word.length;) {
      const point = word.codePointAt(i) as number;
      const first = this.bytes ? symbolOf(firstByte(point)) : point;
      if (i > 0 && !joints.has(jointKey(before, first)) && this.isFirm(before) && this.isFirm(first)) yield i;
      before = this.bytes ? symbolOf(lastByte(point)) : point;
      i += point > 0xffff ? 2 : 1;
    }
    yield word.length;
  }

  private isFirm(symbol: number): boolean {
    const fate = this.fateOf(String.fromCodePoint(symbol));
    return fate !== "dropped" && (fate !== "unknown" || !this.model.fuseUnk);
  }

  private findJoints(): Set<number> {
    const joints = new Set<number>();
    for (const [left, right] of this.model.library.merges) {
      joints.add(jointKey(lastPoint(left), right.codePointAt(0) as number));
    }
    return joints;
  }
}

const jointKey = (left: number, right: number): number => left * 0x110000 + right;

const symbolOf = (byte: number): number => characterOfByte[byte].charCodeAt(0);

function firstByte(point: number): number {
  if (point < 0x80) return point;
  if (point < 0x800) return 0xc0 | (point >> 6);
  return point < 0x10000 ? 0xe0 | (point >> 12) : 0xf0 | (point >> 18);
}

const lastByte = (point: number): number => (point < 0x80 ? point : 0x80 | (point & 0x3f));

function lastPoint(piece: string): number {
  const pair = piece.length > 1 ? (piece.codePointAt(piece.length - 2) as number) : 0;
  return pair > 0xffff ? pair : piece.charCodeAt(piece.length - 1);
}
