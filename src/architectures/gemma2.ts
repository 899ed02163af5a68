/** Gemma 2: Gemma with norms behind each part too, soft caps, and a window in every other layer. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import {
  activationOf,
  expect,
  flag,
  type ModelConfig,
  optionalPositive,
  positive,
} from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { sandwichNorms } from "./common/gemma";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "gemma2"` checkpoint.
 * Source: Gemma Team, "Gemma 2", 2024; tensor names as in transformers' Gemma2ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gemma2(config: ModelConfig, weights: WeightTable): ModelSpec {
  expect(config, "use_bidirectional_attention", false);
  const from = checkpointOf(config, weights, { nKvHeads: 4, dHead: 256, nCtx: 8192 });
  const { nLayers, dModel } = from.sizes;
  const rotary = rotaryOf(config, from.sizes);
  const windows = windowsOf(config, nLayers, { fallback: 4096, slides: (layer) => layer % 2 === 0 });
  const bias = flag(config, "attention_bias", false);
  const activation = activationOf(config, "hidden_activation", "gelu_pytorch_tanh");
  const softCap = optionalPositive(config, "attn_logit_softcapping", 50);
  const scoreScale = positive(config, "query_pre_attn_scalar", 256) ** -0.5;
  return decoder(from, {
    family: "gemma2",
    tied: true,
    embed: { scale: Math.sqrt(dModel) },
    finalNorm: rmsNorm(from, "norm", { plusOne: true }),
    unembed: { softCap: optionalPositive(config, "final_logit_softcapping", 30) },
    block: (at, layer) => ({
      ...preNorm,
      ...sandwichNorms(from, at),
      attention: attentionOf(from, at, {
        rotary,
        window: windows(layer),
        softCap,
        scoreScale,
        biases: { qkv: bias, out: bias },
      }),
      mlp: gatedMlp(from, `${at}.mlp`, { activation }),
    }),
  });
}
