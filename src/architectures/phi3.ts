/** Phi-3: Llama with queries, keys and values in one tensor, gate and up in another, long rope and a window. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { expect, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, fusedGatedMlp, rmsNorm } from "./common/decoder";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "phi3"` checkpoint.
 * Source: Abdin et al., "Phi-3 Technical Report", 2024; tensor names as in transformers' Phi3ForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function phi3(config: ModelConfig, weights: WeightTable): ModelSpec {
  expect(config, "attention_bias", false);
  const from = checkpointOf(config, weights, { nCtx: 4096 });
  const { nLayers, dModel, nHeads, nKvHeads, dHead } = from.sizes;
  const rotary = rotaryOf(withLongRope(config), from.sizes);
  const windows = windowsOf(config, nLayers, { fallback: null, slides: () => true });
  const ends = [nHeads * dHead, (nHeads + nKvHeads) * dHead, (nHeads + 2 * nKvHeads) * dHead] as const;
  return decoder(from, {
    family: "phi3",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at, layer) => {
      const part = (rows: readonly [number, number]) =>
        from.find.linearRows(`${at}.self_attn.qkv_proj`, [dModel, ends[2]], { rows, bias: false });
      return {
        ...preNorm,
        ln1: rmsNorm(from, `${at}.input_layernorm`),
        attention: attentionOf(from, at, {
          qkv: {
            kind: "separate",
            q: part([0, ends[0]]),
            k: part([ends[0], ends[1]]),
            v: part([ends[1], ends[2]]),
          },
          rotary,
          window: windows(layer),
        }),
        ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
        mlp: fusedGatedMlp(from, `${at}.mlp`),
      };
    },
  });
}

/** The first files of this family say "su" or "yarn" and mean long rope. */
function withLongRope(config: ModelConfig): ModelConfig {
  const scaling = config["rope_scaling"];
  if (typeof scaling !== "object" || scaling === null) return config;
  const said = (scaling as ModelConfig)["rope_type"] ?? (scaling as ModelConfig)["type"];
  if (said !== "su" && said !== "yarn") return config;
  return { ...config, rope_scaling: { ...scaling, rope_type: "longrope" } };
}
