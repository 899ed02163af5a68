/** OLMo: Llama with LayerNorm that has neither gain nor bias, and clamped projections. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig, optionalPositive } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp } from "./common/decoder";
import { bareLayerNorm, preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "olmo"` checkpoint.
 * Source: Groeneveld et al., "OLMo", 2024; tensor names as in transformers' OlmoForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function olmo(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights);
  const rotary = rotaryOf(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const clip = optionalPositive(config, "clip_qkv");
  return decoder(from, {
    family: "olmo",
    tied: false,
    finalNorm: bareLayerNorm,
    block: (at) => ({
      ...preNorm,
      ln1: bareLayerNorm,
      attention: attentionOf(from, at, { rotary, clip, biases: { qkv: bias, out: bias } }),
      ln2: bareLayerNorm,
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}
