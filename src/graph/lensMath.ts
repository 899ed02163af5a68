/** What fitting and using a trained lens needs of a model beside its runs; the engine computes it in small graphs. */
import type { WorkOptions } from "../base/cancel";

/** An affine map of residual rows beside the identity: h + A h + b. `a` is A [dModel, dModel], outputs first; `b` [dModel]. */
export interface Translator {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Puts rows [n, dModel] of one row of the lens through what a trained lens has for it. */
export type Translate = (row: number, values: Float32Array) => Promise<Float32Array>;

/** Rows [n, dModel] of several layers at the same n positions, and those after the last block there. */
export interface LayerRows {
  readonly layers: readonly Float32Array[];
  readonly final: Float32Array;
}

/** How far layers' rows decode from the last: forward KL in nats per layer and position; its gradients [n, dModel] per layer. */
export interface Divergences {
  readonly kl: readonly Float32Array[];
  /** Of each position's KL with respect to its own row; empty unless asked for. */
  readonly gradients: readonly Float32Array[];
}

/** Products that are too large for plain loops. All matrices are row after row. */
export interface LensMath {
  /** h + A h + b for every row. */
  translate(translator: Translator, rows: Float32Array): Promise<Float32Array>;
  /** xᵀx and yᵀx of rows x, y [n, dModel], summed in float64: [dModel, dModel] each. */
  products(
    x: Float32Array,
    y: Float32Array,
  ): Promise<{ readonly xx: Float64Array; readonly yx: Float64Array }>;
  /** gᵀx of rows g, x [n, dModel]: [dModel, dModel]. */
  outer(g: Float32Array, x: Float32Array): Promise<Float32Array>;
  /** KL(model ‖ lens): both through final norm, unembedding, scale and soft cap, a few positions at a time. */
  divergences(
    rows: LayerRows,
    wants: { readonly gradients: boolean },
    options?: WorkOptions,
  ): Promise<Divergences>;
}
