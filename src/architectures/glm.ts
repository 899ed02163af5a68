/** GLM-4: Llama with half of each head turned in neighbouring pairs, and gate and up in one tensor. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, fusedGatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "glm"` checkpoint.
 * Source: GLM Team, "ChatGLM", 2024; tensor names as in transformers' GlmForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function glm(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 2, dHead: 128, nCtx: 131072 });
  const rotary = rotaryOf(config, from.sizes, { share: 0.5, pairs: "neighbours" });
  const bias = flag(config, "attention_bias", false);
  const norm = (name: string) => rmsNorm(from, name, { epsilon: 1.5625e-7 });
  return decoder(from, {
    family: "glm",
    tied: false,
    finalNorm: norm("norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, biases: { qkv: bias, out: false } }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: fusedGatedMlp(from, `${at}.mlp`),
    }),
  });
}
