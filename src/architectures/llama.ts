/** Llama: rotary positions, RMSNorm before each part, grouped-query attention, a gated MLP. */
import type { WeightTable } from "../graph/graphBuilder";
import type { BlockSpec, ModelSpec, NormSpec } from "../graph/modelSpec";
import { activationOf, count, flag, type ModelConfig, real, refuse } from "./common/configReader";
import { rotaryOf } from "./common/rotary";
import { WeightFinder } from "./common/weights";

/**
 * The parts of a `model_type: "llama"` checkpoint.
 * Source: Touvron et al., 2023; tensor names as in transformers' LlamaForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function llama(config: ModelConfig, weights: WeightTable): ModelSpec {
  const dModel = count(config, "hidden_size");
  const nHeads = count(config, "num_attention_heads");
  const nKvHeads = count(config, "num_key_value_heads", nHeads);
  if (nHeads % nKvHeads !== 0) throw refuse("num_key_value_heads", nKvHeads, `a divisor of ${nHeads} heads`);
  if ((config["head_dim"] ?? null) === null && dModel % nHeads !== 0)
    throw refuse("num_attention_heads", nHeads, `a divisor of ${dModel}`);
  const sizes: Sizes = {
    dModel,
    nHeads,
    nKvHeads,
    dHead: count(config, "head_dim", dModel / nHeads),
    dMlp: count(config, "intermediate_size"),
  };
  const find = new WeightFinder(weights, "model.", "embed_tokens.weight");
  const dVocab = count(config, "vocab_size");
  const nCtx = count(config, "max_position_embeddings", 2048);
  const embed = find.tensor("embed_tokens.weight", [dVocab, dModel]);
  const nLayers = count(config, "num_hidden_layers");
  const tied = flag(config, "tie_word_embeddings", false);
  const spec = {
    family: "llama",
    nLayers,
    ...sizes,
    dVocab,
    nCtx,
    positions: rotaryOf(config, sizes.dHead, nCtx),
    embed,
    blocks: Array.from({ length: nLayers }, (_, layer) => block(config, find, sizes, `layers.${layer}`)),
    finalNorm: rmsNorm(config, find, "norm", dModel),
    unembed: tied ? embed : find.exact("lm_head.weight", [dVocab, dModel]),
  };
  return { ...spec, warnings: find.warnings() };
}

interface Sizes {
  readonly dModel: number;
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dHead: number;
  readonly dMlp: number;
}

function block(config: ModelConfig, find: WeightFinder, sizes: Sizes, at: string): BlockSpec {
  const { dModel, nHeads, nKvHeads, dHead, dMlp } = sizes;
  const attentionBias = flag(config, "attention_bias", false);
  const mlpBias = flag(config, "mlp_bias", false);
  return {
    ln1: rmsNorm(config, find, `${at}.input_layernorm`, dModel),
    qkv: {
      kind: "separate",
      q: find.linear(`${at}.self_attn.q_proj`, [dModel, nHeads * dHead], attentionBias),
      k: find.linear(`${at}.self_attn.k_proj`, [dModel, nKvHeads * dHead], attentionBias),
      v: find.linear(`${at}.self_attn.v_proj`, [dModel, nKvHeads * dHead], attentionBias),
    },
    out: find.linear(`${at}.self_attn.o_proj`, [nHeads * dHead, dModel], attentionBias),
    scoreScale: 1 / Math.sqrt(dHead),
    ln2: rmsNorm(config, find, `${at}.post_attention_layernorm`, dModel),
    mlpIn: find.linear(`${at}.mlp.up_proj`, [dModel, dMlp], mlpBias),
    mlpGate: find.linear(`${at}.mlp.gate_proj`, [dModel, dMlp], mlpBias),
    mlpOut: find.linear(`${at}.mlp.down_proj`, [dMlp, dModel], mlpBias),
    activation: activationOf(config, "hidden_act", "silu"),
  };
}

function rmsNorm(config: ModelConfig, find: WeightFinder, name: string, dModel: number): NormSpec {
  return {
    kind: "rms",
    gain: find.tensor(`${name}.weight`, [dModel]),
    bias: null,
    epsilon: real(config, "rms_norm_eps", 1e-6),
  };
}
