/** Falcon: one key/value head or a few for all, attention and MLP in parallel; the RW models in series with linear biases. */
import type { WeightTable } from "../graph/graphBuilder";
import type { AlibiSpec, BlockSpec, ModelSpec, NormSpec, QkvSpec } from "../graph/modelSpec";
import { bf16ToF32, f32ToBf16 } from "../tensor/dtypes";
import { activationOf, count, expect, flag, type ModelConfig, refuse } from "./common/configReader";
import { alibiSlopes } from "./common/alibi";
import { attentionOf, type Checkpoint, checkpointOf, decoder, layerNorm } from "./common/decoder";
import { parallel, perHeadQkv, preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "falcon"` checkpoint.
 * Source: Almazrouei et al., "The Falcon Series of Open Language Models", 2023; tensor names as in transformers'
 * FalconForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function falcon(config: ModelConfig, weights: WeightTable): ModelSpec {
  const kind = kindOf(config);
  const from = checkpointOf({ ...config, num_key_value_heads: kind.nKvHeads, head_dim: null }, weights, {
    prefix: "transformer.",
    embed: "word_embeddings.weight",
    blocks: "h",
    keys: { intermediate_size: "ffn_hidden_size" },
    widening: 4,
  });
  const { find, sizes } = from;
  const { dModel, dMlp, nHeads, dHead } = sizes;
  const { bias } = kind;
  const positions = kind.alibi
    ? { alibi: scaledAlibi(nHeads, (countsTwice(config) ? 2 : 1) / Math.sqrt(dHead)) }
    : { rotary: rotaryOf(config, sizes) };
  const spec = decoder(from, {
    family: "falcon",
    tied: true,
    finalNorm: norm(from, "ln_f"),
    block: (at) => ({
      ...(kind.inParallel ? parallel : preNorm),
      ...normsOf(from, at, kind),
      attention: attentionOf(from, at, {
        qkv: qkvOf(from, `${at}.self_attention.query_key_value`, kind),
        ...positions,
        part: "self_attention",
        outName: "dense",
        biases: { qkv: bias, out: bias },
      }),
      mlp: {
        kind: "dense",
        in: find.linear(`${at}.mlp.dense_h_to_4h`, [dModel, dMlp], bias),
        gate: null,
        out: find.linear(`${at}.mlp.dense_4h_to_h`, [dMlp, dModel], bias),
        activation: activationOf(config, "activation", "gelu"),
      },
    }),
  });
  const twice = kind.alibi && countsTwice(config);
  return twice ? { ...spec, warnings: [...spec.warnings, twiceWarning] } : spec;
}

const twiceWarning =
  "The linear biases of the scores count twice, as in the eager attention of the transformers version that wrote " +
  "config.json; its other kinds of attention, and older versions, count them once.";

/** transformers' eager attention adds the biases with the mask and once more since it builds one mask for all layers. */
function countsTwice(config: ModelConfig): boolean {
  if (config["_attn_implementation"] === "sdpa") return false;
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(String(config["transformers_version"] ?? "")) ?? [];
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 45);
}

/** What distinguishes the three kinds of Falcon. */
interface Kind {
  /** Each key/value head's queries lie before it in the fused projection (40B and later). */
  readonly grouped: boolean;
  readonly inParallel: boolean;
  /** A norm each for attention and MLP. */
  readonly ownNorms: boolean;
  readonly nKvHeads: number;
  readonly nHeads: number;
  readonly alibi: boolean;
  readonly bias: boolean;
}

function kindOf(config: ModelConfig): Kind {
  const grouped = flag(config, "new_decoder_architecture", false);
  const multiQuery = flag(config, "multi_query", true);
  const inParallel = flag(config, "parallel_attn", true);
  const nHeads = count(config, "num_attention_heads");
  const nKvHeads = grouped ? count(config, "num_kv_heads", nHeads) : multiQuery ? 1 : nHeads;
  const norms = count(config, "num_ln_in_parallel_attn", grouped ? 2 : 1);
  if (norms > 2) throw refuse("num_ln_in_parallel_attn", norms, "1 or 2");
  if (grouped && !inParallel) throw refuse("parallel_attn", false, "true with new_decoder_architecture");
  if (nHeads % nKvHeads !== 0) throw refuse("num_kv_heads", nKvHeads, `a divisor of ${nHeads} heads`);
  expect(config, "apply_residual_connection_post_layernorm", false);
  const alibi = flag(config, "alibi", false);
  const ownNorms = grouped && norms === 2;
  return { grouped, inParallel, ownNorms, nKvHeads, nHeads, alibi, bias: flag(config, "bias", false) };
}

function norm(from: Checkpoint, name: string): NormSpec {
  return layerNorm(from, name, { epsilon: "layer_norm_epsilon" });
}

function normsOf(from: Checkpoint, at: string, kind: Kind): Pick<BlockSpec, "ln1" | "ln2"> {
  if (kind.ownNorms) return { ln1: norm(from, `${at}.ln_attn`), ln2: norm(from, `${at}.ln_mlp`) };
  const ln1 = norm(from, `${at}.input_layernorm`);
  return { ln1, ln2: kind.inParallel ? "ln1" : norm(from, `${at}.post_attention_layernorm`) };
}

function qkvOf({ find, sizes }: Checkpoint, name: string, kind: Kind): QkvSpec {
  const { dModel, dHead, nHeads } = sizes;
  const { nKvHeads } = kind;
  const linear = find.linear(name, [dModel, (nHeads + 2 * nKvHeads) * dHead], kind.bias);
  if (nKvHeads === nHeads && !kind.grouped) return perHeadQkv(linear, nHeads);
  const parts = [
    { of: "q", heads: nHeads / nKvHeads },
    { of: "k", heads: 1 },
    { of: "v", heads: 1 },
  ] as const;
  return { kind: "grouped", linear, groups: nKvHeads, parts };
}

/** Biases are added before the scores are scaled, and are rounded to bfloat16 whatever the model's type. */
function scaledAlibi(nHeads: number, scale: number): AlibiSpec {
  const slopes = alibiSlopes(nHeads).map(rounded);
  return { bias: (head, key) => rounded(slopes[head] * key) * scale };
}

function rounded(value: number): number {
  const out = new Float32Array(1);
  bf16ToF32(f32ToBf16(Float32Array.of(value)), out);
  return out[0];
}
