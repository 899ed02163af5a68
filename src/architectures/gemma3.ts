/** Gemma 3 (text): Gemma 2 with normed queries and keys instead of soft caps, and its own frequencies in windowed layers. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec, RotarySpec } from "../graph/modelSpec";
import {
  activationOf,
  count,
  expect,
  flag,
  type ModelConfig,
  optionalPositive,
  positive,
} from "./common/configReader";
import {
  attentionOf,
  checkpointOf,
  decoder,
  gatedMlp,
  rmsHeadNorms,
  rmsNorm,
  type Sizes,
} from "./common/decoder";
import { sandwichNorms } from "./common/gemma";
import { preNorm } from "./common/parts";
import { plainRotary, rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "gemma3_text"` checkpoint. Windowed layers turn by `rope_local_base_freq`, unscaled.
 * Source: Gemma Team, "Gemma 3 Technical Report", 2025; tensor names as in transformers' Gemma3ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gemma3(config: ModelConfig, weights: WeightTable): ModelSpec {
  expect(config, "attn_logit_softcapping", null);
  expect(config, "use_bidirectional_attention", false);
  const from = checkpointOf(config, weights, { nKvHeads: 4, dHead: 256, nCtx: 131072 });
  const { nLayers, dModel } = from.sizes;
  const pattern = count(config, "sliding_window_pattern", 6);
  const windows = windowsOf(config, nLayers, {
    fallback: 4096,
    slides: (layer) => (layer + 1) % pattern !== 0,
  });
  const { wide, local } = rotaries(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const activation = activationOf(config, "hidden_activation", "gelu_pytorch_tanh");
  const scoreScale = positive(config, "query_pre_attn_scalar", 256) ** -0.5;
  return decoder(from, {
    family: "gemma3_text",
    tied: true,
    embed: { scale: Math.sqrt(dModel) },
    finalNorm: rmsNorm(from, "norm", { plusOne: true }),
    unembed: { softCap: optionalPositive(config, "final_logit_softcapping") },
    block: (at, layer) => ({
      ...preNorm,
      ...sandwichNorms(from, at),
      attention: attentionOf(from, at, {
        ...rmsHeadNorms(from, at, { over: "head", plusOne: true }),
        rotary: windows(layer) === null ? wide : local,
        window: windows(layer),
        scoreScale,
        biases: { qkv: bias, out: bias },
      }),
      mlp: gatedMlp(from, `${at}.mlp`, { activation }),
    }),
  });
}

/** Frequencies of layers that see everything and of windowed ones; newer files list them in `rope_parameters`. */
function rotaries(config: ModelConfig, sizes: Sizes): { wide: RotarySpec; local: RotarySpec } {
  const listed = config["rope_parameters"] as ModelConfig | null | undefined;
  const of = (kind: string): ModelConfig => ({ ...config, rope_parameters: listed?.[kind] ?? null });
  if (typeof listed === "object" && listed !== null && "full_attention" in listed) {
    return {
      wide: rotaryOf({ ...of("full_attention"), rope_scaling: null }, sizes, { theta: 1e6 }),
      local: rotaryOf({ ...of("sliding_attention"), rope_scaling: null }, sizes),
    };
  }
  const base = positive(config, "rope_local_base_freq", 10000);
  return { wide: rotaryOf(config, sizes, { theta: 1e6 }), local: plainRotary(base, sizes.dHead, "halves") };
}
