/** GPT-NeoX and Pythia: rotary positions on part of each head, attention and MLP in parallel (or in series). */
import type { WeightTable } from "../graph/graphBuilder";
import type { BlockSpec, ModelSpec, RotarySpec } from "../graph/modelSpec";
import { flag, type ModelConfig, real } from "./common/configReader";
import { type Checkpoint, layerNorm, plainMlp, sizesOf } from "./common/decoder";
import { embedding, parallel, perHeadQkv, plainAttention, preNorm, unembedding } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { WeightFinder } from "./common/weights";

/**
 * The parts of a `model_type: "gpt_neox"` checkpoint.
 * Source: Black et al., "GPT-NeoX-20B", 2022; tensor names as in transformers' GPTNeoXForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gptNeox(config: ModelConfig, weights: WeightTable): ModelSpec {
  const sizes = sizesOf({ ...config, num_key_value_heads: null }, { nCtx: 2048 });
  const find = new WeightFinder(weights, "gpt_neox.", "embed_in.weight");
  const from = { config, find, sizes };
  const shape = [sizes.dVocab, sizes.dModel];
  const embed = find.tensor("embed_in.weight", shape);
  const tied = flag(config, "tie_word_embeddings", false);
  const rotary = rotaryOf(
    {
      ...config,
      rope_theta: real(config, "rotary_emb_base", real(config, "rope_theta", 10000)),
      partial_rotary_factor: real(config, "rotary_pct", real(config, "partial_rotary_factor", 0.25)),
    },
    sizes,
  );
  return {
    family: "gpt_neox",
    ...sizes,
    causal: true,
    positions: { kind: "none" },
    embed: embedding(embed),
    blocks: Array.from({ length: sizes.nLayers }, (_, layer) => block(from, `layers.${layer}`, rotary)),
    finalNorm: layerNorm(from, "final_layer_norm"),
    unembed: unembedding(tied ? embed : find.exact("embed_out.weight", shape)),
    warnings: find.warnings(),
  };
}

function block(from: Checkpoint, at: string, rotary: RotarySpec): BlockSpec {
  const { config, find, sizes } = from;
  const { dModel, nHeads, dHead } = sizes;
  const bias = flag(config, "attention_bias", true);
  return {
    ...(flag(config, "use_parallel_residual", true) ? parallel : preNorm),
    ln1: layerNorm(from, `${at}.input_layernorm`),
    attention: {
      ...plainAttention,
      qkv: perHeadQkv(find.linear(`${at}.attention.query_key_value`, [dModel, 3 * dModel], bias), nHeads),
      out: find.linear(`${at}.attention.dense`, [dModel, dModel], bias),
      rotary,
      scoreScale: 1 / Math.sqrt(dHead),
    },
    ln2: layerNorm(from, `${at}.post_attention_layernorm`),
    mlp: plainMlp(from, `${at}.mlp`, {
      names: ["dense_h_to_4h", "dense_4h_to_h"],
      bias: true,
      activation: "gelu",
    }),
  };
}
