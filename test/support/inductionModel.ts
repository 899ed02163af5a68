/**
 * An induction circuit by hand, as a checkpoint: two layers of attention alone, no norms, so that every number follows
 * on paper. The stream is [token V | position T | token before V | answer V]. In layer 0 head 0 attends by one and
 * copies the token into "token before"; in layer 1 head 0 looks for its own token there and copies what it finds into
 * "answer", and head 1 attends to its own token and takes it away. Layer 0's second head does nothing.
 */
import { join } from "node:path";
import { writeReferenceTensors, type ReferenceTensor } from "./referenceTensors";
import { writeFiles } from "./tempFolder";

const [V, T] = [20, 26];
const width = 3 * V + T;
const dHead = Math.max(V, T);
/** Size of a score where query and key match. */
const beta = 30;
/** Logit of a whole answer. */
const sharpness = 8;

/** Its sizes, and where the parts of its stream begin. */
export const induction = {
  nVocab: V,
  nCtx: T,
  width,
  sharpness,
  token: 0,
  position: V,
  before: V + T,
  answer: 2 * V + T,
} as const;

/** A vector of the stream that is one at an entry. */
export const oneHot = (at: number): number[] => Array.from({ length: width }, (_, d) => (d === at ? 1 : 0));

/** Writes it. */
export function writeInductionModel(folder: string): void {
  const tensors = new Map<string, ReferenceTensor>();
  /** Entries [row, column, value] of a matrix [out, in]. */
  const put = (
    name: string,
    shape: [number, number],
    entries: readonly (readonly [number, number, number])[],
  ): void => {
    const data = new Float32Array(shape[0] * shape[1]);
    for (const [row, column, value] of entries) data[row * shape[1] + column] = value;
    tensors.set(`${name}.weight`, { shape, data });
  };
  const each = <E>(n: number, entry: (i: number) => E): E[] => Array.from({ length: n }, (_, i) => entry(i));
  const { token, position, before, answer } = induction;
  put("embed", [V, width], each(V, (v) => [v, token + v, 1])); // prettier-ignore
  put("positions", [T, width], each(T, (i) => [i, position + i, 1])); // prettier-ignore
  put("unembed", [V, width], each(V, (v) => [v, answer + v, sharpness])); // prettier-ignore
  const attention = (
    layer: number,
    side: "q" | "k" | "v",
    entries: readonly (readonly [number, number, number])[],
  ): void => put(`blocks.${layer}.attn.${side}`, [2 * dHead, width], entries);
  const second = dHead;
  attention(0, "q", each(T, (i) => [i, position + i, beta])); // prettier-ignore
  attention(0, "k", each(T - 1, (j) => [j + 1, position + j, 1])); // prettier-ignore
  attention(0, "v", each(V, (v) => [v, token + v, 1])); // prettier-ignore
  put("blocks.0.attn.o", [width, 2 * dHead], each(V, (v) => [before + v, v, 1])); // prettier-ignore
  attention(1, "q", [
    ...each(V, (v) => [v, token + v, beta] as const),
    ...each(V, (v) => [second + v, token + v, beta] as const),
  ]);
  attention(1, "k", [
    ...each(V, (v) => [v, before + v, 1] as const),
    ...each(V, (v) => [second + v, token + v, 1] as const),
  ]);
  attention(1, "v", [
    ...each(V, (v) => [v, token + v, 1] as const),
    ...each(V, (v) => [second + v, token + v, 1] as const),
  ]);
  put("blocks.1.attn.o", [width, 2 * dHead], [
    ...each(V, (v) => [answer + v, v, 1] as const),
    ...each(V, (v) => [token + v, second + v, -1] as const),
  ]); // prettier-ignore
  const sizes = { n_layers: 2, n_heads: 2, d_model: width, d_head: dHead, d_mlp: 0, vocab_size: V, n_ctx: T };
  const config = { model_type: "introspect-plain", norm: "none", score_scale: 1, ...sizes };
  writeFiles(folder, { "config.json": config });
  writeReferenceTensors(join(folder, "model.safetensors"), tensors);
}
