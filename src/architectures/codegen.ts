/** CodeGen: GPT-J whose queries, values and keys lie in one tensor, in four pieces. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { type ModelConfig, refuse } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gptKeys, layerNorm, plainMlp } from "./common/decoder";
import { parallel } from "./common/parts";
import { rotaryDims } from "./common/rotary";

/** The fused projection was trained on so many devices, each with its own heads. */
const pieces = 4;

/**
 * The parts of a `model_type: "codegen"` checkpoint.
 * Source: Nijkamp et al., "CodeGen", 2022; tensor names as in transformers' CodeGenForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function codegen(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null, head_dim: null }, weights, {
    prefix: "transformer.",
    embed: "wte.weight",
    blocks: "h",
    keys: gptKeys,
    widening: 4,
  });
  const { dVocab, dModel, nHeads } = from.sizes;
  if (nHeads % pieces !== 0) throw refuse("n_head", nHeads, `a multiple of ${pieces}`);
  const heads = nHeads / pieces;
  const rotary = rotaryDims(config, from.sizes);
  return decoder(from, {
    family: "codegen",
    tied: false,
    finalNorm: layerNorm(from, "ln_f", { epsilon: "layer_norm_epsilon" }),
    unembed: { bias: from.find.exact("lm_head.bias", [dVocab]) },
    block: (at) => ({
      ...parallel,
      ln1: layerNorm(from, `${at}.ln_1`, { epsilon: "layer_norm_epsilon" }),
      attention: attentionOf(from, at, {
        qkv: {
          kind: "grouped",
          linear: from.find.linear(`${at}.attn.qkv_proj`, [dModel, 3 * dModel], false),
          groups: pieces,
          parts: [
            { of: "q", heads },
            { of: "v", heads },
            { of: "k", heads },
          ],
        },
        rotary,
        part: "attn",
        outName: "out_proj",
      }),
      ln2: "ln1",
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["fc_in", "fc_out"],
        bias: true,
        activation: "gelu_new",
        key: "activation_function",
      }),
    }),
  });
}
