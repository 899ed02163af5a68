/** Qwen 3 MoE: Qwen 3 with a mixture of experts. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { count, flag, type ModelConfig } from "./common/configReader";
import {
  attentionOf,
  type Checkpoint,
  checkpointOf,
  decoder,
  gatedMlp,
  rmsHeadNorms,
  rmsNorm,
} from "./common/decoder";
import { routedExperts, sparseLayers } from "./common/experts";
import { preNorm } from "./common/parts";
import { qwenWindows } from "./common/qwen";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "qwen3_moe"` checkpoint.
 * Source: Yang et al., "Qwen3 Technical Report", 2025; tensor names as in transformers' Qwen3MoeForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function qwen3Moe(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 4, nCtx: 32768 });
  const rotary = rotaryOf(config, from.sizes);
  const windows = qwenWindows(config, from.sizes.nLayers);
  const isSparse = sparseLayers(config);
  const bias = flag(config, "attention_bias", false);
  const parts = decoder(from, {
    family: "qwen3_moe",
    tied: false,
    finalNorm: rmsNorm(from, "norm"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        ...rmsHeadNorms(from, at, { over: "head" }),
        window: windows(layer),
        biases: { qkv: bias, out: bias },
      }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`),
      mlp: isSparse(layer) ? experts(from, `${at}.mlp`) : gatedMlp(from, `${at}.mlp`),
    }),
  });
  const allSparse = parts.blocks.every(({ mlp }) => mlp?.kind === "experts");
  return allSparse ? { ...parts, dMlp: expertWidth(config) } : parts;
}

const expertWidth = (config: ModelConfig): number => count(config, "moe_intermediate_size", 768);

function experts(from: Checkpoint, at: string) {
  const { config } = from;
  return routedExperts(from, at, {
    number: "num_experts",
    defaults: { number: 128, topK: 8 },
    width: expertWidth(config),
    normalised: flag(config, "norm_topk_prob", false),
  });
}
