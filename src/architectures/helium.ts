/** Helium: Llama turned in neighbouring pairs. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "helium"` checkpoint.
 * Source: Kyutai, "Helium 1", 2025; tensor names as in transformers' HeliumForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function helium(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 20, dHead: 128, nCtx: 4096 });
  const rotary = rotaryOf(config, from.sizes, { theta: 100000, pairs: "neighbours" });
  const bias = flag(config, "attention_bias", false);
  const mlpBias = flag(config, "mlp_bias", false);
  const norm = (name: string) => rmsNorm(from, name, { epsilon: 1e-8 });
  return decoder(from, {
    family: "helium",
    tied: false,
    finalNorm: norm("norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, biases: { qkv: bias, out: false } }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`, { bias: mlpBias }),
    }),
  });
}
