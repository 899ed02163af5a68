/** OLMoE: Llama with a mixture of experts, and norms of all queries and keys together. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig, optionalPositive } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, rmsHeadNorms, rmsNorm } from "./common/decoder";
import { routedExperts } from "./common/experts";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "olmoe"` checkpoint.
 * Source: Muennighoff et al., "OLMoE", 2024; tensor names as in transformers' OlmoeForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function olmoe(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nCtx: 4096 });
  const rotary = rotaryOf(config, from.sizes);
  const bias = flag(config, "attention_bias", false);
  const clip = optionalPositive(config, "clip_qkv");
  const norm = (name: string) => rmsNorm(from, name, { epsilon: 1e-5 });
  return decoder(from, {
    family: "olmoe",
    tied: false,
    finalNorm: norm("norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        clip,
        ...rmsHeadNorms(from, at, { over: "all", epsilon: 1e-5 }),
        biases: { qkv: bias, out: bias },
      }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: routedExperts(from, `${at}.mlp`, {
        number: "num_experts",
        defaults: { number: 64, topK: 8 },
        width: from.sizes.dMlp,
        normalised: flag(config, "norm_topk_prob", false),
      }),
    }),
  });
}
