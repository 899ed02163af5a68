/** BLOOM: linear biases of the scores instead of positions, a normed embedding, norms before each part. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { alibiFromFirst } from "./common/alibi";
import { attentionOf, checkpointOf, decoder, gptKeys, layerNorm, plainMlp } from "./common/decoder";
import { perHeadQkv, preNorm } from "./common/parts";

/**
 * The parts of a `model_type: "bloom"` checkpoint.
 * Source: Le Scao et al., "BLOOM", 2022; tensor names as in transformers' BloomForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function bloom(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(
    { ...config, num_key_value_heads: null, head_dim: null, n_inner: null },
    weights,
    {
      prefix: "transformer.",
      embed: "word_embeddings.weight",
      blocks: "h",
      keys: { ...gptKeys, hidden_size: "n_embed", max_position_embeddings: "seq_length" },
      widening: 4,
    },
  );
  const { dModel, nHeads } = from.sizes;
  const alibi = alibiFromFirst(nHeads);
  const norm = (name: string) => layerNorm(from, name, { epsilon: "layer_norm_epsilon" });
  const onNormed = flag(config, "apply_residual_connection_post_layernorm", false);
  return decoder(from, {
    family: "bloom",
    tied: true,
    embed: { norm: norm("word_embeddings_layernorm") },
    finalNorm: norm("ln_f"),
    block: (at) => ({
      ...preNorm,
      addedTo: onNormed ? "normed" : "stream",
      ln1: norm(`${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        qkv: perHeadQkv(
          from.find.linear(`${at}.self_attention.query_key_value`, [dModel, 3 * dModel], true),
          nHeads,
        ),
        alibi,
        part: "self_attention",
        outName: "dense",
        biases: { qkv: true, out: true },
      }),
      ln2: norm(`${at}.post_attention_layernorm`),
      mlp: {
        ...plainMlp(from, `${at}.mlp`, {
          names: ["dense_h_to_4h", "dense_4h_to_h"],
          bias: true,
          activation: "gelu",
        }),
        activation: "gelu-tanh",
      },
    }),
  });
}
