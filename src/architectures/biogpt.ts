/** BioGPT: learned positions from 2 on, a scaled embedding, norms before each part. */
import { rowsOf, type WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, layerNorm, plainMlp } from "./common/decoder";
import { preNorm } from "./common/parts";

/** Rows of the position table before the first position. */
const firstPosition = 2;

/**
 * The parts of a `model_type: "biogpt"` checkpoint.
 * Source: Luo et al., "BioGPT", 2022; tensor names as in transformers' BioGptForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function biogpt(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null, head_dim: null }, weights, {
    prefix: "biogpt.",
    head: "output_projection.weight",
    nCtx: 1024,
  });
  const { nCtx, dModel } = from.sizes;
  const table = from.find.tensor("embed_positions.weight", [nCtx + firstPosition, dModel]);
  const norm = (name: string) => layerNorm(from, name, { epsilon: 1e-5 });
  return decoder(from, {
    family: "biogpt",
    tied: true,
    positions: { kind: "learned", weight: rowsOf(table, firstPosition, nCtx + firstPosition) },
    embed: { scale: flag(config, "scale_embedding", true) ? Math.sqrt(dModel) : 1 },
    finalNorm: norm("layer_norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.self_attn_layer_norm`),
      attention: attentionOf(from, at, { outName: "out_proj", biases: { qkv: true, out: true } }),
      ln2: norm(`${at}.final_layer_norm`),
      mlp: plainMlp(from, at, { names: ["fc1", "fc2"], bias: true, activation: "gelu" }),
    }),
  });
}
