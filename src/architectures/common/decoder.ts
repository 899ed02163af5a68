/** The layout that Llama's checkpoints began and most later families keep: names, sizes, and parts of a block. */
import type { WeightTable } from "../../graph/graphBuilder";
import type {
  AttentionSpec,
  BlockSpec,
  DenseMlpSpec,
  HeadNormSpec,
  LinearSpec,
  ModelSpec,
  NormSpec,
} from "../../graph/modelSpec";
import { activationOf, count, flag, type ModelConfig, real, refuse } from "./configReader";
import { embedding, plainAttention, unembedding } from "./parts";
import { WeightFinder } from "./weights";

/** Sizes of a decoder. */
export type Sizes = Omit<ModelSpec, "family" | "nLayers" | Parts> & { readonly nLayers: number };
type Parts = "embed" | "positions" | "causal" | "blocks" | "finalNorm" | "unembed" | "warnings";

/** A config.json and where its tensors are found. */
export interface Checkpoint {
  readonly config: ModelConfig;
  readonly find: WeightFinder;
  readonly sizes: Sizes;
}

/** What a family takes where config.json has no word; a null there means one per head, or dModel / nHeads. */
export interface SizeDefaults {
  readonly nKvHeads?: number;
  readonly dHead?: number;
  readonly nCtx?: number;
}

/** Sizes under the names hidden_size, num_attention_heads, num_key_value_heads, head_dim, intermediate_size … */
export function sizesOf(config: ModelConfig, defaults: SizeDefaults = {}): Sizes {
  const dModel = count(config, "hidden_size");
  const nHeads = count(config, "num_attention_heads");
  const nKvHeads = count(
    config,
    "num_key_value_heads",
    defaultOf(config, "num_key_value_heads", defaults.nKvHeads) ?? nHeads,
  );
  if (nHeads % nKvHeads !== 0) throw refuse("num_key_value_heads", nKvHeads, `a divisor of ${nHeads} heads`);
  const width = defaultOf(config, "head_dim", defaults.dHead) ?? dModel / nHeads;
  if ((config["head_dim"] ?? null) === null && !Number.isInteger(width))
    throw refuse("num_attention_heads", nHeads, `a divisor of ${dModel}`);
  return {
    nLayers: count(config, "num_hidden_layers"),
    nHeads,
    nKvHeads,
    dModel,
    dHead: count(config, "head_dim", width),
    dMlp: count(config, "intermediate_size"),
    dVocab: count(config, "vocab_size"),
    nCtx: count(config, "max_position_embeddings", defaults.nCtx ?? 2048),
  };
}

function defaultOf(config: ModelConfig, key: string, fallback: number | undefined): number | undefined {
  return config[key] === undefined ? fallback : undefined;
}

/** Config, tensors below "model." and sizes. */
export function checkpointOf(
  config: ModelConfig,
  weights: WeightTable,
  defaults: SizeDefaults = {},
): Checkpoint {
  return {
    config,
    find: new WeightFinder(weights, "model.", "embed_tokens.weight"),
    sizes: sizesOf(config, defaults),
  };
}

/** What a family says of its decoder; the rest is as in Llama. */
export interface DecoderParts {
  readonly family: string;
  /** Whether the unembedding is the embedding where config.json does not say. */
  readonly tied: boolean;
  /** The block whose tensors begin with `at`. */
  readonly block: (at: string, layer: number) => BlockSpec;
  readonly finalNorm: NormSpec | null;
  readonly embed?: Partial<ModelSpec["embed"]>;
  readonly unembed?: Partial<ModelSpec["unembed"]>;
}

/** A decoder with embed_tokens, layers.N, and lm_head. */
export function decoder({ config, find, sizes }: Checkpoint, parts: DecoderParts): ModelSpec {
  const shape = [sizes.dVocab, sizes.dModel];
  const embed = find.tensor("embed_tokens.weight", shape);
  const tied = flag(config, "tie_word_embeddings", parts.tied);
  return {
    family: parts.family,
    ...sizes,
    positions: { kind: "none" },
    causal: true,
    embed: embedding(embed, parts.embed),
    blocks: Array.from({ length: sizes.nLayers }, (_, layer) => parts.block(`layers.${layer}`, layer)),
    finalNorm: parts.finalNorm,
    unembed: unembedding(tied ? embed : find.exact("lm_head.weight", shape), parts.unembed),
    warnings: find.warnings(),
  };
}

/** RMSNorm by its tensor's name; epsilon under rms_norm_eps. */
export function rmsNorm(
  { config, find, sizes }: Checkpoint,
  name: string,
  { plusOne = false, epsilon = 1e-6 }: { readonly plusOne?: boolean; readonly epsilon?: number } = {},
): NormSpec {
  return {
    kind: "rms",
    gain: find.tensor(`${name}.weight`, [sizes.dModel]),
    plusOne,
    bias: null,
    epsilon: real(config, "rms_norm_eps", epsilon),
  };
}

