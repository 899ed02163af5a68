/** Command R7B: Command R with windows; only windowed layers turn queries and keys. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { count, expect, flag, type ModelConfig, real } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, layerNorm } from "./common/decoder";
import { parallel } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "cohere2"` checkpoint.
 * Source: Cohere, "Command A", 2025; tensor names as in transformers' Cohere2ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function cohere2(config: ModelConfig, weights: WeightTable): ModelSpec {
  expect(config, "use_parallel_block", true);
  expect(config, "use_gated_activation", true);
  expect(config, "rotary_pct", 1);
  const from = checkpointOf(config, weights, { nCtx: 8192 });
  const rotary = rotaryOf(config, from.sizes, { pairs: "neighbours" });
  const bias = flag(config, "attention_bias", false);
  const pattern = count(config, "sliding_window_pattern", 4);
  const windows = windowsOf(config, from.sizes.nLayers, {
    fallback: 4096,
    slides: (layer) => (layer + 1) % pattern !== 0,
  });
  return decoder(from, {
    family: "cohere2",
    tied: true,
    finalNorm: layerNorm(from, "norm", { bias: false }),
    unembed: { scale: real(config, "logit_scale", 0.0625) },
    block: (at, layer) => ({
      ...parallel,
      ln1: layerNorm(from, `${at}.input_layernorm`, { bias: false }),
      attention: attentionOf(from, at, {
        rotary: windows(layer) === null ? null : rotary,
        window: windows(layer),
        biases: { qkv: bias, out: bias },
      }),
      ln2: "ln1",
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}
