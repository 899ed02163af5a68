/** GPT-J: attention and MLP in parallel behind one LayerNorm, neighbouring pairs of part of each head turned. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import type { ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gptKeys, layerNorm, plainMlp } from "./common/decoder";
import { parallel } from "./common/parts";
import { rotaryDims } from "./common/rotary";

/**
 * The parts of a `model_type: "gptj"` checkpoint.
 * Source: Wang and Komatsuzaki, "GPT-J-6B", 2021; tensor names as in transformers' GPTJForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gptj(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null, head_dim: null }, weights, {
    prefix: "transformer.",
    embed: "wte.weight",
    blocks: "h",
    keys: gptKeys,
    widening: 4,
  });
  const rotary = rotaryDims(config, from.sizes);
  return decoder(from, {
    family: "gptj",
    tied: false,
    finalNorm: layerNorm(from, "ln_f", { epsilon: "layer_norm_epsilon" }),
    unembed: { bias: from.find.exact("lm_head.bias", [from.sizes.dVocab]) },
    block: (at) => ({
      ...parallel,
      ln1: layerNorm(from, `${at}.ln_1`, { epsilon: "layer_norm_epsilon" }),
      attention: attentionOf(from, at, { rotary, part: "attn", outName: "out_proj" }),
      ln2: "ln1",
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["fc_in", "fc_out"],
        bias: true,
        activation: "gelu_new",
        key: "activation_function",
      }),
    }),
  });
}
