/** Qwen 2 MoE: Qwen 2 with a mixture of experts and one that sees every token. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { count, flag, type ModelConfig } from "./common/configReader";
import { attentionOf, type Checkpoint, checkpointOf, decoder, gatedMlp, rmsNorm } from "./common/decoder";
import { routedExperts, sparseLayers } from "./common/experts";
import { preNorm } from "./common/parts";
import { qwenWindows } from "./common/qwen";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "qwen2_moe"` checkpoint.
 * Source: Yang et al., "Qwen2 Technical Report", 2024; tensor names as in transformers' Qwen2MoeForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function qwen2Moe(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nCtx: 32768 });
  const rotary = rotaryOf(config, from.sizes);
  const windows = qwenWindows(config, from.sizes.nLayers);
  const isSparse = sparseLayers(config);
  const bias = flag(config, "qkv_bias", true);
  const parts = decoder(from, {
    family: "qwen2_moe",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        window: windows(layer),
        biases: { qkv: bias, out: false },
      }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: isSparse(layer) ? experts(from, `${at}.mlp`) : gatedMlp(from, `${at}.mlp`),
    }),
  });
  const allSparse = parts.blocks.every(({ mlp }) => mlp?.kind === "experts");
  return allSparse ? { ...parts, dMlp: expertWidth(config) } : parts;
}

const expertWidth = (config: ModelConfig): number => count(config, "moe_intermediate_size", 1408);

function experts(from: Checkpoint, at: string) {
  const { config, find, sizes } = from;
  const width = count(config, "shared_expert_intermediate_size", 5632);
  return routedExperts(from, at, {
    number: "num_experts",
    defaults: { number: 60, topK: 4 },
    width: expertWidth(config),
    normalised: flag(config, "norm_topk_prob", false),
    shared: {
      mlp: gatedMlp(from, `${at}.shared_expert`, { width }),
      gate: find.linear(`${at}.shared_expert_gate`, [sizes.dModel, 1], false),
    },
  });
}