/** LayerNorm by its tensors' name; epsilon under the given key. */
export function layerNorm(
  { config, find, sizes }: Checkpoint,
  name: string,
  how: { readonly epsilon?: string; readonly bias?: boolean; readonly plusOne?: boolean } = {},
): NormSpec {
  return {
    kind: "layer",
    gain: find.tensor(`${name}.weight`, [sizes.dModel]),
    plusOne: how.plusOne ?? false,
    bias: (how.bias ?? true) ? find.tensor(`${name}.bias`, [sizes.dModel]) : null,
    epsilon: real(config, how.epsilon ?? "layer_norm_eps", 1e-5),
  };
}

/** A norm of queries or keys by its tensors' name. */
export function headNorm(
  { config, find, sizes }: Checkpoint,
  name: string,
  how: Pick<HeadNormSpec, "kind" | "over"> & {
    readonly of: "q" | "k";
    /** Key of config.json. */
    readonly epsilon: string;
    /** What it is where config.json does not say. */
    readonly fallback?: number;
    readonly plusOne?: boolean;
  },
): HeadNormSpec {
  const { kind, over, of, plusOne = false } = how;
  const width = sizes.dHead * (over === "all" ? (of === "q" ? sizes.nHeads : sizes.nKvHeads) : 1);
  return {
    kind,
    over,
    gain: find.tensor(`${name}.weight`, [width]),
    plusOne,
    bias: kind === "layer" ? find.tensor(`${name}.bias`, [width]) : null,
    epsilon: real(config, how.epsilon, how.fallback ?? (kind === "rms" ? 1e-6 : 1e-5)),
  };
}

/** Norms q_norm and k_norm, RMS, of each head or of all together. */
export function rmsHeadNorms(
  from: Checkpoint,
  at: string,
  how: { readonly over: HeadNormSpec["over"]; readonly plusOne?: boolean; readonly epsilon?: number },
): Pick<AttentionSpec, "qNorm" | "kNorm"> {
  const { over, plusOne = false, epsilon: fallback = 1e-6 } = how;
  const side = (of: "q" | "k"): HeadNormSpec =>
    headNorm(from, `${at}.self_attn.${of}_norm`, {
      kind: "rms",
      over,
      of,
      plusOne,
      epsilon: "rms_norm_eps",
      fallback,
    });
  return { qNorm: side("q"), kNorm: side("k") };
}

/** Attention with q_proj, k_proj, v_proj and o_proj, scaled by √dHead, or what differs. */
export function attentionOf(
  { find, sizes }: Checkpoint,
  at: string,
  how: Partial<AttentionSpec> & {
    readonly biases?: { readonly qkv: boolean; readonly out: boolean };
    readonly outName?: string;
  },
): AttentionSpec {
  const { biases = { qkv: false, out: false }, outName = "o_proj", ...differs } = how;
  const { dModel, nHeads, nKvHeads, dHead } = sizes;
  const side = (name: string, n: number): LinearSpec =>
    find.linear(`${at}.self_attn.${name}_proj`, [dModel, n * dHead], biases.qkv);
  const qkv = differs.qkv ?? {
    kind: "separate",
    q: side("q", nHeads),
    k: side("k", nKvHeads),
    v: side("v", nKvHeads),
  };
  const out = find.linear(`${at}.self_attn.${outName}`, [nHeads * dHead, dModel], biases.out);
  return { ...plainAttention, out, scoreScale: 1 / Math.sqrt(dHead), ...differs, qkv };
}

/** up_proj, gate_proj and down_proj. */
export function gatedMlp(
  { config, find, sizes }: Checkpoint,
  at: string,
  how: {
    readonly bias?: boolean;
    readonly activation?: DenseMlpSpec["activation"];
    readonly width?: number;
  } = {},
): DenseMlpSpec {
  const { bias = false, width = sizes.dMlp } = how;
  const { dModel } = sizes;
  return {
    kind: "dense",
    in: find.linear(`${at}.up_proj`, [dModel, width], bias),
    gate: find.linear(`${at}.gate_proj`, [dModel, width], bias),
    out: find.linear(`${at}.down_proj`, [width, dModel], bias),
    activation: how.activation ?? activationOf(config, "hidden_act", "silu"),
  };
}

/** gate_up_proj, whose first half is the gate, and down_proj. */
export function fusedGatedMlp({ config, find, sizes }: Checkpoint, at: string): DenseMlpSpec {
  const { dModel, dMlp } = sizes;
  const half = (first: number): LinearSpec =>
    find.linearRows(`${at}.gate_up_proj`, [dModel, 2 * dMlp], { rows: [first, first + dMlp], bias: false });
  return {
    kind: "dense",
    in: half(dMlp),
    gate: half(0),
    out: find.linear(`${at}.down_proj`, [dMlp, dModel], false),
    activation: activationOf(config, "hidden_act", "silu"),
  };
}

/** An MLP of two matrices under a family's own names. */
export function plainMlp(
  { config, find, sizes }: Checkpoint,
  at: string,
  how: {
    readonly names: readonly [into: string, out: string];
    readonly bias: boolean;
    readonly activation: string;
  },
): DenseMlpSpec {
  const { dModel, dMlp } = sizes;
  const [into, out] = how.names;
  return {
    kind: "dense",
    in: find.linear(`${at}.${into}`, [dModel, dMlp], how.bias),
    gate: null,
    out: find.linear(`${at}.${out}`, [dMlp, dModel], how.bias),
    activation: activationOf(config, "hidden_act", how.activation),
  };
}
