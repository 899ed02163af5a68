/**
 * A transformer in plain loops, with random weights: the second implementation that analyses and engine are tested
 * against. GPT-2's shape (LayerNorm, biases, learned positions, GELU) or a gated one without biases (RMS norm, SiLU).
 */
import { gaussian, seededRandom } from "../../src/base/random";

/** Sizes and kind of a tiny model. */
export interface TinyShape {
  readonly nLayers: number;
  readonly nHeads: number;
  readonly dModel: number;
  readonly dMlp: number;
  readonly dVocab: number;
  readonly nCtx: number;
  readonly kind: "gpt" | "gated";
  readonly seed: number;
}

/** A norm's gain and bias; kind "rms" has no bias and subtracts no mean. */
export interface TinyNorm {
  readonly gain: Float32Array;
  readonly bias: Float32Array | null;
}

/** y = x · w + b, `w` being [nIn, nOut] row by row. */
export interface TinyLinear {
  readonly nIn: number;
  readonly nOut: number;
  readonly w: Float32Array;
  readonly b: Float32Array | null;
}

/** Weights of one block. */
export interface TinyBlock {
  readonly ln1: TinyNorm;
  readonly q: TinyLinear;
  readonly k: TinyLinear;
  readonly v: TinyLinear;
  readonly o: TinyLinear;
  readonly ln2: TinyNorm;
  /** For the gated kind: the up projection. */
  readonly up: TinyLinear;
  readonly gate: TinyLinear | null;
  readonly down: TinyLinear;
}

/** A whole model; tests may change the weights. */
export interface TinyModel {
  readonly shape: TinyShape;
  readonly embed: Float32Array;
  readonly pos: Float32Array;
  readonly blocks: readonly TinyBlock[];
  readonly final: TinyNorm;
  /** [dVocab, dModel]. */
  readonly unembed: Float32Array;
}

/** Called for every hook with its values, [pos, …] or [head, query, key]; may change them in place. */
export type Tap = (hook: string, values: Float32Array, shape: readonly number[]) => void;

/** Added under the root of a norm. */
export const tinyEps = 1e-5;

/** A model with normally distributed weights. */
export function tinyModel(shape: TinyShape): TinyModel {
  const normal = gaussian(seededRandom(shape.seed));
  const { nLayers, dModel, dMlp, dVocab, nCtx } = shape;
  const values = (n: number, scale: number, mean = 0) =>
    Float32Array.from({ length: n }, () => mean + scale * normal());
  const biased = shape.kind === "gpt";
  const norm = (): TinyNorm => ({ gain: values(dModel, 0.2, 1), bias: biased ? values(dModel, 0.2) : null });
  const linear = (nIn: number, nOut: number): TinyLinear => ({
    nIn,
    nOut,
    w: values(nIn * nOut, 1 / Math.sqrt(nIn)),
    b: biased ? values(nOut, 0.1) : null,
  });
  const block = (): TinyBlock => ({
    ln1: norm(),
    q: linear(dModel, dModel),
    k: linear(dModel, dModel),
    v: linear(dModel, dModel),
    o: linear(dModel, dModel),
    ln2: norm(),
    up: linear(dModel, dMlp),
    gate: biased ? null : linear(dModel, dMlp),
    down: linear(dMlp, dModel),
  });
  return {
    shape,
    embed: values(dVocab * dModel, 1),
    pos: values(nCtx * dModel, 0.3),
    blocks: Array.from({ length: nLayers }, block),
    final: norm(),
    unembed: values(dVocab * dModel, 1),
  };
}

/** Runs the model over ids; gives the last residual stream, [pos, dModel]. */
export function tinyForward(model: TinyModel, ids: readonly number[], tap: Tap): Float32Array {
  const { dModel } = model.shape;
  const rows = [ids.length, dModel];
  const embed = new Float32Array(ids.length * dModel);
  ids.forEach((id, p) => embed.set(model.embed.subarray(id * dModel, (id + 1) * dModel), p * dModel));
  const pos = model.pos.slice(0, ids.length * dModel);
  tap("hook_embed", embed, rows);
  tap("hook_pos_embed", pos, rows);
  let x = sum(embed, pos);
  model.blocks.forEach((block, l) => {
    x = runBlock(model, block, x, (name, values, shape) => tap(`blocks.${l}.${name}`, values, shape));
  });
  return x;
}

