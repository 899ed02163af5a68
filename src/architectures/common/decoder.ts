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
import { activationOf, count, epsilonOf, flag, type ModelConfig, refuse } from "./configReader";
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
  readonly names: { readonly embed: string; readonly blocks: string; readonly head: string };
}

/** Keys of config.json that hold sizes, by the names most families use. */
type SizeKey =
  | "hidden_size"
  | "num_attention_heads"
  | "num_hidden_layers"
  | "intermediate_size"
  | "max_position_embeddings";

/** What a family takes where config.json has no word; a null there means one per head, or dModel / nHeads. */
export interface SizeDefaults {
  readonly nKvHeads?: number;
  readonly dHead?: number;
  readonly nCtx?: number;
  /** dMlp over dModel. */
  readonly widening?: number;
  /** The family's own names of sizes; the usual ones hold where these are absent. */
  readonly keys?: Readonly<Partial<Record<SizeKey, string>>>;
}

/** Sizes under the names hidden_size, num_attention_heads, num_key_value_heads, head_dim, intermediate_size … */
export function sizesOf(config: ModelConfig, defaults: SizeDefaults = {}): Sizes {
  const size = (name: SizeKey, fallback?: number): number => {
    const own = defaults.keys?.[name] ?? name;
    return count(config, config[own] === undefined && config[name] !== undefined ? name : own, fallback);
  };
  const dModel = size("hidden_size");
  const nHeads = size("num_attention_heads");
  const perKv = defaultOf(config, "num_key_value_heads", defaults.nKvHeads) ?? nHeads;
  const nKvHeads = count(config, "num_key_value_heads", perKv);
  if (nHeads % nKvHeads !== 0) throw refuse("num_key_value_heads", nKvHeads, `a divisor of ${nHeads} heads`);
  const width = defaultOf(config, "head_dim", defaults.dHead) ?? dModel / nHeads;
  if ((config["head_dim"] ?? null) === null && !Number.isInteger(width))
    throw refuse(
      defaults.keys?.num_attention_heads ?? "num_attention_heads",
      nHeads,
      `a divisor of ${dModel}`,
    );
  return {
    nLayers: size("num_hidden_layers"),
    nHeads,
    nKvHeads,
    dModel,
    dHead: count(config, "head_dim", width),
    dMlp: size("intermediate_size", defaults.widening === undefined ? undefined : defaults.widening * dModel),
    dVocab: count(config, "vocab_size"),
    nCtx: size("max_position_embeddings", defaults.nCtx ?? 2048),
  };
}

function defaultOf(config: ModelConfig, key: string, fallback: number | undefined): number | undefined {
  return config[key] === undefined ? fallback : undefined;
}

/** Sizes as GPT-2's descendants name them. */
export const gptKeys = {
  hidden_size: "n_embd",
  num_attention_heads: "n_head",
  num_hidden_layers: "n_layer",
  intermediate_size: "n_inner",
  max_position_embeddings: "n_positions",
} as const;

/** How a checkpoint is laid out, where it is not as Llama's. */
export interface Layout extends SizeDefaults {
  /** What a causal-LM checkpoint puts before the base model's names. */
  readonly prefix?: string;
  /** Name of the embedding's tensor in the base model. */
  readonly embed?: string;
  /** Name of the list of blocks. */
  readonly blocks?: string;
  /** Full name of the unembedding's tensor where it is not the embedding. */
  readonly head?: string;
}

/** Config, tensors and sizes. */
export function checkpointOf(config: ModelConfig, weights: WeightTable, layout: Layout = {}): Checkpoint {
  const {
    prefix = "model.",
    embed = "embed_tokens.weight",
    blocks = "layers",
    head = "lm_head.weight",
  } = layout;
  return {
    config,
    find: new WeightFinder(weights, prefix, embed),
    sizes: sizesOf(config, layout),
    names: { embed, blocks, head },
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
  readonly positions?: ModelSpec["positions"];
  /** Width of the embedding where it is not dModel. */
  readonly embedWidth?: number;
  readonly embed?: Partial<ModelSpec["embed"]>;
  readonly unembed?: Partial<ModelSpec["unembed"]>;
}

/** A decoder of embedding, blocks and unembedding. */
export function decoder({ config, find, sizes, names }: Checkpoint, parts: DecoderParts): ModelSpec {
  const { embedWidth = sizes.dModel } = parts;
  const shape = [sizes.dVocab, embedWidth];
  const embed = find.tensor(names.embed, shape);
  const tied = flag(config, "tie_word_embeddings", parts.tied);
  return {
    family: parts.family,
    ...sizes,
    positions: parts.positions ?? { kind: "none" },
    causal: true,
    embed: embedding(embed, parts.embed),
    blocks: Array.from({ length: sizes.nLayers }, (_, layer) =>
      parts.block(`${names.blocks}.${layer}`, layer),
    ),
    finalNorm: parts.finalNorm,
    unembed: unembedding(tied ? embed : find.exact(names.head, shape), parts.unembed),
    warnings: find.warnings(),
  };
}

/** A learned table of positions, wpe. */
export function gptLearned({ find, sizes }: Checkpoint): ModelSpec["positions"] {
  return { kind: "learned", weight: find.tensor("wpe.weight", [sizes.nCtx, sizes.dModel]) };
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
    epsilon: epsilonOf(config, "rms_norm_eps", epsilon),
  };
}

/** LayerNorm by its tensors' name; epsilon under the given key. */
export function layerNorm(
  { config, find, sizes }: Checkpoint,
  name: string,
  how: {
    /** Key of config.json, or the number itself. */
    readonly epsilon?: string | number;
    readonly bias?: boolean;
    readonly plusOne?: boolean;
  } = {},
): NormSpec {
  const { epsilon = "layer_norm_eps" } = how;
  return {
    kind: "layer",
    gain: find.tensor(`${name}.weight`, [sizes.dModel]),
    plusOne: how.plusOne ?? false,
    bias: (how.bias ?? true) ? find.tensor(`${name}.bias`, [sizes.dModel]) : null,
    epsilon: typeof epsilon === "number" ? epsilon : epsilonOf(config, epsilon, 1e-5),
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
    epsilon: epsilonOf(config, how.epsilon, how.fallback ?? (kind === "rms" ? 1e-6 : 1e-5)),
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
    /** Name of the part of a block, and of the output projection in it. */
    readonly part?: string;
    readonly outName?: string;
  },
): AttentionSpec {
  const { biases = { qkv: false, out: false }, part = "self_attn", outName = "o_proj", ...differs } = how;
  const { dModel, nHeads, nKvHeads, dHead } = sizes;
  const side = (name: string, n: number): LinearSpec =>
    find.linear(`${at}.${part}.${name}_proj`, [dModel, n * dHead], biases.qkv);
  const qkv = differs.qkv ?? {
    kind: "separate",
    q: side("q", nHeads),
    k: side("k", nKvHeads),
    v: side("v", nKvHeads),
  };
  const out = find.linear(`${at}.${part}.${outName}`, [nHeads * dHead, dModel], biases.out);
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
    /** What it is where config.json does not say. */
    readonly activation: string;
    /** Key of config.json with the activation. */
    readonly key?: string;
  },
): DenseMlpSpec {
  const { dModel, dMlp } = sizes;
  const [into, out] = how.names;
  return {
    kind: "dense",
    in: find.linear(`${at}.${into}`, [dModel, dMlp], how.bias),
    gate: null,
    out: find.linear(`${at}.${out}`, [dMlp, dModel], how.bias),
    activation: activationOf(config, how.key ?? "hidden_act", how.activation),
  };
}
