/** Sequences of plain runs, found again by their longest common prefix. */
import { commonPrefix } from "../../base/commonPrefix";
import { Sequence, type SequenceShape } from "./sequence";

const mostBytes = 256 * 1024 * 1024;
const mostSequences = 6;
/** A sequence that would lose more than this many positions is copied instead of cut: two texts are then in use. */
const lossAllowed = 48;

/** Holds sequences; one that is in use is not here, so two runs never write to the same one. */
export class PrefixCache {
  private held: Sequence[] = [];

  constructor(private readonly shape: SequenceShape) {}

  /** A sequence whose positions are a prefix of `ids`, at most `limit` long; empty when nothing fits. */
  take(ids: readonly number[], limit: number): Sequence {
    let best: Sequence | undefined;
    let common = 0;
    for (const sequence of this.held) {
      const length = Math.min(commonPrefix(sequence.ids, ids), limit);
      if (length > common) [best, common] = [sequence, length];
    }
    if (best === undefined) return new Sequence(this.shape);
    if (best.length - common > lossAllowed) return best.fork(common);
    this.held = this.held.filter((one) => one !== best);
    best.truncate(common);
    return best;
  }

  /** Puts a sequence (back), the newest last; the oldest go when there are too many. */
  give(sequence: Sequence): void {
    if (sequence.length === 0) return;
    this.held.push(sequence);
    let bytes = this.held.reduce((sum, one) => sum + one.bytes, 0);
    while (this.held.length > 1 && (this.held.length > mostSequences || bytes > mostBytes)) {
      bytes -= (this.held.shift() as Sequence).bytes;
    }
  }

  /** How many leading ids have cached keys and values. */
  covered(ids: readonly number[]): number {
    return this.held.reduce((most, one) => Math.max(most, commonPrefix(one.ids, ids)), 0);
  }
}
