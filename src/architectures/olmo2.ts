/** OLMo 2: Llama with norms behind each part instead of before it, and of all queries and keys together. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsHeadNorms, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "olmo2"` checkpoint.
 * Source: OLMo Team, "2 OLMo 2 Furious", 2025; tensor names as in transformers' Olmo2ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function olmo2(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights);
  const rotary = rotaryOf(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const norm = (name: string) => rmsNorm(from, name, { epsilon: 1e-5 });
  return decoder(from, {
    family: "olmo2",
    tied: false,
    finalNorm: norm("norm"),
    block: (at) => ({
      ...preNorm,
      ln1: null,
      attention: attentionOf(from, at, {
        rotary,
        ...rmsHeadNorms(from, at, { over: "all", epsilon: 1e-5 }),
        biases: { qkv: bias, out: bias },
      }),
      ln1Post: norm(`${at}.post_attention_layernorm`),
      ln2: null,
      mlp: gatedMlp(from, `${at}.mlp`),
      ln2Post: norm(`${at}.post_feedforward_layernorm`),
    }),
  });
}
