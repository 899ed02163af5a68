/** Gathers what the chunks of a run read into one tensor per read. */
import { type ReductionPart, reductionParts } from "../../graph/parts/reduction";
import { sizeOf, type Tensor, tensor } from "../../tensor/tensor";
import type { Fetched } from "../ort";
import type { PlannedRead } from "./readPlan";

interface Piece {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What one chunk brought of a read. */
interface Chunk {
  /** Positions it stands for. */
  readonly n: number;
  readonly parts: ReadonlyMap<ReductionPart, Piece>;
}

/** What a read brought; indices where the k largest were asked for. */
export interface Collected {
  readonly value: Tensor;
  readonly indices?: Tensor;
}

/** The outputs of a read: its value, or what its reduction has. */
export function partsOf({ spec }: PlannedRead): readonly ReductionPart[] {
  return spec.reduce === undefined ? ["value"] : reductionParts[spec.reduce.kind];
}

/** Collects chunks in order of their positions. */
export class ReadCollector {
  private readonly chunks = new Map<PlannedRead, Chunk[]>();

  /** What a graph gave for `n` positions. */
  add(read: PlannedRead, n: number, fetched: (part: ReductionPart) => Fetched): void {
    const parts = partsOf(read).map((part) => {
      const { dims, data } = fetched(part);
      const floats = data instanceof Float32Array ? data : Float32Array.from(data, Number);
      return [part, { shape: [...dims], data: floats }] as const;
    });
    this.put(read, { n, parts: new Map(parts) });
  }

  /** Rows of a residual stream [positions, width] at the given rows. */
  addRows(
    read: PlannedRead,
    rows: Float32Array,
    { width, indices }: { width: number; indices: readonly number[] },
  ): void {
    const data = new Float32Array(indices.length * width);
    indices.forEach((row, i) => data.set(rows.subarray(row * width, (row + 1) * width), i * width));
    const piece = { shape: [indices.length, width], data };
    this.put(read, { n: indices.length, parts: new Map([["value", piece]]) });
  }

  /** All chunks of a read as one; shorter rows of keys are filled with what no key would have. */
  finish(read: PlannedRead, nKeys: number): Collected {
    const chunks = this.chunks.get(read) ?? [];
    const { reduce } = read.spec;
    if (reduce?.kind === "mean" || reduce?.kind === "statistics") return { value: merged(read, chunks) };
    const pieces = (part: ReductionPart): Piece[] => chunks.map(({ parts }) => parts.get(part) as Piece);
    const last = reduce?.kind === "top" ? reduce.k : nKeys;
    const fill = read.hook.site === "attn.hook_attn_scores" ? -Infinity : 0;
    const value = join(read, pieces("value"), { last, fill });
    if (reduce?.kind !== "top") return { value };
    return { value, indices: join(read, pieces("indices"), { last, fill: -1 }) };
  }

  private put(read: PlannedRead, chunk: Chunk): void {
    const chunks = this.chunks.get(read);
    if (chunks === undefined) this.chunks.set(read, [chunk]);
    else chunks.push(chunk);
  }
}

/** Pieces one after the other along their positions; rows of keys (and the largest of them) all get the length `last`. */
function join(
  read: PlannedRead,
  pieces: readonly Piece[],
  { last, fill }: { last: number; fill: number },
): Tensor {
  const { joinAxis, axes } = read;
  const grows = axes.includes("keyPos") || (axes.at(-1) === "k" && axes[0] === "head");
  const model = pieces[0]?.shape ?? axes.map(() => 0);
  if (pieces.length === 1 && !(grows && model.at(-1) !== last)) return tensor(axes, model, pieces[0].data);
  const total = pieces.reduce((sum, { shape }) => sum + shape[joinAxis], 0);
  const shape = model.map((n, axis) =>
    axis === joinAxis ? total : grows && axis === axes.length - 1 ? last : n,
  );
  const data = new Float32Array(sizeOf(shape)).fill(fill);
  const outer = sizeOf(shape.slice(0, joinAxis));
  const rowOut = sizeOf(shape.slice(joinAxis + 1));
  let before = 0;
  for (const piece of pieces) {
    const n = piece.shape[joinAxis];
    const rowIn = sizeOf(piece.shape.slice(joinAxis + 1));
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

/**
 * Means and statistics of chunks as those of all positions.
 * Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
 */
function merged(read: PlannedRead, chunks: readonly Chunk[]): Tensor {
  const shape = chunks[0]?.parts.get("value")?.shape ?? [0];
  const width = sizeOf(shape);
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  const least = new Float64Array(width).fill(Infinity);
  const most = new Float64Array(width).fill(-Infinity);
  let before = 0;
  for (const { n, parts } of chunks) {
    const of = (part: ReductionPart): Float32Array => parts.get(part)?.data ?? new Float32Array(width);
    const all = before + n;
    for (let i = 0; i < width; i++) {
      const step = of("value")[i] - mean[i];
      mean[i] += (step * n) / all;
      squares[i] += of("squares")[i] + (step * step * before * n) / all;
      least[i] = Math.min(least[i], of("least")[i]);
      most[i] = Math.max(most[i], of("most")[i]);
    }
    before = all;
  }
  if (read.spec.reduce?.kind === "mean") return tensor(read.axes, shape, Float32Array.from(mean));
  const deviation = squares.map((sum) => Math.sqrt(sum / before));
  const rows = [mean, deviation, least, most].flatMap((row) => [...row]);
  return tensor(read.axes, [4, ...shape], Float32Array.from(rows));
}
