/** Qwen 2: Llama with biases of queries, keys and values, and perhaps windows in the upper layers. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { qwenWindows } from "./common/qwen";

/**
 * The parts of a `model_type: "qwen2"` checkpoint.
 * Source: Yang et al., "Qwen2 Technical Report", 2024; tensor names as in transformers' Qwen2ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function qwen2(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nCtx: 32768 });
  const rotary = rotaryOf(config, from.sizes);
  const windows = qwenWindows(config, from.sizes.nLayers);
  return decoder(from, {
    family: "qwen2",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        window: windows(layer),
        biases: { qkv: true, out: false },
      }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}
