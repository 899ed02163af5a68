/** XGLM: computed positions from 2 on, a scaled embedding, norms before each part. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, layerNorm, plainMlp } from "./common/decoder";
import { preNorm } from "./common/parts";

/** Number of the first position. */
const firstPosition = 2;

/**
 * The parts of a `model_type: "xglm"` checkpoint.
 * Source: Lin et al., "Few-shot Learning with Multilingual Language Models", 2021; tensor names as in transformers'
 * XGLMForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function xglm(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null, head_dim: null }, weights, {
    keys: {
      hidden_size: "d_model",
      num_attention_heads: "attention_heads",
      num_hidden_layers: "num_layers",
      intermediate_size: "ffn_dim",
    },
  });
  const { dModel } = from.sizes;
  const norm = (name: string) => layerNorm(from, name, { epsilon: 1e-5 });
  return decoder(from, {
    family: "xglm",
    tied: true,
    positions: { kind: "sinusoidal", row: (position) => waves(position + firstPosition, dModel) },
    embed: { scale: flag(config, "scale_embedding", true) ? Math.sqrt(dModel) : 1 },
    finalNorm: norm("layer_norm"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.self_attn_layer_norm`),
      attention: attentionOf(from, at, { outName: "out_proj", biases: { qkv: true, out: true } }),
      ln2: norm(`${at}.final_layer_norm`),
      mlp: plainMlp(from, at, {
        names: ["fc1", "fc2"],
        bias: true,
        activation: "gelu",
        key: "activation_function",
      }),
    }),
  });
}

/** Sines, then cosines, of frequencies from 1 to 1/10000; an odd last dimension is 0. */
function waves(position: number, dModel: number): Float32Array {
  const half = Math.floor(dModel / 2);
  const row = new Float32Array(dModel);
  for (let i = 0; i < half; i++) {
    const angle = position * Math.exp((-i * Math.log(10000)) / (half - 1));
    row[i] = Math.sin(angle);
    row[half + i] = Math.cos(angle);
  }
  return row;
}
