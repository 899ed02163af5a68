/** Llama: rotary positions, RMSNorm before each part, grouped-query attention, a gated MLP. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "llama"` checkpoint.
 * Source: Touvron et al., 2023; tensor names as in transformers' LlamaForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function llama(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights);
  const rotary = rotaryOf(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const mlpBias = flag(config, "mlp_bias", false);
  return decoder(from, {
    family: "llama",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, biases: { qkv: bias, out: bias } }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`, { bias: mlpBias }),
    }),
  });
}
