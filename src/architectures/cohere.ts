/** Command R: attention and a gated MLP in parallel behind one LayerNorm without bias, scaled logits. */
import type { WeightTable } from "../graph/graphBuilder";
import type { HeadNormSpec, ModelSpec } from "../graph/modelSpec";
import { epsilonOf, flag, type ModelConfig, real } from "./common/configReader";
import { attentionOf, type Checkpoint, checkpointOf, decoder, gatedMlp, layerNorm } from "./common/decoder";
import { parallel } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "cohere"` checkpoint.
 * Source: Cohere, "Command R", 2024; tensor names as in transformers' CohereForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function cohere(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nCtx: 8192 });
  const rotary = rotaryOf(config, from.sizes, { pairs: "neighbours" });
  const bias = flag(config, "attention_bias", false);
  const normed = flag(config, "use_qk_norm", false);
  return decoder(from, {
    family: "cohere",
    tied: true,
    finalNorm: layerNorm(from, "norm", { bias: false }),
    unembed: { scale: real(config, "logit_scale", 0.0625) },
    block: (at) => ({
      ...parallel,
      ln1: layerNorm(from, `${at}.input_layernorm`, { bias: false }),
      attention: attentionOf(from, at, {
        rotary,
        qNorm: normed ? ownNorms(from, `${at}.self_attn.q_norm`, from.sizes.nHeads) : null,
        kNorm: normed ? ownNorms(from, `${at}.self_attn.k_norm`, from.sizes.nKvHeads) : null,
        biases: { qkv: bias, out: bias },
      }),
      ln2: "ln1",
      mlp: gatedMlp(from, `${at}.mlp`),
    }),
  });
}

/** A LayerNorm without bias for each head, gains [head, dHead] in one tensor. */
function ownNorms({ config, find, sizes }: Checkpoint, at: string, nHeads: number): HeadNormSpec {
  return {
    kind: "layer",
    over: "head",
    gain: find.tensor(`${at}.weight`, [nHeads, sizes.dHead]),
    plusOne: false,
    bias: null,
    epsilon: epsilonOf(config, "layer_norm_eps", 1e-5),
  };
}
