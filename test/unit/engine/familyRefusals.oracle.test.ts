import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelSpecOf } from "../../../src/engine/families";
import { oracleIt } from "../../support/oracle";
import { readReferenceTensors } from "../../support/referenceTensors";

/** Settings that are refused, and the key that the refusal names. */
const refused: readonly [folder: string, set: Record<string, unknown>, key: string][] = [
  ["mpt", { no_bias: false }, "no_bias"],
  ["mpt", { logit_scale: "inv_sqrt_d_model" }, "logit_scale"],
  ["mpt", { attn_config: { alibi: false } }, "alibi"],
  ["mpt", { attn_config: { prefix_lm: true } }, "prefix_lm"],
  ["mpt", { attn_config: { qk_ln: true } }, "qk_ln"],
  ["mpt", { attn_config: { attn_type: "multiquery_attention" } }, "attn_type"],
  ["mpt", { attn_config: [] }, "attn_config"],
  ["mpt", { norm_type: "rmsnorm" }, "norm_type"],
  ["mpt", { expansion_ratio: 0 }, "expansion_ratio"],
  ["falcon", { apply_residual_connection_post_layernorm: true }, "apply_residual_connection_post_layernorm"],
  ["gemma2", { query_pre_attn_scalar: 0 }, "query_pre_attn_scalar"],
  ["gemma3", { query_pre_attn_scalar: -4 }, "query_pre_attn_scalar"],
  ["gemma3", { rope_local_base_freq: 0 }, "rope_local_base_freq"],
  ["gpt_neox", { rotary_emb_base: 0 }, "rotary_emb_base"],
  ["gpt_neox", { rotary_pct: 0 }, "rotary_pct"],
  ["gpt_neox", { layer_norm_eps: -1 }, "layer_norm_eps"],
  ["gpt2", { layer_norm_epsilon: -1 }, "layer_norm_epsilon"],
  ["llama", { rms_norm_eps: -1 }, "rms_norm_eps"],
  ["llama", { rope_theta: 0 }, "rope_theta"],
  ["llama-linear", { rope_scaling: { type: "linear", factor: -2 } }, "factor"],
  ["llama-dynamic", { rope_scaling: { type: "dynamic", factor: 0 } }, "factor"],
  ["llama-yarn", { rope_scaling: { type: "yarn", factor: 4, attention_factor: -1 } }, "attention_factor"],
  ["llama-yarn", { rope_scaling: { type: "yarn", factor: 4, beta_slow: 0 } }, "beta_slow"],
  [
    "phi3-longrope",
    { rope_scaling: { type: "longrope", short_factor: [0, 1, 1, 1], long_factor: [1, 1, 1, 1] } },
    "short_factor",
  ],
  ["phi3-longrope", { original_max_position_embeddings: 1 }, "original_max_position_embeddings"],
  ["gpt_neox", { hidden_act: "prelu" }, "hidden_act"],
  ["gemma3", { attn_logit_softcapping: 5 }, "attn_logit_softcapping"],
  ["gemma3", { use_bidirectional_attention: true }, "use_bidirectional_attention"],
  ["gemma3", { layer_types: ["full_attention", "chunked_attention", "full_attention"] }, "layer_types"],
  ["gemma2", { final_logit_softcapping: 0 }, "final_logit_softcapping"],
  ["gemma2", { sliding_window: -1 }, "sliding_window"],
  ["cohere2", { layer_types: ["full_attention"] }, "layer_types"],
  ["cohere2", { use_gated_activation: false }, "use_gated_activation"],
  ["phi3", { attention_bias: true }, "attention_bias"],
  [
    "phi3-longrope",
    { rope_scaling: { type: "longrope", short_factor: [1], long_factor: [1] } },
    "short_factor",
  ],
  ["phi3-longrope", { rope_scaling: { type: "longrope", short_factor: [1, 1, 1, 1] } }, "long_factor"],
  ["phi", { partial_rotary_factor: 2 }, "partial_rotary_factor"],
  ["phi", { qk_layernorm: "yes" }, "qk_layernorm"],
  ["gptj", { rotary_dim: null }, "rotary_dim"],
  ["gptj", { rotary_dim: 3 }, "rotary_dim"],
  ["codegen", { n_head: 2 }, "n_head"],
  ["gpt_neo", { attention_layers: ["global", "dilated"] }, "attention_layers"],
  ["gpt_neo", { attention_layers: ["global"] }, "attention_layers"],
  ["gpt_neo", { attention_layers: undefined, attention_types: [["global", 1e9]] }, "attention_layers"],
  ["gpt_bigcode", { add_cross_attention: true }, "add_cross_attention"],
  ["openai-gpt", { afn: "gelu_new" }, "afn"],
  ["falcon-new", { parallel_attn: false }, "parallel_attn"],
  ["falcon-new", { num_kv_heads: 3 }, "num_kv_heads"],
  ["falcon-new", { num_ln_in_parallel_attn: 3 }, "num_ln_in_parallel_attn"],
  ["granite", { logits_scaling: 0 }, "logits_scaling"],
  ["mixtral", { num_experts_per_tok: 5 }, "num_experts_per_tok"],
  ["qwen2_moe", { mlp_only_layers: "all" }, "mlp_only_layers"],
  ["olmo", { clip_qkv: -1 }, "clip_qkv"],
  ["bloom", { n_head: 5 }, "n_head"],
  ["qwen2", { rope_scaling: { type: "mrope", mrope_section: [1, 2, 3] } }, "rope_type"],
  ["qwen3", { hidden_act: "xielu" }, "hidden_act"],
  ["llama", { head_dim: 7 }, "head_dim"],
];

describe("settings that would change numbers unnoticed", () => {
  for (const [name, set, key] of refused) {
    oracleIt(`${name}: ${JSON.stringify(set)} is refused by name`, `oracle-hf/${name}`, (dir) => {
      const config = JSON.parse(readFileSync(join(dir, "config.json"), "utf8")) as Record<string, unknown>;
      const located = [...readReferenceTensors(join(dir, "model.safetensors"))].map(
        ([tensor, { shape }]) => [tensor, { shape, file: "", offset: 0, length: 0 }] as const,
      );
      assert.throws(() => modelSpecOf({ ...config, ...set }, new Map(located)), {
        code: "unsupported-config",
        message: new RegExp(key),
      });
    });
  }
});