function runBlock(model: TinyModel, block: TinyBlock, resid: Float32Array, tap: Tap): Float32Array {
  const { dModel, dMlp } = model.shape;
  const n = resid.length / dModel;
  const rows = [n, dModel];
  tap("hook_resid_pre", resid, rows);
  const attn = attention(model, block, normalize(model, block.ln1, resid, tapped(tap, "ln1")), tap);
  tap("hook_attn_out", attn, rows);
  const mid = sum(resid, attn);
  tap("hook_resid_mid", mid, rows);
  const inner = normalize(model, block.ln2, mid, tapped(tap, "ln2"));
  const pre = apply(block.gate ?? block.up, inner);
  tap("mlp.hook_pre", pre, [n, dMlp]);
  const post = pre.map(block.gate ? silu : gelu);
  if (block.gate) {
    const up = apply(block.up, inner);
    tap("mlp.hook_pre_linear", up, [n, dMlp]);
    post.forEach((value, i) => (post[i] = value * up[i]));
  }
  tap("mlp.hook_post", post, [n, dMlp]);
  const out = apply(block.down, post);
  tap("hook_mlp_out", out, rows);
  const next = sum(mid, out);
  tap("hook_resid_post", next, rows);
  return next;
}

const tapped =
  (tap: Tap, name: string): Tap =>
  (hook, values, shape) =>
    tap(`${name}.${hook}`, values, shape);

function attention(model: TinyModel, block: TinyBlock, x: Float32Array, tap: Tap): Float32Array {
  const { dModel, nHeads } = model.shape;
  const dHead = dModel / nHeads;
  const n = x.length / dModel;
  const [q, k, v] = [block.q, block.k, block.v].map((linear) => apply(linear, x));
  const pattern = new Float32Array(nHeads * n * n);
  for (let h = 0; h < nHeads; h++) {
    for (let i = 0; i < n; i++) {
      const row = pattern.subarray((h * n + i) * n, (h * n + i + 1) * n);
      let total = 0;
      for (let j = 0; j <= i; j++) {
        let score = 0;
        for (let d = 0; d < dHead; d++)
          score += q[i * dModel + h * dHead + d] * k[j * dModel + h * dHead + d];
        total += row[j] = Math.exp(score / Math.sqrt(dHead));
      }
      for (let j = 0; j <= i; j++) row[j] /= total;
    }
  }
  tap("attn.hook_pattern", pattern, [nHeads, n, n]);
  const z = new Float32Array(n * dModel);
  for (let i = 0; i < n; i++) {
    for (let e = 0; e < dModel; e++) {
      const row = (Math.floor(e / dHead) * n + i) * n;
      let value = 0;
      for (let j = 0; j <= i; j++) value += pattern[row + j] * v[j * dModel + e];
      z[i * dModel + e] = value;
    }
  }
  tap("attn.hook_z", z, [n, nHeads, dHead]);
  return apply(block.o, z);
}

/** Norm with gain and bias; taps its scale, √(variance + ε) or √(mean square + ε), as [pos, one]. */
export function normalize(model: TinyModel, norm: TinyNorm, x: Float32Array, tap: Tap): Float32Array {
  const { dModel, kind } = model.shape;
  const n = x.length / dModel;
  const scale = new Float32Array(n);
  const out = new Float32Array(x.length);
  for (let p = 0; p < n; p++) {
    const row = x.subarray(p * dModel, (p + 1) * dModel);
    const mean = kind === "gpt" ? row.reduce((a, b) => a + b, 0) / dModel : 0;
    const square = row.reduce((a, b) => a + (b - mean) ** 2, 0) / dModel;
    scale[p] = Math.sqrt(square + tinyEps);
    for (let d = 0; d < dModel; d++) {
      out[p * dModel + d] = ((row[d] - mean) / scale[p]) * norm.gain[d] + (norm.bias?.[d] ?? 0);
    }
  }
  tap("hook_scale", scale, [n, 1]);
  return out;
}

/** Rows through a linear map. */
export function apply(linear: TinyLinear, x: Float32Array): Float32Array {
  const { nIn, nOut, w, b } = linear;
  const n = x.length / nIn;
  const out = new Float32Array(n * nOut);
  for (let p = 0; p < n; p++) {
    for (let j = 0; j < nOut; j++) {
      let value = b?.[j] ?? 0;
      for (let i = 0; i < nIn; i++) value += x[p * nIn + i] * w[i * nOut + j];
      out[p * nOut + j] = value;
    }
  }
  return out;
}

function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

const silu = (x: number): number => x / (1 + Math.exp(-x));
const gelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
