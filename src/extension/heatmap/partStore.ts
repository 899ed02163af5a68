/** Measured tokens of one document, moved along with what is typed. Pure, so that it can be tested without an editor. */
import type { HeatmapPart } from "../../protocol/heatmap";
import type { TextRange } from "../decorations/buckets";

/** A token with its value; `value` is null where it has none, `counted` false where it is neither coloured nor on the scale. */
export interface MeasuredToken extends TextRange {
  readonly id: number;
  readonly value: number | null;
  readonly counted: boolean;
  /** Ids and log-probabilities (nats) of the most likely tokens of the prediction behind the value; empty where none is. */
  readonly top: readonly { readonly id: number; readonly logProb: number }[];
}

/** Sums over the tokens that have a value: their number, values and UTF-8 bytes; and the largest counted |value|. */
export interface MeasuredSums {
  readonly n: number;
  readonly value: number;
  readonly bytes: number;
  readonly largest: number;
}

/** Tokens that follow each other. Starts and ends are relative to `base`; `fresh` is false once something before them was typed. */
interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly base: number;
  readonly fresh: boolean;
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly bytes: Int32Array;
  /** NaN where there is no value. */
  readonly values: Float64Array;
  readonly counted: Uint8Array;
  readonly k: number;
  readonly topIds: Int32Array;
  readonly topLogProbs: Float32Array;
  readonly own: MeasuredSums;
}

/** Units before a change in which tokens may become others by it. */
const reach = 200;
/** Tokens for which alternatives are kept: beyond, only values are. */
const mostWithTop = 400_000;

/** The tokens of one document that were measured, each once. */
export class PartStore {
  private chunks: Chunk[] = [];
  private readonly known = new Map<number, string>();

  /** Text of an id among the alternatives. */
  text(id: number): string | undefined {
    return this.known.get(id);
  }

  /** Takes an answer in, in place of what was known of this range. */
  put(part: HeatmapPart, range: TextRange): void {
    const { top } = part;
    const keepsTop = top !== null && this.size < mostWithTop;
    if (keepsTop) for (const [id, text] of Object.entries(top.texts)) this.known.set(Number(id), text);
    const counted = new Uint8Array(part.ids.length).fill(1);
    for (const i of part.uncounted) counted[i] = 0;
    const base = range.start;
    const chunk = summed({
      from: range.start,
      to: range.end,
      base,
      fresh: true,
      ids: Int32Array.from(part.ids),
      starts: Int32Array.from(part.starts, (start) => start - base),
      ends: Int32Array.from(part.ends, (end) => end - base),
      bytes: Int32Array.from(part.bytes),
      values: Float64Array.from(part.values, (value) => value ?? NaN),
      counted,
      k: keepsTop ? top.k : 0,
      topIds: Int32Array.from(keepsTop ? top.ids : []),
      topLogProbs: Float32Array.from(keepsTop ? top.logProbs : []),
    });
    const others = this.chunks.flatMap((one) =>
      one.to <= range.start || one.from >= range.end
        ? [one]
        : [before(one, range.start, range.start), after(one, range.end, range.end)],
    );
    this.chunks = [...others, chunk].filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  }

  /** Moves along with a change of the text: what stands behind it keeps its value until it is measured anew. */
  edit({ at, removed, inserted }: { at: number; removed: number; inserted: number }): void {
    const end = at + removed;
    const by = inserted - removed;
    this.chunks = this.chunks
      .flatMap((one) => {
        if (one.to <= at - reach) return [one];
        if (one.from >= end) return [moved(one, by)];
        const near = after(before(one, at, at), at - reach, at - reach);
        return [
          before(one, at - reach, at - reach),
          { ...near, fresh: false },
          moved(after(one, end, end), by),
        ];
      })
      .filter(({ from, to }) => to > from);
  }

  /** Keeps what is known on the screen and counts it as of the past. */
  age(): void {
    this.chunks = this.chunks.map((one) => ({ ...one, fresh: false }));
  }

  /** The first part of a range that is not measured as the text is now. */
  gap({ start, end }: TextRange): TextRange | undefined {
    let at = start;
    for (const { from, to, fresh } of this.chunks) {
      if (!fresh || to <= at) continue;
      if (from > at) break;
      at = to;
    }
    if (at >= end) return undefined;
    const next = this.chunks.find(({ from, fresh }) => fresh && from > at);
    return { start: at, end: Math.min(end, next?.from ?? end) };
  }

  /** Units of the text that are measured as it is now. */
  get covered(): number {
    return this.chunks.reduce((sum, { from, to, fresh }) => sum + (fresh ? to - from : 0), 0);
  }

  /** Tokens that overlap one of some ranges, in order. */
  *tokensIn(ranges: readonly TextRange[]): Generator<MeasuredToken> {
    for (const chunk of this.chunks) {
      for (const range of ranges) {
        if (chunk.from >= range.end || chunk.to <= range.start) continue;
        const { first, last } = indicesIn(chunk, range);
        for (let i = first; i < last; i++) yield tokenOf(chunk, i);
      }
    }
  }

