/** Gemma: Llama with gains stored less 1, a scaled embedding, a tanh-GELU gate, and wide heads. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { activationOf, expect, flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "gemma"` checkpoint. `hidden_act` is not looked at: it says "gelu" where tanh-GELU is meant.
 * Source: Gemma Team, 2024; tensor names as in transformers' GemmaForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gemma(config: ModelConfig, weights: WeightTable): ModelSpec {
  expect(config, "use_bidirectional_attention", false);
  const from = checkpointOf(config, weights, { nKvHeads: 16, dHead: 256, nCtx: 8192 });
  const rotary = rotaryOf(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const activation = activationOf(config, "hidden_activation", "gelu_pytorch_tanh");
  const norm = (name: string) => rmsNorm(from, name, { plusOne: true });
  return decoder(from, {
    family: "gemma",
    tied: true,
    embed: { scale: Math.sqrt(from.sizes.dModel) },
    finalNorm: norm("norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, { rotary, biases: { qkv: bias, out: bias } }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`, { activation }),
    }),
  });
}
