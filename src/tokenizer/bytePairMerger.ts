/** Byte-pair merging: of all neighbouring pairs with a merge, the one of lowest rank, leftmost first, until none is left. */
import type { BpeModel } from "./tokenizerSpec";

/** Ids are below this (checked when the file is read), so that a pair of ids and a rank with a place fit a double. */
export const idLimit = 2 ** 22;

const pairBase = idLimit;
const placeBase = 2 ** 28;

/** Merges symbols in place. Work and memory grow with n log n, whatever the text. */
export class BytePairMerger {
  private readonly rankOfPair = new Map<number, number>();
  private next = new Int32Array(0);
  private previous = new Int32Array(0);
  private heap = new Float64Array(0);
  private heapSize = 0;

  constructor(private readonly model: Pick<BpeModel, "merges">) {
    const { merges } = model;
    for (let rank = 0; 3 * rank < merges.length; rank++) {
      this.rankOfPair.set(merges[3 * rank] * pairBase + merges[3 * rank + 1], rank);
    }
  }

  /**
   * Merges the symbols `ids[0 … n-1]`. Afterwards `ids[i]` is a token wherever a token begins at symbol i.
   * @returns for each symbol at which a token begins, the symbol at which the following one begins
   */
  merge(ids: Int32Array, n: number): Int32Array {
    this.reserve(n);
    const { next, previous } = this;
    for (let i = 0; i < n; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    this.heapSize = 0;
    for (let i = 0; i + 1 < n; i++) this.offer(ids, i, n);
    while (this.heapSize > 0) {
      const key = this.pop();
      const rank = Math.floor(key / placeBase);
      const at = key - rank * placeBase;
      const right = next[at];
      if (right >= n || this.rank(ids, at, right) !== rank) continue;
      ids[at] = this.model.merges[3 * rank + 2];
      ids[right] = -1;
      next[at] = next[right];
      if (next[at] < n) previous[next[at]] = at;
      this.offer(ids, at, n);
      if (previous[at] >= 0) this.offer(ids, previous[at], n);
    }
    return next;
  }

  private rank(ids: Int32Array, left: number, right: number): number {
    if (ids[left] < 0 || ids[right] < 0) return -1;
    return this.rankOfPair.get(ids[left] * pairBase + ids[right]) ?? -1;
  }

  private offer(ids: Int32Array, at: number, n: number): void {
    const right = this.next[at];
    if (right >= n) return;
    const rank = this.rank(ids, at, right);
    if (rank >= 0) this.push(rank * placeBase + at);
  }

  private push(key: number): void {
    if (this.heapSize === this.heap.length) {
      const larger = new Float64Array(2 * this.heap.length);
      larger.set(this.heap);
      this.heap = larger;
    }
    const { heap } = this;
    let i = this.heapSize++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent] <= key) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = key;
  }

  private pop(): number {
    const { heap } = this;
    const top = heap[0];
    const key = heap[--this.heapSize];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.heapSize) break;
      if (child + 1 < this.heapSize && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= key) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = key;
    return top;
  }

  /** Gives working memory back. */
  release(): void {
    this.next = this.previous = new Int32Array(0);
    this.heap = new Float64Array(0);
  }

  private reserve(n: number): void {
    if (this.next.length >= n) return;
    const capacity = Math.max(n, 256);
    this.next = new Int32Array(capacity);
    this.previous = new Int32Array(capacity);
    this.heap = new Float64Array(capacity);
  }
}
