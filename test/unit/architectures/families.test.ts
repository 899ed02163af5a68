import assert from "node:assert/strict";
import { modelSpecOf } from "../../../src/engine/families";
import type { WeightLocation } from "../../../src/graph/graphBuilder";

const gpt2 = { model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16, vocab_size: 10 };
const llama = {
  model_type: "llama",
  hidden_size: 8,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 1,
  intermediate_size: 12,
  vocab_size: 10,
};

const shapes: Record<string, number[]> = {
  "transformer.wte.weight": [10, 8],
  "transformer.wpe.weight": [16, 8],
  "transformer.h.0.ln_1.weight": [8],
  "transformer.h.0.attn.c_attn.weight": [8, 24],
  "transformer.h.0.attn.c_proj.weight": [8, 8],
  "transformer.h.0.ln_2.weight": [8],
  "transformer.h.0.mlp.c_fc.weight": [8, 32],
  "transformer.h.0.mlp.c_proj.weight": [32, 8],
  "transformer.ln_f.weight": [8],
  "model.embed_tokens.weight": [10, 8],
  "model.layers.0.input_layernorm.weight": [8],
  "model.layers.0.self_attn.q_proj.weight": [8, 8],
  "model.layers.0.self_attn.k_proj.weight": [4, 8],
  "model.layers.0.self_attn.v_proj.weight": [4, 8],
  "model.layers.0.self_attn.o_proj.weight": [8, 8],
  "model.layers.0.post_attention_layernorm.weight": [8],
  "model.layers.0.mlp.up_proj.weight": [12, 8],
  "model.layers.0.mlp.gate_proj.weight": [12, 8],
  "model.layers.0.mlp.down_proj.weight": [8, 12],
  "model.norm.weight": [8],
  "lm_head.weight": [10, 8],
};

function weights(
  change: (name: string, shape: number[]) => number[] | null = (_, s) => s,
): Map<string, WeightLocation> {
  const table = new Map<string, WeightLocation>();
  for (const [name, shape] of Object.entries(shapes)) {
    const changed = change(name, shape);
    if (changed) table.set(name, { shape: changed, file: "w", offset: 0, length: 0 });
  }
  return table;
}

describe("families", () => {
  it("read both kinds from config.json and tensor names", () => {
    assert.equal(modelSpecOf(gpt2, weights()).dMlp, 32);
    const spec = modelSpecOf(llama, weights());
    assert.deepEqual([spec.nKvHeads, spec.dHead, spec.unembed.weight], [2, 2, "lm_head.weight"]);
    assert.equal(
      modelSpecOf({ ...llama, tie_word_embeddings: true }, weights()).unembed.weight,
      "model.embed_tokens.weight",
    );
  });

  it("find tensors of a base model saved without its prefix", () => {
    const bare = new Map(
      [...weights()].map(([name, at]) => [name.replace(/^(transformer|model)\./, ""), at]),
    );
    assert.equal(modelSpecOf(gpt2, bare).embed.weight, "wte.weight");
    assert.equal(modelSpecOf(llama, bare).embed.weight, "embed_tokens.weight");
  });

  it("honour the settings of GPT-2 that change the scores", () => {
    const scale = (config: object): number =>
      modelSpecOf({ ...gpt2, ...config }, weights()).blocks[0].attention.scoreScale;
    assert.equal(scale({}), 0.5);
    assert.equal(scale({ scale_attn_weights: false }), 1);
    assert.equal(scale({ scale_attn_by_inverse_layer_idx: true }), 0.5);
  });

  const refused: [
    what: string,
    config: Record<string, unknown>,
    table: Map<string, WeightLocation>,
    code: string,
  ][] = [
    ["an unknown family", { model_type: "mamba" }, weights(), "unknown-family"],
    [
      "a family named like a property of every object",
      { model_type: "constructor" },
      weights(),
      "unknown-family",
    ],
    ["no family", {}, weights(), "unknown-family"],
    ["an unknown activation", { ...gpt2, activation_function: "snake" }, weights(), "unsupported-config"],
    [
      "an activation named like a property of every object",
      { ...gpt2, activation_function: "toString" },
      weights(),
      "unsupported-config",
    ],
    ["cross-attention", { ...gpt2, add_cross_attention: true }, weights(), "unsupported-config"],
    ["heads that do not divide the width", { ...gpt2, n_head: 3 }, weights(), "unsupported-config"],
    ["a negative layer count", { ...gpt2, n_layer: -1 }, weights(), "unsupported-config"],
    ["a layer count that is text", { ...gpt2, n_layer: "many" }, weights(), "unsupported-config"],
    [
      "an unknown kind of rope",
      { ...llama, rope_scaling: { rope_type: "spiral", factor: 2 } },
      weights(),
      "unsupported-config",
    ],
    [
      "key heads that do not divide the heads",
      { ...llama, num_key_value_heads: 3 },
      weights(),
      "unsupported-config",
    ],
    ["more layers than the checkpoint has", { ...gpt2, n_layer: 2 }, weights(), "missing-tensor"],
    [
      "a missing tensor",
      llama,
      weights((name, s) => (name.includes("up_proj") ? null : s)),
      "missing-tensor",
    ],
    [
      "a tensor of another shape",
      llama,
      weights((name, s) => (name.includes("o_proj") ? [8, 9] : s)),
      "wrong-shape",
    ],
  ];
  for (const [what, config, table, code] of refused) {
    it(`refuse ${what}`, () => assert.throws(() => modelSpecOf(config, table), { code }));
  }

  const strangers: [config: Record<string, unknown>, says: RegExp][] = [
    [
      { model_type: "deepseek_v3", rms_norm_eps: 1e-6, kv_lora_rank: 512, n_routed_experts: 256 },
      /closest it opens is qwen2_moe; different here: keys and values kept in a compressed form \(kv_lora_rank\)\./,
    ],
    [{ model_type: "llama4_text", num_local_experts: 16 }, /is llama; different here: a mixture of experts/],
    [{ model_type: "qwen2_vl", vision_config: {} }, /is qwen2; different here: parts for images/],
    [{ model_type: "gpt_neox_japanese", rotary_pct: 1 }, /is gpt_neox; what differs cannot be told/],
    [{ model_type: "granitemoe", num_local_experts: 40 }, /is granite; different here: a mixture of experts/],
    [{ model_type: "mamba", state_size: 16, hidden_size: 8, num_hidden_layers: 1 }, /state-space layers/],
    [{ model_type: "bert", type_vocab_size: 2, hidden_size: 8, num_hidden_layers: 1 }, /both sides/],
    [
      { model_type: "smollm3", rms_norm_eps: 1e-6, no_rope_layers: [1] },
      /is llama; .*layers without positions/,
    ],
    [{}, /no model_type, .* Nothing in it resembles/],
  ];
  for (const [config, says] of strangers) {
    it(`say what is closest to ${JSON.stringify(config["model_type"] ?? null)}`, () =>
      assert.throws(() => modelSpecOf(config, weights()), { code: "unknown-family", message: says }));
  }
});
