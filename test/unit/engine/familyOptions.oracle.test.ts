/* eslint-disable max-lines -- data */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gaussian, seededRandom } from "../../../src/base/random";
import { modelSpecOf } from "../../../src/engine/families";
import type { BlockSpec, DenseMlpSpec, ExpertsMlpSpec, ModelSpec } from "../../../src/graph/modelSpec";
import { Agreement } from "../../support/agreement";
import { openRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import {
  readReferenceTensors,
  type ReferenceTensor,
  writeReferenceTensors,
} from "../../support/referenceTensors";
import { specForward } from "../../support/specForward";
import { useTempFolder, writeFiles } from "../../support/tempFolder";

/** A checkpoint's tensors, to be changed. */
class Tensors {
  private readonly normal = gaussian(seededRandom(11));

  constructor(readonly all: Map<string, ReferenceTensor>) {}

  /** Adds random tensors; `*` stands for each of `layers` layers. */
  add(name: string, shape: number[], layers = 3): this {
    for (let l = 0; l < (name.includes("*") ? layers : 1); l++) {
      const n = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: n }, () => 0.3 * this.normal());
      this.all.set(name.replace("*", String(l)), { shape, data });
    }
    return this;
  }

  drop(which: RegExp): this {
    for (const name of [...this.all.keys()]) if (which.test(name)) this.all.delete(name);
    return this;
  }

  scale(which: RegExp, by: number): this {
    for (const [name, { shape, data }] of [...this.all])
      if (which.test(name)) this.all.set(name, { shape, data: data.map((x) => x * by) });
    return this;
  }

  rename(from: string, to: string): this {
    for (const [name, tensor] of [...this.all])
      if (name.includes(from)) {
        this.all.delete(name);
        this.all.set(name.replace(from, to), tensor);
      }
    return this;
  }
}

/** A setting that no reference has: what is changed, and what it must have become in the model's parts. */
interface Option {
  readonly folder: string;
  readonly set: Record<string, unknown>;
  readonly tensors?: (tensors: Tensors) => void;
  readonly part: (spec: ModelSpec) => unknown;
  readonly is: unknown;
}

const first = (spec: ModelSpec): BlockSpec => spec.blocks[0] as BlockSpec;
const windows = (spec: ModelSpec) => spec.blocks.map(({ attention }) => attention.window);
const dense = (spec: ModelSpec) => first(spec).mlp as DenseMlpSpec;
const bias = (spec: ModelSpec) => [first(spec).attention.out.bias !== null, dense(spec).in.bias !== null];
const biased = (t: Tensors, part: string, widths: Record<string, number>, layers = 3): void =>
  Object.entries(widths).forEach(([name, width]) =>
    t.add(`model.layers.*.${part}.${name}.bias`, [width], layers),
  );
const llamaBiases = (t: Tensors): void =>
  biased(t, "self_attn", { q_proj: 32, k_proj: 16, v_proj: 16, o_proj: 32 });

/** Nonlinearities that transformers knows and no reference has. */
const activations = {
  quick_gelu: "gelu-quick",
  gelu_10: "gelu-clipped",
  relu6: "relu-clipped",
  leaky_relu: "relu-leaky",
  mish: "mish",
  laplace: "laplace",
  tanh: "tanh",
  sigmoid: "sigmoid",
  linear: "identity",
} as const;

