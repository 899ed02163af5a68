/** What most families leave out, so that a family's file says only what it has. */
import type {
  AttentionSpec,
  BlockSpec,
  EmbedSpec,
  LinearSpec,
  NormSpec,
  QkvSpec,
  UnembedSpec,
} from "../../graph/modelSpec";

/** A block in series with norms before its parts. */
export const preNorm = {
  order: "pre",
  addedTo: "stream",
  ln1Post: null,
  ln2Post: null,
  residualScale: 1,
} as const satisfies Partial<BlockSpec>;

/** A block in series with norms on the stream, after each part was added. */
export const postNorm = { ...preNorm, order: "post" } as const satisfies Partial<BlockSpec>;

/** A block whose attention and MLP read the same stream. */
export const parallel = { ...preNorm, order: "parallel" } as const satisfies Partial<BlockSpec>;

/** LayerNorm with neither gain nor bias. */
export const bareLayerNorm: NormSpec = {
  kind: "layer",
  gain: null,
  plusOne: false,
  bias: null,
  epsilon: 1e-5,
};

/** Attention to all keys up to the query's, by scaled products alone. */
export const plainAttention = {
  clip: null,
  qNorm: null,
  kNorm: null,
  rotary: null,
  softCap: null,
  alibi: null,
  window: null,
} as const satisfies Partial<AttentionSpec>;

/** One product whose outputs hold, head after head, a head's query, key and value. */
export function perHeadQkv(linear: LinearSpec, nHeads: number): QkvSpec {
  const one = (of: "q" | "k" | "v") => ({ of, heads: 1 });
  return { kind: "grouped", linear, groups: nHeads, parts: [one("q"), one("k"), one("v")] };
}

/** Rows of a table as they are, or what differs. */
export function embedding(weight: string, differs: Partial<EmbedSpec> = {}): EmbedSpec {
  return { weight, scale: 1, project: null, norm: null, ...differs };
}

/** A product with a table as it is, or what differs. */
export function unembedding(weight: string, differs: Partial<UnembedSpec> = {}): UnembedSpec {
  return { weight, bias: null, project: null, scale: 1, softCap: null, ...differs };
}
