/** Gathers what the chunks of a run read into one tensor per hook. */
import { sizeOf, type Tensor, tensor } from "../../tensor/tensor";
import type { Fetched } from "../ort";
import type { PlannedRead } from "./readPlan";

interface Piece {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Collects pieces in order of their positions. */
export class ReadCollector {
  private readonly pieces = new Map<PlannedRead, Piece[]>();

  /** A piece as a graph gave it. */
  add(read: PlannedRead, fetched: Fetched): void {
    this.put(read, { shape: [...fetched.dims], data: fetched.data as Float32Array });
  }

  /** Rows of a residual stream [positions, width] at the given rows. */
  addRows(
    read: PlannedRead,
    rows: Float32Array,
    { width, indices }: { width: number; indices: readonly number[] },
  ): void {
    const data = new Float32Array(indices.length * width);
    indices.forEach((row, i) => data.set(rows.subarray(row * width, (row + 1) * width), i * width));
    this.put(read, { shape: [indices.length, width], data });
  }

  /** All pieces of a read joined along its positions; shorter rows of keys are filled with what no key would have. */
  finish(read: PlannedRead, nKeys: number): Tensor {
    const pieces = this.pieces.get(read) ?? [];
    const first = pieces[0];
    const short = read.axes.includes("keyPos") && first?.shape.at(-1) !== nKeys;
    if (first !== undefined && pieces.length === 1 && !short) {
      return tensor(read.axes, first.shape, first.data);
    }
    return join(read, pieces, nKeys);
  }

  private put(read: PlannedRead, piece: Piece): void {
    const pieces = this.pieces.get(read);
    if (pieces === undefined) this.pieces.set(read, [piece]);
    else pieces.push(piece);
  }
}

function join(read: PlannedRead, pieces: readonly Piece[], nKeys: number): Tensor {
  const { posAxis, axes } = read;
  const model = pieces[0]?.shape ?? axes.map(() => 0);
  const total = pieces.reduce((sum, { shape }) => sum + shape[posAxis], 0);
  const hasKeys = axes.includes("keyPos");
  const shape = model.map((n, axis) =>
    axis === posAxis ? total : hasKeys && axis === axes.length - 1 ? nKeys : n,
  );
  const fill = read.hook.site === "attn.hook_attn_scores" ? -Infinity : 0;
  const data = new Float32Array(sizeOf(shape)).fill(fill);
  const outer = sizeOf(shape.slice(0, posAxis));
  const rowOut = sizeOf(shape.slice(posAxis + 1));
  let before = 0;
  for (const piece of pieces) {
    const n = piece.shape[posAxis];
    const rowIn = sizeOf(piece.shape.slice(posAxis + 1));
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < n; i++) {
        const from = (o * n + i) * rowIn;
        data.set(piece.data.subarray(from, from + rowIn), (o * total + before + i) * rowOut);
      }
    }
    before += n;
  }
  return tensor(axes, shape, data);
}
