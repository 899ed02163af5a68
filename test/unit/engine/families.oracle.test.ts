import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { modelSpecOf } from "../../../src/engine/families";
import type { ModelRunner } from "../../../src/engine/modelRunner";
import { blockHook, type BlockSite } from "../../../src/graph/hooks";
import type { ModelSpec } from "../../../src/graph/modelSpec";
import type { BlockNorm } from "../../../src/graph/runner";
import { Agreement } from "../../support/agreement";
import { openRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import { readReferenceTensors, type ReferenceTensor } from "../../support/referenceTensors";
import { specForward } from "../../support/specForward";

/** What of a family's reference tensors is not a hook as it stands. */
interface Oddity {
  /** What the raw embedding is multiplied by to be hook_embed. */
  readonly embedScale?: number;
  /** The reference scales queries before the product; hook_q is before that. */
  readonly queriesScaled?: true;
  /** Projections are clamped before they are hooks. */
  readonly clip?: number;
  /** Norm modules whose place their names do not tell. */
  readonly norms?: Readonly<Record<string, BlockNorm>>;
  /** What is added is not the raw projection: a norm or a factor lies between. */
  readonly addsOther?: true;
  /** Frequencies change with the run's length: what is cached does not hold for longer runs. */
  readonly dynamic?: true;
}

const gemmaNorms = { post_attention_layernorm: "ln1_post" } as const;
const families: Readonly<Record<string, Oddity>> = {
  gpt2: {},
  llama: {},
  "llama-linear": {},
  "llama-dynamic": { dynamic: true },
  "llama-yarn": {},
  "llama-llama3": {},
  gpt_neox: {},
  "gpt_neox-rope-linear": {},
  mistral: {},
  qwen2: {},
  qwen3: {},
  gemma: { embedScale: Math.sqrt(32) },
  gemma2: { embedScale: Math.sqrt(32), norms: gemmaNorms, addsOther: true },
  gemma3: { norms: gemmaNorms, addsOther: true },
  phi3: {},
  "phi3-longrope": { dynamic: true },
  "phi3-partial": {},
  mixtral: {},
  qwen2_moe: {},
  qwen3_moe: {},
  olmo: { clip: 1.5 },
  olmo2: { norms: { post_attention_layernorm: "ln1_post" }, addsOther: true },
  olmoe: {},
  phi: {},
  "phi-qknorm": {},
  starcoder2: {},
  stablelm: {},
  persimmon: {},
  nemotron: {},
  glm: {},
  granite: { embedScale: 3, addsOther: true },
  cohere: {},
  cohere2: {},
  helium: {},
  gptj: {},
  codegen: {},
  gpt_neo: {},
  gpt_bigcode: {},
  "openai-gpt": {},
  opt: { queriesScaled: true },
  "opt-350m": { queriesScaled: true },
  xglm: { queriesScaled: true },
  biogpt: { queriesScaled: true },
  bloom: {},
  mpt: {},
  falcon: {},
  "falcon-new": {},
  "falcon-rw": {},
};

/** [pos, head, dHead] to the reference's [head, pos, dHead], key/value heads repeated to all heads. */
function byHead(data: Float32Array, shape: readonly number[], nHeads: number): Float32Array {
  const [n, heads, dHead] = shape as [number, number, number];
  const out = new Float32Array(n * nHeads * dHead);
  for (let h = 0; h < nHeads; h++) {
    const from = Math.floor((h * heads) / nHeads);
    for (let p = 0; p < n; p++) {
      out.set(data.subarray((p * heads + from) * dHead, (p * heads + from + 1) * dHead), (h * n + p) * dHead);
    }
  }
  return out;
}

type Kind = "plain" | "perHead" | "pattern";

/** Reference tensors with a layer axis, and the hook each is. `perHead` ones have heads before positions. */
function layeredHooks(
  hooks: ReadonlySet<string>,
  layer: number,
  { addsOther }: Oddity,
): [reference: string, site: BlockSite, kind: Kind][] {
  const rotary = hooks.has(blockHook(layer, "attn.hook_rot_q"));
  const all: [string, BlockSite, Kind][] = [
    ["attn_scores", "attn.hook_attn_scores", "plain"],
    ["attentions", "attn.hook_pattern", "pattern"],
    ["z", "attn.hook_z", "plain"],
    ["attn_out", "attn.hook_proj", "plain"],
    ["mlp_out", "mlp.hook_proj", "plain"],
    ["attn_q", rotary ? "attn.hook_rot_q" : "attn.hook_q", "perHead"],
    ["attn_k", rotary ? "attn.hook_rot_k" : "attn.hook_k", "perHead"],
    ["attn_v", "attn.hook_v", "perHead"],
  ];
  if (hooks.has(blockHook(layer, "mlp.hook_post"))) all.push(["mlp_act", "mlp.hook_post", "plain"]);
  if (addsOther) return all;
  return [...all, ["attn_out", "hook_attn_out", "plain"], ["mlp_out", "hook_mlp_out", "plain"]];
}

/** Outputs of single modules, by what their names end in: the hook each is, or none. */
const moduleHooks: [ending: RegExp, site: BlockSite | "hook_pos_embed" | "hook_embed" | null][] = [
  [/attn\.(attention\.)?q_proj$/, "attn.hook_q"],
  [/attn\.(attention\.)?k_proj$/, "attn.hook_k"],
  [/attn\.(attention\.)?v_proj$/, "attn.hook_v"],
  [/mlp\.gate_proj$/, "mlp.hook_pre"],
  [/mlp\.up_proj$/, "mlp.hook_pre_linear"],
  [/(mlp\.(c_fc|fc1|fc_in|dense_h_to_4h)|ffn\.up_proj|\.fc1)$/, "mlp.hook_pre"],
  [/\.(wpe|embed_positions)$/, "hook_pos_embed"],
  [/\.project_in$/, "hook_embed"],
  [/word_embeddings_layernorm$/, "hook_resid_pre"],
  // Parts of fused projections are compared as queries, keys, values and neurons; normed queries as scores.
  [/(c_attn|query_key_value|qkv_proj|Wqkv|gate_up_proj)$/, null],
  [/\.[qk]_(norm|layernorm)$/, null],
  [/(experts\.\d+|shared_expert)\.\w+_proj$/, null],
  // Read through the logits.
  [/\.project_out$/, null],
];

const normModules: [ending: string, norm: BlockNorm][] = [
  ["ln_1", "ln1"],
  ["ln_2", "ln2"],
  ["ln_attn", "ln1"],
  ["ln_mlp", "ln2"],
  ["norm_1", "ln1"],
  ["norm_2", "ln2"],
  ["input_layernorm", "ln1"],
  ["post_attention_layernorm", "ln2"],
  ["pre_feedforward_layernorm", "ln2"],
  ["post_feedforward_layernorm", "ln2_post"],
  ["self_attn_layer_norm", "ln1"],
  ["final_layer_norm", "ln2"],
];

async function read(
  runner: ModelRunner,
  ids: number[],
  hook: string,
): Promise<{ data: Float32Array; shape: readonly number[] }> {
  const { reads } = await runner.run({ ids, reads: [{ hook }] });
  const found = reads.get(hook);
  assert.ok(found, hook);
  return found;
}

/** normalized · gain + bias, as the norm's module gives it. */
async function withGain(
  runner: ModelRunner,
  normalized: Float32Array,
  name: "final" | { layer: number; norm: BlockNorm },
): Promise<Float32Array> {
  const { gain, bias } = await runner.normWeights(name);
  const d = runner.info.dModel;
  return normalized.map((x, i) => x * (gain?.[i % d] ?? 1) + (bias?.[i % d] ?? 0));
}

/** One family's folder, opened. */
interface Case {
  readonly runner: ModelRunner;
  readonly ids: number[];
  readonly tensors: Map<string, ReferenceTensor>;
  readonly odd: Oddity;
  readonly agree: Agreement;
}

async function compareLayers({ runner, ids, tensors, odd, agree }: Case): Promise<void> {
  const { nLayers, nHeads, dHead } = runner.info;
  const hooks = new Set(runner.info.hooks);
  for (let layer = 0; layer < nLayers; layer++) {
    for (const [reference, site, kind] of layeredHooks(hooks, layer, odd)) {
      const expected = tensors.get(reference);
      assert.ok(expected, reference);
      const size = expected.data.length / nLayers;
      const hook = blockHook(layer, site);
      const { data, shape } = await read(runner, ids, hook);
      let actual = kind === "perHead" ? byHead(data, shape, nHeads) : data;
      if (reference === "attn_q" && odd.queriesScaled) actual = actual.map((x) => x / Math.sqrt(dHead));
      const slice = expected.data.subarray(layer * size, (layer + 1) * size);
      if (kind === "pattern") agree.absolute(hook, actual, slice);
      else agree.relative(hook, actual, slice);
    }
  }
}

async function compareModules({ runner, ids, tensors, odd, agree }: Case): Promise<void> {
  const gated = runner.info.gatedMlp;
  for (const [name, { data }] of tensors) {
    if (!name.startsWith("module.")) continue;
    const layer = Number(/\.(\d+)\./.exec(name)?.[1] ?? 0);
    const last = name.slice(name.lastIndexOf(".") + 1);
    const norm = odd.norms?.[last] ?? normModules.find(([ending]) => last === ending)?.[1];
    if (norm !== undefined) {
      const { data: normalized } = await read(runner, ids, `blocks.${layer}.${norm}.hook_normalized`);
      agree.relative(name, await withGain(runner, normalized, { layer, norm }), data);
      continue;
    }
    const found = moduleHooks.find(([ending]) => ending.test(name));
    assert.ok(found, `no line in this test for ${name}`);
    let site = found[1];
    if (site === null) continue;
    if (site === "mlp.hook_pre_linear" && !gated) site = "mlp.hook_pre";
    const hook = site === "hook_embed" || site === "hook_pos_embed" ? site : blockHook(layer, site);
    const actual = (await read(runner, ids, hook)).data;
    const { clip } = odd;
    const clamped = clip !== undefined && site.startsWith("attn.");
    const expected = clamped ? data.map((x) => Math.min(Math.max(x, -clip), clip)) : data;
    // A module called twice is written twice: the rows of the run are the last.
    agree.relative(name, actual.slice(-expected.length), expected);
  }
}

async function compareEnds({ runner, ids, tensors, odd, agree }: Case): Promise<void> {
  const { nLayers, dModel, dVocab } = runner.info;
  const resid = tensors.get("resid")?.data as Float32Array;
  const size = ids.length * dModel;
  assert.equal(resid.length, (nLayers + 1) * size);
  for (let row = 0; row <= nLayers; row++) {
    const hook = row < nLayers ? blockHook(row, "hook_resid_pre") : blockHook(nLayers - 1, "hook_resid_post");
    agree.relative(hook, (await read(runner, ids, hook)).data, resid.subarray(row * size, (row + 1) * size));
  }
  const embedded = tensors.get("token_embedding")?.data as Float32Array;
  if (embedded.length === size) {
    const scaled = embedded.map((x) => x * (odd.embedScale ?? 1));
    agree.relative("hook_embed", (await read(runner, ids, "hook_embed")).data, scaled);
  }
  const normed = tensors.get("final_norm");
  assert.equal(normed !== undefined, runner.info.hooks.includes("ln_final.hook_normalized"));
  if (normed !== undefined) {
    const final = (await read(runner, ids, "ln_final.hook_normalized")).data;
    agree.relative("final norm", await withGain(runner, final, "final"), normed.data);
  }
  const logits = tensors.get("logits")?.data as Float32Array;
  const decoded = await runner.decode({ rows: resid.slice(nLayers * size), k: dVocab });
  for (let p = 0; p < ids.length; p++) {
    const own = await runner.logitsAt({ ids, position: p });
    const expected = logits.subarray(p * dVocab, (p + 1) * dVocab);
    agree.relative(`logits at ${p}`, own.logits, expected);
    const spread = new Float32Array(dVocab);
    decoded.ids[p]?.forEach((id, i) => (spread[id] = decoded.logits[p]?.[i] as number));
    agree.relative(`decoded logits at ${p}`, spread, expected);
  }
}

/** A router's weights, for which there is no reference: the softmax of its matrix times what the MLP reads. */
async function compareRouters(
  { runner, ids, agree }: Case,
  spec: ModelSpec,
  weights: Weights,
): Promise<void> {
  for (const [layer, { mlp }] of spec.blocks.entries()) {
    const hook = blockHook(layer, "mlp.hook_expert_weights");
    assert.equal(runner.info.hooks.includes(hook), mlp?.kind === "experts", hook);
    if (mlp?.kind !== "experts") continue;
    const normalized = (await read(runner, ids, blockHook(layer, "ln2.hook_normalized"))).data;
    const input = await withGain(runner, normalized, { layer, norm: "ln2" });
    const router = weights.get(mlp.router.weight)?.data as Float32Array;
    const d = runner.info.dModel;
    const expected = ids.flatMap((_, p) => {
      const raw = mlp.experts.map((_expert, e) => {
        let sum = 0;
        for (let i = 0; i < d; i++) sum += (input[p * d + i] as number) * (router[e * d + i] as number);
        return Math.exp(sum);
      });
      const total = raw.reduce((a, b) => a + b, 0);
      return raw.map((one) => one / total);
    });
    agree.absolute(hook, (await read(runner, ids, hook)).data, expected);
  }
}

type Weights = ReadonlyMap<string, ReferenceTensor>;

/** Longer runs than the file's: what is appended to cached positions is what a whole run gives. */
async function compareIncremental({ runner, ids, odd, agree }: Case): Promise<void> {
  const { nLayers, nCtx, dModel } = runner.info;
  const longest = runner.info.hooks.includes("hook_pos_embed") ? Math.min(nCtx, 60) : 300;
  const long = Array.from({ length: longest }, (_, i) => ids[(i * i + 3 * i) % ids.length] as number);
  const hook = blockHook(nLayers - 1, "hook_resid_post");
  const whole = await runner.run({ ids: long, reads: [{ hook }], cache: "none" });
  const rows = whole.reads.get(hook)?.data as Float32Array;
  const steps = [ids.length, ids.length + 1, ids.length + 2, 17, 40, 57, longest - 1, longest];
  for (const n of steps) {
    if (odd.dynamic === true && n !== longest) continue;
    const { reads } = await runner.run({ ids: long.slice(0, n), reads: [{ hook, positions: [n - 1] }] });
    const expected = rows.subarray((n - 1) * dModel, n * dModel);
    agree.relative(`position ${n} of ${longest}`, reads.get(hook)?.data as Float32Array, expected);
  }
}

/** Other tokens and more of them than the file has, against loops that are held against the file's own. */
async function compareLoops(one: Case, dir: string): Promise<void> {
  const { runner, ids, tensors, agree } = one;
  const weights = readReferenceTensors(join(dir, "model.safetensors"));
  const located = new Map(
    [...weights].map(([name, { shape }]) => [name, { shape, file: "", offset: 0, length: 0 }]),
  );
  const config = JSON.parse(readFileSync(join(dir, "config.json"), "utf8")) as Record<string, unknown>;
  const spec = modelSpecOf(config, located);
  await compareRouters(one, spec, weights);
  const { dVocab } = runner.info;
  const reference = tensors.get("logits")?.data as Float32Array;
  const last = specForward(spec, weights, ids).at(-1) as number[];
  agree.relative("loops", last, reference.subarray(reference.length - dVocab));
  const other = Array.from({ length: 37 }, (_, i) => (i * i * 7 + i * 11 + 5) % dVocab);
  const expected = specForward(spec, weights, other);
  for (const position of [0, 1, 7, 20, 36]) {
    const { logits } = await runner.logitsAt({ ids: other, position });
    agree.relative(`other tokens at ${position}`, logits, expected[position] as number[]);
  }
}

describe("families against transformers", () => {
  oracleIt("all folders are looked at", "oracle-hf", (dir) => {
    const folders = readdirSync(dir).filter((name) => name !== "README.md");
    assert.deepEqual(Object.keys(families).sort(), folders.sort());
  });

  for (const [family, odd] of Object.entries(families)) {
    oracleIt(
      `${family}: every hook, the logits and the greedy text agree`,
      `oracle-hf/${family}`,
      async (dir) => {
        const reference = JSON.parse(readFileSync(join(dir, "reference.json"), "utf8")) as {
          ids: number[];
          greedy_ids: number[];
        };
        const tensors = readReferenceTensors(join(dir, "reference.safetensors"));
        const { runner, dispose } = await openRunner(dir);
        const one: Case = { runner, ids: reference.ids, tensors, odd, agree: new Agreement() };
        await compareLayers(one);
        await compareModules(one);
        await compareEnds(one);
        await compareIncremental(one);
        await compareLoops(one, dir);
        assert.ok(one.agree.count > 9 * runner.info.nLayers);
        one.agree.settle();
        const sampling = { maxTokens: reference.greedy_ids.length, temperature: 0, seed: 0 };
        const { ids } = await runner.generate({ ids: reference.ids, sampling });
        assert.deepEqual(ids, reference.greedy_ids);
        dispose();
      },
    );
  }
});
