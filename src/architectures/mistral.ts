/** Mistral: Llama with a sliding window and no biases. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import type { ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "mistral"` checkpoint.
 * Source: Jiang et al., "Mistral 7B", 2023; tensor names as in transformers' MistralForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function mistral(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 8, nCtx: 131072 });
  const rotary = rotaryOf(config, from.sizes);
  const windows = windowsOf(config, from.sizes.nLayers, { fallback: 4096, slides: () => true });
  return decoder(from, {
    family: "mistral",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, window: windows(layer) }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}
