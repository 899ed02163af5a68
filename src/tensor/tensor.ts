/** Arrays with named axes. The names are fixed here, once, for the whole project. */
import { CodedError } from "../base/errors";

/** The axes a tensor of this project can have. `keyPos` counts every visible position, `queryPos` and `pos` the read ones. */
export type Axis =
  | "batch"
  | "layer"
  | "head"
  | "pos"
  | "queryPos"
  | "keyPos"
  | "dModel"
  | "dHead"
  | "dMlp"
  | "expert"
  | "vocab"
  | "k"
  | "statistic"
  | "direction"
  | "one";

/** Float32 values in C order with a name for each axis. */
export interface Tensor {
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Codes of errors about shapes and axes. */
export type TensorErrorCode = "shape-mismatch";

/** A shape or axis that does not fit. */
export class TensorError extends CodedError<TensorErrorCode> {}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * A tensor over the given values.
 * @throws {TensorError} "shape-mismatch" when axes, shape and data do not agree
 */
export function tensor(axes: readonly Axis[], shape: readonly number[], data: Float32Array): Tensor {
  if (axes.length !== shape.length || sizeOf(shape) !== data.length) {
    const said = `[${axes.join(", ")}] = [${shape.join(", ")}]`;
    throw new TensorError("shape-mismatch", `A tensor ${said} cannot hold ${data.length} values.`);
  }
  return { axes, shape, data };
}
