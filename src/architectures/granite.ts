/** Granite: Llama with factors on the embedding, the scores, what is added, and the logits. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig, real, refuse } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "granite"` checkpoint.
 * Source: Granite Team, "Granite 3.0 Language Models", 2024; tensor names as in transformers' GraniteForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function granite(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights);
  const rotary = rotaryOf(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const mlpBias = flag(config, "mlp_bias", false);
  const scoreScale = real(config, "attention_multiplier", 1);
  const residualScale = real(config, "residual_multiplier", 1);
  return decoder(from, {
    family: "granite",
    tied: false,
    embed: { scale: real(config, "embedding_multiplier", 1) },
    finalNorm: rmsNorm(from, "norm"),
    unembed: { scale: 1 / nonZero(config, "logits_scaling") },
    block: (at) => ({
      ...preNorm,
      residualScale,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, scoreScale, biases: { qkv: bias, out: bias } }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`, { bias: mlpBias }),
    }),
  });
}

function nonZero(config: ModelConfig, key: string): number {
  const value = real(config, key, 1);
  if (value === 0) throw refuse(key, value, "a number other than 0");
  return value;
}
