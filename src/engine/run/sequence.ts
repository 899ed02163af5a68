/** Keys and values of a token sequence, per layer, appended to without moving what is there. */
import { floatFeed } from "../feeds";
import type { Feed } from "../ort";

/** Sizes of one layer's keys: positions × kvHeads × dHead. */
export interface SequenceShape {
  readonly nLayers: number;
  readonly nKvHeads: number;
  readonly dHead: number;
}

interface LayerBuffers {
  k: Float32Array;
  v: Float32Array;
}

const firstCapacity = 64;

/** The cached positions of one run. All layers hold `ids.length` positions between runs. */
export class Sequence {
  readonly ids: number[] = [];
  private readonly layers: LayerBuffers[];
  private readonly rowSize: number;

  constructor(private readonly shape: SequenceShape) {
    this.rowSize = shape.nKvHeads * shape.dHead;
    this.layers = Array.from({ length: shape.nLayers }, () => ({
      k: new Float32Array(0),
      v: new Float32Array(0),
    }));
  }

  get length(): number {
    return this.ids.length;
  }

  /** Keys and values of a layer so far, [positions, kvHead, dHead], as views. */
  past(layer: number): { k: Feed; v: Feed } {
    const { k, v } = this.layers[layer];
    const used = this.length * this.rowSize;
    const dims = [this.length, this.shape.nKvHeads, this.shape.dHead];
    return {
      k: floatFeed(k.subarray(0, used), dims),
      v: floatFeed(v.subarray(0, used), dims),
    };
  }

  /** Writes a layer's keys and values of new positions after the ones there; `commit` makes them count. */
  write(layer: number, k: Float32Array, v: Float32Array): void {
    const buffers = this.layers[layer];
    const used = this.length * this.rowSize;
    buffers.k = grown(buffers.k, used, k.length);
    buffers.v = grown(buffers.v, used, v.length);
    buffers.k.set(k, used);
    buffers.v.set(v, used);
  }

  /** Counts the ids whose keys and values were written for every layer. */
  commit(ids: readonly number[]): void {
    for (const id of ids) this.ids.push(id);
  }

  /** Forgets every position from `length` on. */
  truncate(length: number): void {
    this.ids.length = Math.min(this.ids.length, length);
  }

  /** A copy of the first `length` positions. */
  fork(length: number): Sequence {
    const copy = new Sequence(this.shape);
    const used = length * this.rowSize;
    this.layers.forEach(({ k, v }, layer) => copy.write(layer, k.subarray(0, used), v.subarray(0, used)));
    copy.commit(this.ids.slice(0, length));
    return copy;
  }

  /**
   * The first `length` positions without a copy: good while this sequence stays as it is. What is written behind them
   * goes into memory of its own.
   */
  borrow(length: number): Sequence {
    const view = new Sequence(this.shape);
    const used = length * this.rowSize;
    this.layers.forEach(({ k, v }, layer) => {
      view.layers[layer] = { k: k.subarray(0, used), v: v.subarray(0, used) };
    });
    view.commit(this.ids.slice(0, length));
    return view;
  }

  /**
   * Keys and values of all positions in the layers before one, without a copy (as `borrow`). No position counts yet: a
   * run that begins at that layer writes the other layers' and counts them.
   */
  below(layer: number): Sequence {
    const view = new Sequence(this.shape);
    const used = this.length * this.rowSize;
    this.layers.slice(0, layer).forEach(({ k, v }, i) => {
      view.layers[i] = { k: k.subarray(0, used), v: v.subarray(0, used) };
    });
    return view;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.layers.reduce((sum, { k, v }) => sum + k.byteLength + v.byteLength, 0);
  }
}

function grown(buffer: Float32Array, used: number, more: number): Float32Array {
  if (used + more <= buffer.length) return buffer;
  const rowsAhead = Math.max(buffer.length * 2, used + more, firstCapacity);
  const next = new Float32Array(rowsAhead);
  next.set(buffer.subarray(0, used));
  return next;
}
