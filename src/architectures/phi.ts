/** Phi-1, 1.5 and 2: attention and a plain MLP in parallel behind one LayerNorm, half of each head turned. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, headNorm, layerNorm, plainMlp } from "./common/decoder";
import { parallel } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "phi"` checkpoint.
 * Source: Li et al., "Textbooks Are All You Need II", 2023; tensor names as in transformers' PhiForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function phi(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights);
  const { find, sizes } = from;
  const rotary = rotaryOf(config, sizes, { share: 0.5 });
  const normed = flag(config, "qk_layernorm", false);
  const side = (at: string, of: "q" | "k") =>
    normed
      ? headNorm(from, `${at}.self_attn.${of}_layernorm`, {
          kind: "layer",
          over: "head",
          of,
          epsilon: "layer_norm_eps",
        })
      : null;
  return decoder(from, {
    family: "phi",
    tied: false,
    finalNorm: layerNorm(from, "final_layernorm"),
    unembed: { bias: find.exact("lm_head.bias", [sizes.dVocab]) },
    block: (at) => ({
      ...parallel,
      ln1: layerNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        rotary,
        qNorm: side(at, "q"),
        kNorm: side(at, "k"),
        biases: { qkv: true, out: true },
        outName: "dense",
      }),
      ln2: "ln1",
      mlp: plainMlp(from, `${at}.mlp`, { names: ["fc1", "fc2"], bias: true, activation: "gelu_new" }),
    }),
  });
}
