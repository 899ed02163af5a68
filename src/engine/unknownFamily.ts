/** What to say of a family that cannot be opened: which one is closest, and what config.json shows to be different. */
import type { ModelConfig } from "../architectures/common/configReader";

/** Settings that tell of a part, by a key of config.json, and the families that have such a part. */
const parts: readonly { readonly keys: readonly string[]; readonly what: string; readonly in: RegExp }[] = [
  {
    keys: ["kv_lora_rank", "q_lora_rank"],
    what: "keys and values kept in a compressed form",
    in: /^$/,
  },
  {
    keys: [
      "num_experts",
      "num_local_experts",
      "n_routed_experts",
      "moe_intermediate_size",
      "moe_num_experts",
    ],
    what: "a mixture of experts",
    in: /moe$|^mixtral$/,
  },
  {
    keys: ["state_size", "mamba_d_state", "ssm_state_size", "mamba_expand", "ssm_cfg", "time_step_rank"],
    what: "state-space layers",
    in: /^$/,
  },
  {
    keys: [
      "linear_key_head_dim",
      "linear_conv_kernel_dim",
      "lru_width",
      "conv_L_cache",
      "attention_hidden_size",
    ],
    what: "recurrent or convolutional layers",
    in: /^$/,
  },
  { keys: ["vision_config", "audio_config", "image_token_id"], what: "parts for images or sound", in: /^$/ },
  { keys: ["encoder_layers", "num_encoder_layers", "d_kv"], what: "an encoder", in: /^$/ },
  { keys: ["type_vocab_size"], what: "attention to both sides, as an encoder has it", in: /^$/ },
  { keys: ["no_rope_layers", "no_rope_layer_interval"], what: "layers without positions", in: /^cohere2$/ },
  {
    keys: ["residual_multiplier", "embedding_multiplier", "scale_emb", "scale_depth"],
    what: "factors on embedding and residuals",
    in: /^granite$/,
  },
  { keys: ["attn_logit_softcapping"], what: "soft caps", in: /^gemma[23]/ },
  {
    keys: ["use_qk_norm", "qk_layernorm"],
    what: "norms of queries and keys",
    in: /^(qwen3|olmo|phi|cohere|stablelm|persimmon|gemma3)/,
  },
  { keys: ["quantization_config"], what: "quantized weights", in: /^$/ },
];

/** The family that a config.json resembles most: by its name, else by the settings it has; null when by neither. */
export function closestFamily(config: ModelConfig, known: readonly string[]): string | null {
  const name = String(config["model_type"] ?? "").toLowerCase();
  const like = known
    .map((family) => ({ family, shared: sharedStart(name, family), whole: name.startsWith(family) }))
    .filter(({ family, shared }) => shared >= Math.max(3, stem(family).length))
    .sort((a, b) => Number(b.whole) - Number(a.whole) || b.shared - a.shared);
  const has = (...keys: string[]): boolean => keys.some((key) => (config[key] ?? null) !== null);
  if (like[0] !== undefined) return like[0].family;
  if (has("rms_norm_eps")) return has(...parts[1].keys) ? "qwen2_moe" : "llama";
  if (has("rotary_pct", "rotary_emb_base")) return "gpt_neox";
  if (has("alibi", "attn_config")) return "mpt";
  if (has("n_embd", "n_layer")) return "gpt2";
  if (has("hidden_size") && has("num_hidden_layers")) return "opt";
  return null;
}

function sharedStart(a: string, b: string): number {
  let n = 0;
  while (n < Math.min(a.length, b.length) && a[n] === b[n]) n++;
  return n;
}

/** The letters a family's name begins with: "qwen" of "qwen2_moe". */
function stem(family: string): string {
  return /^[a-z]+(_neo[x]?|_bigcode)?/.exec(family)?.[0] ?? family;
}

/** What config.json has that the closest family has not, as a list in words; empty when nothing is known of. */
export function differences(config: ModelConfig, closest: string): string[] {
  return parts.flatMap(({ keys, what, in: families }) => {
    const key = keys.find((one) => (config[one] ?? false) !== false);
    return key === undefined || families.test(closest) ? [] : [`${what} (${key})`];
  });
}
