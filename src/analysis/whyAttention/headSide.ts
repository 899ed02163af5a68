/** From parts of the stream to parts of one head's queries or keys: norm (its scale frozen), clamping, rotation. */
import type { HeadReading, HeadRotation, HeadSide } from "../../graph/headReading";
import { AnalysisError } from "../common/analysisError";
import type { StreamParts } from "./streamParts";

/** Parts of the queries or keys at some positions, [position, dHead] each, before rotation. */
export interface SideParts {
  readonly parts: readonly { readonly source: string; readonly values: Float64Array }[];
  /** True where something was clamped: the rest of it is a part of its own. */
  readonly isClamped: boolean;
}

/** Where a side's entries lie in the stream's parts, and what its norm needs. */
export interface SideRequest {
  readonly side: HeadSide;
  /** Index of its first entry in a row of the parts. */
  readonly from: number;
  /** For norms over all heads together: the mean square of all heads' values, by position. */
  readonly meanSquares: ArrayLike<number> | null;
  readonly clip: number | null;
}

/**
 * The parts of a side. Together they are its queries or keys as the rotation gets them.
 * @throws {AnalysisError} "no-parts" for a LayerNorm over all heads together
 */
export function sideParts(stream: StreamParts, request: SideRequest): SideParts {
  const { side, from, clip } = request;
  const dHead = side.weight.length;
  const own = (values: Float64Array): Float64Array => entries(values, 2 * dHead, from, dHead);
  let whole = own(stream.whole);
  let parts = stream.parts.map(({ source, values }) => ({ source, values: own(values) }));
  if (side.norm !== null) {
    const frozen = frozenNorm(request, whole, dHead);
    whole = frozen.whole(whole);
    parts = parts.map(({ source, values }) => ({ source, values: frozen.part(values) }));
    const { bias } = side.norm;
    if (bias !== null) parts.push({ source: "norm bias", values: whole.map((_, i) => bias[i % dHead]) });
  }
  if (clip === null) return { parts, isClamped: false };
  const left = whole.map((x) => Math.min(clip, Math.max(-clip, x)) - x);
  const isClamped = left.some((x) => x !== 0);
  return { parts: isClamped ? [...parts, { source: "clamping", values: left }] : parts, isClamped };
}

/** Some entries of each row. */
function entries(values: Float64Array, width: number, from: number, n: number): Float64Array {
  return Float64Array.from({ length: (values.length / width) * n }, (_, i) => {
    return values[Math.floor(i / n) * width + from + (i % n)];
  });
}

/** A norm as it acts at the scale that the run had: linear in parts; on the whole with its bias. */
function frozenNorm(
  { side, meanSquares }: SideRequest,
  whole: Float64Array,
  dHead: number,
): {
  readonly whole: (values: Float64Array) => Float64Array;
  readonly part: (values: Float64Array) => Float64Array;
} {
  const { kind, over, gain, bias, epsilon } = side.norm as NonNullable<HeadSide["norm"]>;
  if (kind === "layer" && over === "all") {
    const message = "This layer's queries and keys are normed over all heads together by a LayerNorm.";
    throw new AnalysisError("no-parts", `${message} Its parts cannot be told by head.`, {
      next: "Look at the scores themselves instead.",
    });
  }
  const centred = (values: Float64Array): Float64Array =>
    kind === "layer" ? lessMeans(values, dHead) : values;
  const own = centred(whole);
  const scales = Float64Array.from({ length: whole.length / dHead }, (_, row) => {
    const squares = own.subarray(row * dHead, (row + 1) * dHead).reduce((sum, x) => sum + x * x, 0) / dHead;
    return Math.sqrt((meanSquares?.[row] ?? squares) + epsilon);
  });
  const part = (values: Float64Array): Float64Array =>
    centred(values).map((x, i) => (x * (gain?.[i % dHead] ?? 1)) / scales[Math.floor(i / dHead)]);
  return { part, whole: (values) => part(values).map((x, i) => x + (bias?.[i % dHead] ?? 0)) };
}

function lessMeans(values: Float64Array, n: number): Float64Array {
  return values.map((x, i) => {
    const row = values.subarray(i - (i % n), i - (i % n) + n);
    return x - row.reduce((a, b) => a + b, 0) / n;
  });
}

/** A vector [dHead] turned as one at `position` is; the same vector where nothing is turned. */
export function rotated(
  vector: Float64Array,
  rotation: HeadReading["rotation"],
  position: number,
): Float64Array {
  if (rotation === null) return vector;
  const turned = vector.slice();
  const { dRotary, cos, sin } = rotation;
  for (let i = 0; i < dRotary; i++) {
    const at = position * dRotary + i;
    turned[i] = vector[i] * cos[at] + quarter(vector, rotation, i) * sin[at];
  }
  return turned;
}

/** Entry i of a vector that is turned by a right angle in each of its pairs. */
function quarter(vector: Float64Array, { pairs, dRotary }: HeadRotation, i: number): number {
  if (pairs === "neighbours") return i % 2 === 0 ? -vector[i + 1] : vector[i - 1];
  const half = dRotary / 2;
  return i < half ? -vector[i + half] : vector[i - half];
}