const options: Readonly<Record<string, Option>> = {
  ...Object.fromEntries(
    Object.entries(activations).map(([name, is]): [string, Option] => [
      `gpt_neox with ${name}`,
      {
        folder: "gpt_neox",
        set: { hidden_act: name },
        // Neurons far from 0 too, where some are clipped.
        tensors: (t) => t.scale(/dense_h_to_4h\.weight/, 12),
        part: (spec) => dense(spec).activation,
        is,
      },
    ]),
  ),
  "gpt_neox in series": {
    folder: "gpt_neox",
    set: { use_parallel_residual: false },
    part: (spec) => first(spec).order,
    is: "pre",
  },
  "gpt_neox without attention biases, with ReLU": {
    folder: "gpt_neox",
    set: { attention_bias: false, hidden_act: "relu" },
    tensors: (t) => t.drop(/attention\..*bias$/),
    part: (spec) => [...bias(spec), dense(spec).activation],
    is: [false, true, "relu"],
  },
  "gpt_neox as newer versions write it": {
    folder: "gpt_neox",
    set: {
      ...{ rotary_pct: undefined, rotary_emb_base: undefined, partial_rotary_factor: undefined },
      rope_theta: undefined,
      rope_parameters: { rope_type: "default", rope_theta: 300, partial_rotary_factor: 0.25 },
    },
    part: ({ blocks }) => [
      blocks[0].attention.rotary?.dRotary,
      blocks[0].attention.rotary?.inverseFrequencies(1)[0],
    ],
    is: [2, 1],
  },
  "bloom adding to what was normed": {
    folder: "bloom",
    set: { apply_residual_connection_post_layernorm: true },
    part: (spec) => first(spec).addedTo,
    is: "normed",
  },
  "stablelm in parallel": {
    folder: "stablelm",
    set: { use_parallel_residual: true },
    tensors: (t) => t.drop(/post_attention_layernorm/),
    part: (spec) => [first(spec).order, first(spec).ln2],
    is: ["parallel", "ln1"],
  },
  "stablelm with a norm for each head, without biases": {
    folder: "stablelm",
    set: { qk_layernorm: true, use_qkv_bias: false },
    tensors: (t) => {
      t.drop(/[qkv]_proj\.bias/);
      for (const side of ["q", "k"])
        for (let h = 0; h < 4; h++)
          t.add(`model.layers.*.self_attn.${side}_layernorm.norms.${h}.weight`, [16], 2);
    },
    part: (spec) => first(spec).attention.kNorm?.gain?.length,
    is: 4,
  },
  "cohere with normed queries and keys": {
    folder: "cohere",
    set: { use_qk_norm: true },
    tensors: (t) =>
      t
        .add("model.layers.*.self_attn.q_norm.weight", [4, 8])
        .add("model.layers.*.self_attn.k_norm.weight", [2, 8]),
    part: (spec) => first(spec).attention.qNorm?.over,
    is: "head",
  },
  "cohere2 with a list of layer kinds": {
    folder: "cohere2",
    set: { layer_types: ["full_attention", "sliding_attention", "full_attention"] },
    part: ({ blocks }) => blocks.map(({ attention }) => [attention.window, attention.rotary !== null]),
    is: [
      [null, false],
      [5, true],
      [null, false],
    ],
  },
  "gpt_bigcode with a key for each head": {
    folder: "gpt_bigcode",
    set: { multi_query: false, scale_attn_weights: false },
    tensors: (t) =>
      t.add("transformer.h.*.attn.c_attn.weight", [96, 32]).add("transformer.h.*.attn.c_attn.bias", [96]),
    part: (spec) => [spec.nKvHeads, first(spec).attention.qkv.kind, first(spec).attention.scoreScale],
    is: [4, "grouped", 1],
  },
  "falcon with one norm for both": {
    folder: "falcon-new",
    set: { num_ln_in_parallel_attn: 1 },
    tensors: (t) => t.rename("ln_attn", "input_layernorm").drop(/ln_mlp/),
    part: (spec) => first(spec).ln2,
    is: "ln1",
  },
  "falcon in series with one key": {
    folder: "falcon",
    set: { parallel_attn: false, activation: "relu" },
    tensors: (t) =>
      t
        .add("transformer.h.*.post_attention_layernorm.weight", [32])
        .add("transformer.h.*.post_attention_layernorm.bias", [32]),
    part: (spec) => [first(spec).order, spec.nKvHeads, dense(spec).activation],
    is: ["pre", 1, "relu"],
  },
  "falcon-rw under a transformers that counts its biases once": {
    folder: "falcon-rw",
    set: { transformers_version: "4.44.2" },
    part: (spec) => [first(spec).attention.alibi?.bias(0, 4, 9), spec.warnings.length],
    is: [1 / Math.sqrt(8), 0],
  },
  "gemma2 without soft caps, with a list of layer kinds": {
    folder: "gemma2",
    set: {
      attn_logit_softcapping: null,
      final_logit_softcapping: null,
      layer_types: ["full_attention", "full_attention", "sliding_attention"],
    },
    part: (spec) => [first(spec).attention.softCap, spec.unembed.softCap, windows(spec)],
    is: [null, null, [null, null, 5]],
  },
  "gemma3 with scaled frequencies where layers see everything": {
    folder: "gemma3",
    set: { rope_scaling: { rope_type: "linear", factor: 8 }, final_logit_softcapping: 4 },
    part: ({ blocks, unembed }) => [
      ...blocks.map(({ attention }) => attention.rotary?.inverseFrequencies(1)[0]),
      unembed.softCap,
    ],
    is: [1, 1 / 8, 1, 4],
  },
  "gemma3 as newer versions write it": {
    folder: "gemma3",
    set: {
      rope_parameters: {
        full_attention: { rope_type: "linear", factor: 2, rope_theta: 50000 },
        sliding_attention: { rope_type: "default", rope_theta: 1000 },
      },
    },
    part: ({ blocks }) => blocks.map(({ attention }) => attention.rotary?.inverseFrequencies(1)[0]),
    is: [1, 1 / 2, 1],
  },
  "qwen2 with windows in its upper layers": {
    folder: "qwen2",
    set: { use_sliding_window: true, sliding_window: 4, max_window_layers: 1 },
    part: windows,
    is: [null, 4, 4],
  },
  "olmoe with clamped projections": {
    folder: "olmoe",
    set: { clip_qkv: 0.4, norm_topk_prob: true },
    part: (spec) => [first(spec).attention.clip, (first(spec).mlp as ExpertsMlpSpec).normalised],
    is: [0.4, true],
  },
  "qwen2_moe with a dense layer": {
    folder: "qwen2_moe",
    set: { mlp_only_layers: [0], norm_topk_prob: true, num_experts_per_tok: 3 },
    tensors: (t) =>
      t
        .add("model.layers.0.mlp.gate_proj.weight", [80, 32])
        .add("model.layers.0.mlp.up_proj.weight", [80, 32])
        .add("model.layers.0.mlp.down_proj.weight", [32, 80]),
    part: ({ blocks, dMlp }) => [dMlp, ...blocks.map(({ mlp }) => mlp?.kind)],
    is: [80, "dense", "experts"],
  },
  "qwen3_moe with experts in every other layer": {
    folder: "qwen3_moe",
    set: { decoder_sparse_step: 2, norm_topk_prob: false },
    tensors: (t) =>
      t
        .add("model.layers.0.mlp.gate_proj.weight", [80, 32])
        .add("model.layers.0.mlp.up_proj.weight", [80, 32])
        .add("model.layers.0.mlp.down_proj.weight", [32, 80]),
    part: ({ blocks }) => blocks.map(({ mlp }) => mlp?.kind),
    is: ["dense", "experts"],
  },
  "mixtral with a window and one expert": {
    folder: "mixtral",
    set: { sliding_window: 4, num_experts_per_tok: 1 },
    part: (spec) => [windows(spec), (first(spec).mlp as ExpertsMlpSpec).topK],
    is: [[4, 4], 1],
  },
  "mistral without a window": {
    folder: "mistral",
    set: { sliding_window: null },
    part: windows,
    is: [null, null, null],
  },
  "mpt with clamped projections and another scale": {
    folder: "mpt",
    set: { attn_config: { clip_qkv: 0.5, softmax_scale: 0.2, alibi: true } },
    part: (spec) => [first(spec).attention.clip, first(spec).attention.scoreScale],
    is: [0.5, 0.2],
  },
  "mpt with other slopes": {
    folder: "mpt",
    set: { attn_config: { alibi_bias_max: 16 } },
    part: (spec) => first(spec).attention.alibi?.bias(0, 2, 5),
    is: -2 / 16,
  },
  "opt without biases and gains": {
    folder: "opt",
    set: { enable_bias: false, layer_norm_elementwise_affine: false, activation_function: "gelu" },
    tensors: (t) => t.drop(/layer_norm|(proj|fc\d)\.bias/),
    part: (spec) => [...bias(spec), first(spec).ln1?.gain, dense(spec).activation],
    is: [false, false, null, "gelu"],
  },
  "opt without its last norm": {
    folder: "opt",
    set: { _remove_final_layer_norm: true },
    part: (spec) => spec.finalNorm,
    is: null,
  },
  "opt-350m with norms before its parts": {
    folder: "opt-350m",
    set: { do_layer_norm_before: true },
    tensors: (t) =>
      t.add("model.decoder.final_layer_norm.weight", [32]).add("model.decoder.final_layer_norm.bias", [32]),
    part: (spec) => [first(spec).order, spec.finalNorm?.kind, spec.embed.project !== null],
    is: ["pre", "layer", true],
  },
  "xglm with a plain embedding": {
    folder: "xglm",
    set: { scale_embedding: false },
    part: (spec) => spec.embed.scale,
    is: 1,
  },
  "llama with biases everywhere, tied": {
    folder: "llama",
    set: { attention_bias: true, mlp_bias: true, tie_word_embeddings: true, hidden_act: "gelu" },
    tensors: (t) => {
      llamaBiases(t);
      biased(t, "mlp", { gate_proj: 80, up_proj: 80, down_proj: 32 });
      t.drop(/lm_head/);
    },
    part: (spec) => [...bias(spec), spec.unembed.weight],
    is: [true, true, "model.embed_tokens.weight"],
  },
  "olmo with biases, unclamped": {
    folder: "olmo",
    set: { attention_bias: true, clip_qkv: null },
    tensors: llamaBiases,
    part: (spec) => [...bias(spec), first(spec).attention.clip],
    is: [true, false, null],
  },
  "helium with biases, but none of the output": {
    folder: "helium",
    set: { attention_bias: true },
    tensors: llamaBiases,
    part: bias,
    is: [false, false],
  },
  "nemotron with all of each head turned": {
    folder: "nemotron",
    set: { partial_rotary_factor: 1, attention_bias: true },
    tensors: llamaBiases,
    part: (spec) => [first(spec).attention.rotary?.dRotary, ...bias(spec)],
    is: [8, true, false],
  },
  "phi3 with the first name of long rope": {
    folder: "phi3-longrope",
    set: { rope_scaling: { type: "su", short_factor: [1, 2, 3, 4], long_factor: [5, 6, 7, 8] } },
    part: (spec) => {
      const rotary = first(spec).attention.rotary;
      return [rotary?.inverseFrequencies(8)[0], rotary?.inverseFrequencies(9)[0], rotary?.dynamicBeyond];
    },
    is: [1, 1 / 5, 8],
  },
  "gptj with all of each head turned": {
    folder: "gptj",
    set: { rotary_dim: 8 },
    part: (spec) => first(spec).attention.rotary?.dRotary,
    is: 8,
  },
  "gpt_neo without a list of layers": {
    folder: "gpt_neo",
    set: { attention_layers: undefined, attention_types: [[["local", "global"], 1]], window_size: 3 },
    part: windows,
    is: [3, null],
  },
  "openai-gpt with ReLU": {
    folder: "openai-gpt",
    set: { afn: "relu" },
    part: (spec) => dense(spec).activation,
    is: "relu",
  },
  "starcoder2 without biases": {
    folder: "starcoder2",
    set: { use_bias: false, sliding_window: null },
    tensors: (t) => t.drop(/(proj|c_fc)\.bias/),
    part: (spec) => [...bias(spec), windows(spec)],
    is: [false, false, [null, null, null]],
  },
  "persimmon without norms of queries and keys": {
    folder: "persimmon",
    set: { qk_layernorm: false },
    part: (spec) => first(spec).attention.qNorm,
    is: null,
  },
};

