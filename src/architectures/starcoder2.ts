/** StarCoder 2: LayerNorm, a plain MLP, few key/value heads, rotary positions, a window. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, layerNorm, plainMlp } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "starcoder2"` checkpoint.
 * Source: Lozhkov et al., "StarCoder 2 and The Stack v2", 2024; tensor names as in transformers' Starcoder2ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function starcoder2(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 2, nCtx: 4096 });
  const rotary = rotaryOf(config, from.sizes);
  const windows = windowsOf(config, from.sizes.nLayers, { fallback: null, slides: () => true });
  const bias = flag(config, "use_bias", true);
  const norm = (name: string) => layerNorm(from, name, { epsilon: "norm_epsilon" });
  return decoder(from, {
    family: "starcoder2",
    tied: true,
    finalNorm: norm("norm"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        window: windows(layer),
        biases: { qkv: bias, out: bias },
      }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["c_fc", "c_proj"],
        bias,
        activation: "gelu_pytorch_tanh",
      }),
    }),
  });
}
