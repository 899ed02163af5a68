/** Qwen 3: Llama with a norm of each query and key, and perhaps windows in the upper layers. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsHeadNorms, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { qwenWindows } from "./common/qwen";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "qwen3"` checkpoint.
 * Source: Yang et al., "Qwen3 Technical Report", 2025; tensor names as in transformers' Qwen3ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function qwen3(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { dHead: 128, nCtx: 32768 });
  const rotary = rotaryOf(config, from.sizes);
  const windows = qwenWindows(config, from.sizes.nLayers);
  const bias = flag(config, "attention_bias", false);
  return decoder(from, {
    family: "qwen3",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        ...rmsHeadNorms(from, at, { over: "head" }),
        window: windows(layer),
        biases: { qkv: bias, out: bias },
      }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}
