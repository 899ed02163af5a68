/** OPT: learned positions from 2 on, ReLU, norms before each part or (350m) on the stream behind, with a narrower embedding. */
import { rowsOf, type WeightTable } from "../graph/graphBuilder";
import type { ModelSpec, NormSpec } from "../graph/modelSpec";
import { count, flag, type ModelConfig } from "./common/configReader";
import { attentionOf, type Checkpoint, checkpointOf, decoder, layerNorm, plainMlp } from "./common/decoder";
import { bareLayerNorm, postNorm, preNorm } from "./common/parts";

/** Rows of the position table before the first position. */
const firstPosition = 2;

/**
 * The parts of a `model_type: "opt"` checkpoint.
 * Source: Zhang et al., "OPT", 2022; tensor names as in transformers' OPTForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function opt(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null, head_dim: null }, weights, {
    embed: "decoder.embed_tokens.weight",
    blocks: "decoder.layers",
    keys: { intermediate_size: "ffn_dim" },
  });
  const { find, sizes } = from;
  const { nCtx, dModel } = sizes;
  const embedWidth = count(config, "word_embed_proj_dim", dModel);
  const narrow = embedWidth !== dModel;
  const before = flag(config, "do_layer_norm_before", true);
  const bias = flag(config, "enable_bias", true);
  const table = find.tensor("decoder.embed_positions.weight", [nCtx + firstPosition, dModel]);
  const last = before && !flag(config, "_remove_final_layer_norm", false);
  return decoder(from, {
    family: "opt",
    tied: true,
    embedWidth,
    positions: { kind: "learned", weight: rowsOf(table, firstPosition, nCtx + firstPosition) },
    embed: { project: narrow ? find.linear("decoder.project_in", [embedWidth, dModel], false) : null },
    finalNorm: last ? norm(from, "decoder.final_layer_norm") : null,
    unembed: { project: narrow ? find.linear("decoder.project_out", [dModel, embedWidth], false) : null },
    block: (at) => ({
      ...(before ? preNorm : postNorm),
      ln1: norm(from, `${at}.self_attn_layer_norm`),
      attention: attentionOf(from, at, { outName: "out_proj", biases: { qkv: bias, out: bias } }),
      ln2: norm(from, `${at}.final_layer_norm`),
      mlp: plainMlp(from, at, {
        names: ["fc1", "fc2"],
        bias,
        activation: "relu",
        key: "activation_function",
      }),
    }),
  });
}

function norm(from: Checkpoint, name: string): NormSpec {
  if (!flag(from.config, "layer_norm_elementwise_affine", true)) return bareLayerNorm;
  return layerNorm(from, name, { epsilon: 1e-5 });
}
