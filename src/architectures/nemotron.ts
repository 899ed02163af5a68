/** Nemotron: LayerNorm with gains stored less 1, squared ReLU, half of each head turned. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, layerNorm, plainMlp } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "nemotron"` checkpoint.
 * Source: Parmar et al., "Nemotron-4 15B", 2024; tensor names as in transformers' NemotronForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function nemotron(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nCtx: 4096 });
  const rotary = rotaryOf(config, from.sizes, { share: 0.5 });
  const bias = flag(config, "attention_bias", false);
  const mlpBias = flag(config, "mlp_bias", false);
  const norm = (name: string) => layerNorm(from, name, { epsilon: "norm_eps", plusOne: true });
  return decoder(from, {
    family: "nemotron",
    tied: false,
    finalNorm: norm("norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, biases: { qkv: bias, out: bias } }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["up_proj", "down_proj"],
        bias: mlpBias,
        activation: "relu2",
      }),
    }),
  });
}
