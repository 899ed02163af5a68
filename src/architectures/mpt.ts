/** MPT: linear biases of the scores instead of positions, LayerNorm without bias, no biases anywhere. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import {
  choice,
  expect,
  type ModelConfig,
  optionalPositive,
  positive,
  real,
  refuse,
} from "./common/configReader";
import { alibiSlopes } from "./common/alibi";
import { attentionOf, checkpointOf, decoder, layerNorm } from "./common/decoder";
import { preNorm } from "./common/parts";

/**
 * The parts of a `model_type: "mpt"` checkpoint. Biases count from the run's last key.
 * Source: MosaicML, "MPT-7B", 2023; tensor names as in transformers' MptForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function mpt(config: ModelConfig, weights: WeightTable): ModelSpec {
  const inner = attentionConfig(config);
  const expansion = positive(config, "expansion_ratio", 4);
  const from = checkpointOf(
    { ...config, num_key_value_heads: null, head_dim: null, intermediate_size: null },
    weights,
    {
      prefix: "transformer.",
      embed: "wte.weight",
      blocks: "blocks",
      keys: {
        hidden_size: "d_model",
        num_attention_heads: "n_heads",
        num_hidden_layers: "n_layers",
        max_position_embeddings: "max_seq_len",
      },
      widening: expansion,
    },
  );
  const { find, sizes } = from;
  const { nHeads, dModel, dMlp, dHead } = sizes;
  const norm = (name: string) => layerNorm(from, name, { epsilon: "layer_norm_epsilon", bias: false });
  const slopes = alibiSlopes(nHeads, optionalPositive(inner, "alibi_bias_max") ?? 8);
  const scoreScale = real(inner, "softmax_scale", 1 / Math.sqrt(dHead));
  return decoder(from, {
    family: "mpt",
    tied: true,
    finalNorm: norm("norm_f"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.norm_1`),
      attention: attentionOf(from, at, {
        qkv: { kind: "fused", linear: find.linear(`${at}.attn.Wqkv`, [dModel, 3 * dModel], false) },
        clip: optionalPositive(inner, "clip_qkv"),
        alibi: { bias: (head, key, length) => slopes[head] * (key - length + 1) },
        scoreScale,
        part: "attn",
        outName: "out_proj",
      }),
      ln2: norm(`${at}.norm_2`),
      mlp: {
        kind: "dense",
        in: find.linear(`${at}.ffn.up_proj`, [dModel, dMlp], false),
        gate: null,
        out: find.linear(`${at}.ffn.down_proj`, [dMlp, dModel], false),
        activation: "gelu",
      },
    }),
  });
}

/** attn_config, after everything that would change the numbers otherwise was looked at. */
function attentionConfig(config: ModelConfig): ModelConfig {
  expect(config, "no_bias", true);
  expect(config, "logit_scale", null);
  choice(config, "norm_type", ["low_precision_layernorm", "layernorm"], "low_precision_layernorm");
  const inner = config["attn_config"] ?? {};
  if (typeof inner !== "object" || Array.isArray(inner)) throw refuse("attn_config", inner, "an object");
  const attention = inner as ModelConfig;
  expect(attention, "alibi", true);
  expect(attention, "prefix_lm", false);
  expect(attention, "qk_ln", false);
  expect(attention, "attn_type", "multihead_attention");
  return attention;
}
