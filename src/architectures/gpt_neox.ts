/** GPT-NeoX and Pythia: rotary positions on part of each head, attention and MLP in parallel (or in series). */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig, positive, real } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, layerNorm, plainMlp } from "./common/decoder";
import { parallel, perHeadQkv, preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "gpt_neox"` checkpoint.
 * Source: Black et al., "GPT-NeoX-20B", 2022; tensor names as in transformers' GPTNeoXForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gptNeox(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null }, weights, {
    prefix: "gpt_neox.",
    embed: "embed_in.weight",
    head: "embed_out.weight",
  });
  const { dModel, nHeads } = from.sizes;
  const rotary = rotaryOf(
    {
      ...config,
      rope_theta: positive(config, "rotary_emb_base", real(config, "rope_theta", 10000)),
      partial_rotary_factor: positive(config, "rotary_pct", real(config, "partial_rotary_factor", 0.25)),
    },
    from.sizes,
  );
  const bias = flag(config, "attention_bias", true);
  const order = flag(config, "use_parallel_residual", true) ? parallel : preNorm;
  return decoder(from, {
    family: "gpt_neox",
    tied: false,
    finalNorm: layerNorm(from, "final_layer_norm"),
    block: (at) => ({
      ...order,
      ln1: layerNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        qkv: perHeadQkv(
          from.find.linear(`${at}.attention.query_key_value`, [dModel, 3 * dModel], bias),
          nHeads,
        ),
        rotary,
        biases: { qkv: bias, out: bias },
        part: "attention",
        outName: "dense",
      }),
      ln2: layerNorm(from, `${at}.post_attention_layernorm`),
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["dense_h_to_4h", "dense_4h_to_h"],
        bias: true,
        activation: "gelu",
      }),
    }),
  });
}