describe("settings that no reference has", () => {
  const folder = useTempFolder();
  for (const [what, option] of Object.entries(options)) {
    oracleIt(`${what}: read as meant and computed as loops do`, `oracle-hf/${option.folder}`, async (dir) => {
      const original = JSON.parse(readFileSync(join(dir, "config.json"), "utf8")) as Record<string, unknown>;
      const tensors = new Tensors(readReferenceTensors(join(dir, "model.safetensors")));
      option.tensors?.(tensors);
      const config = JSON.parse(JSON.stringify({ ...original, ...option.set })) as Record<string, unknown>;
      writeFiles(folder(), { "config.json": config });
      writeReferenceTensors(join(folder(), "model.safetensors"), tensors.all);
      const located = [...tensors.all].map(
        ([name, { shape }]) => [name, { shape, file: "", offset: 0, length: 0 }] as const,
      );
      const spec = modelSpecOf(config, new Map(located));
      assert.deepEqual(option.part(spec), option.is);
      const ids = Array.from({ length: 15 }, (_, i) => (i * i + 7 * i + 2) % spec.dVocab);
      const expected = specForward(spec, tensors.all, ids);
      const { runner, dispose } = await openRunner(folder());
      const agree = new Agreement();
      for (const position of [0, 5, 14]) {
        const { logits } = await runner.logitsAt({ ids, position });
        agree.relative(`logits at ${position}`, logits, expected[position] as number[]);
      }
      agree.settle();
      dispose();
    });
  }
});
