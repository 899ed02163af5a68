/** StableLM: LayerNorm, a gated MLP, a quarter of each head turned; in parallel where the config says so. */
import type { WeightTable } from "../graph/graphBuilder";
import type { HeadNormSpec, ModelSpec } from "../graph/modelSpec";
import { epsilonOf, flag, type ModelConfig } from "./common/configReader";
import { attentionOf, type Checkpoint, checkpointOf, decoder, gatedMlp, layerNorm } from "./common/decoder";
import { parallel, preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "stablelm"` checkpoint.
 * Source: Bellagente et al., "Stable LM 2 1.6B", 2024; tensor names as in transformers' StableLmForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function stablelm(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 32, nCtx: 4096 });
  const rotary = rotaryOf(config, from.sizes, { share: 0.25 });
  const inParallel = flag(config, "use_parallel_residual", false);
  const bias = flag(config, "use_qkv_bias", false);
  const normed = flag(config, "qk_layernorm", false);
  return decoder(from, {
    family: "stablelm",
    tied: false,
    finalNorm: layerNorm(from, "norm"),
    block: (at) => ({
      ...(inParallel ? parallel : preNorm),
      ln1: layerNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        qNorm: normed ? ownNorms(from, `${at}.self_attn.q_layernorm`, from.sizes.nHeads) : null,
        kNorm: normed ? ownNorms(from, `${at}.self_attn.k_layernorm`, from.sizes.nKvHeads) : null,
        biases: { qkv: bias, out: false },
      }),
      ln2: inParallel ? "ln1" : layerNorm(from, `${at}.post_attention_layernorm`),
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}

/** A LayerNorm without bias for each head, each with a gain tensor of its own. */
function ownNorms({ config, find, sizes }: Checkpoint, at: string, nHeads: number): HeadNormSpec {
  return {
    kind: "layer",
    over: "head",
    gain: Array.from({ length: nHeads }, (_, i) => find.tensor(`${at}.norms.${i}.weight`, [sizes.dHead])),
    plusOne: false,
    bias: null,
    epsilon: epsilonOf(config, "layer_norm_eps", 1e-5),
  };
}