  /**
   * Every token that is measured as the text is now, in order, also one that covers no text; or those that overlap a
   * range. `position` counts from the text's first token; null behind a stretch that is not measured.
   */
  *measured(range?: TextRange): Generator<MeasuredToken & { readonly position: number | null }> {
    let at: number | null = 0;
    let end = 0;
    for (const chunk of this.chunks) {
      if (!chunk.fresh || chunk.from > end) at = null;
      end = chunk.to;
      if (!chunk.fresh) continue;
      const { first, last } = range ? indicesIn(chunk, range) : { first: 0, last: chunk.ids.length };
      for (let i = first; i < last; i++)
        yield { ...tokenOf(chunk, i), position: at === null ? null : at + i };
      if (at !== null) at += chunk.ids.length;
    }
  }

  /** Ids of all tokens that are measured as the text is now. */
  get ids(): number[] {
    return this.chunks.flatMap(({ ids, fresh }) => (fresh ? [...ids] : []));
  }

  /** How many tokens are measured as the text is now. */
  get fresh(): number {
    return this.chunks.reduce((sum, { ids, fresh }) => sum + (fresh ? ids.length : 0), 0);
  }

  /** Counted values, evenly taken: all of them where they are fewer than `most`. */
  sample(most: number): Float64Array {
    const step = Math.max(1, Math.ceil(this.size / most));
    const taken: number[] = [];
    let skip = 0;
    for (const { values, counted } of this.chunks) {
      let i = skip;
      for (; i < values.length; i += step)
        if (counted[i] === 1 && !Number.isNaN(values[i])) taken.push(values[i]);
      skip = i - values.length;
    }
    return Float64Array.from(taken);
  }

  /** Sums over all that is measured. */
  sums(): MeasuredSums {
    const sums = { n: 0, value: 0, bytes: 0, largest: 0 };
    for (const { own } of this.chunks) {
      sums.n += own.n;
      sums.value += own.value;
      sums.bytes += own.bytes;
      sums.largest = Math.max(sums.largest, own.largest);
    }
    return sums;
  }

  private get size(): number {
    return this.chunks.reduce((sum, { ids }) => sum + ids.length, 0);
  }
}

function tokenOf(chunk: Chunk, i: number): MeasuredToken {
  const { base, k } = chunk;
  const value = chunk.values[i];
  const top: { id: number; logProb: number }[] = [];
  for (let j = i * k; j < (i + 1) * k; j++) {
    if (chunk.topIds[j] >= 0) top.push({ id: chunk.topIds[j], logProb: chunk.topLogProbs[j] });
  }
  return {
    start: chunk.starts[i] + base,
    end: chunk.ends[i] + base,
    id: chunk.ids[i],
    value: Number.isNaN(value) ? null : value,
    counted: chunk.counted[i] === 1,
    top,
  };
}

/** The tokens of a chunk that overlap a range, as indices; those that cover no text overlap none. */
function indicesIn(
  { base, starts, ends }: Chunk,
  { start, end }: TextRange,
): { first: number; last: number } {
  return { first: firstAbove(ends, start - base), last: firstAbove(starts, end - base - 1) };
}

/** Index of the first entry above a bound; entries ascend. */
function firstAbove(entries: Int32Array, bound: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle] > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The tokens of a chunk that end at an offset or before it. */
function before(chunk: Chunk, offset: number, to: number): Chunk {
  const n = firstAbove(chunk.ends, offset - chunk.base);
  return cut(chunk, { first: 0, last: n, from: chunk.from, to: Math.min(chunk.to, to) });
}

/** The tokens of a chunk that begin at an offset or behind it. */
function after(chunk: Chunk, offset: number, from: number): Chunk {
  const first = firstAbove(chunk.starts, offset - chunk.base - 1);
  const last = chunk.ids.length;
  return cut(chunk, { first, last, from: Math.max(chunk.from, from), to: chunk.to });
}

function cut(chunk: Chunk, at: { first: number; last: number; from: number; to: number }): Chunk {
  const { first, last, from, to } = at;
  const { k } = chunk;
  return summed({
    ...chunk,
    from,
    to,
    ids: chunk.ids.subarray(first, last),
    starts: chunk.starts.subarray(first, last),
    ends: chunk.ends.subarray(first, last),
    bytes: chunk.bytes.subarray(first, last),
    values: chunk.values.subarray(first, last),
    counted: chunk.counted.subarray(first, last),
    topIds: chunk.topIds.subarray(first * k, last * k),
    topLogProbs: chunk.topLogProbs.subarray(first * k, last * k),
  });
}

function summed(chunk: Omit<Chunk, "own">): Chunk {
  const own = { n: 0, value: 0, bytes: 0, largest: 0 };
  chunk.values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    own.n++;
    own.value += value;
    own.bytes += chunk.bytes[i];
    if (chunk.counted[i] === 1) own.largest = Math.max(own.largest, Math.abs(value));
  });
  return { ...chunk, own };
}

function moved(chunk: Chunk, by: number): Chunk {
  return { ...chunk, from: chunk.from + by, to: chunk.to + by, base: chunk.base + by, fresh: false };
}
