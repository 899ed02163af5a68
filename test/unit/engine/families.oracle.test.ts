import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelRunner } from "../../../src/engine/modelRunner";
import { blockHook, type BlockSite } from "../../../src/graph/hooks";
import { Agreement } from "../../support/agreement";
import { openRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import { readReferenceTensors, type ReferenceTensor } from "../../support/referenceTensors";

const families = ["gpt2", "llama", "llama-linear", "llama-dynamic", "llama-yarn", "llama-llama3"];

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

/** Reference tensors with a layer axis, and the hook each is. `perHead` ones have heads before positions. */
function layeredHooks(
  runner: ModelRunner,
): [reference: string, site: BlockSite, kind: "plain" | "perHead" | "pattern"][] {
  const rotary = runner.info.hooks.includes("blocks.0.attn.hook_rot_q");
  return [
    ["attn_scores", "attn.hook_attn_scores", "plain"],
    ["attentions", "attn.hook_pattern", "pattern"],
    ["z", "attn.hook_z", "plain"],
    ["attn_out", "hook_attn_out", "plain"],
    ["attn_out", "attn.hook_proj", "plain"],
    ["mlp_act", "mlp.hook_post", "plain"],
    ["mlp_out", "hook_mlp_out", "plain"],
    ["mlp_out", "mlp.hook_proj", "plain"],
    ["attn_q", rotary ? "attn.hook_rot_q" : "attn.hook_q", "perHead"],
    ["attn_k", rotary ? "attn.hook_rot_k" : "attn.hook_k", "perHead"],
    ["attn_v", "attn.hook_v", "perHead"],
  ];
}

/** Outputs of single modules, by what their names end in, and the hook each is. */
const moduleHooks: [ending: string, site: BlockSite][] = [
  ["self_attn.q_proj", "attn.hook_q"],
  ["self_attn.k_proj", "attn.hook_k"],
  ["self_attn.v_proj", "attn.hook_v"],
  ["mlp.gate_proj", "mlp.hook_pre"],
  ["mlp.up_proj", "mlp.hook_pre_linear"],
  ["mlp.c_fc", "mlp.hook_pre"],
];

const normModules: [ending: string, norm: "ln1" | "ln2"][] = [
  ["ln_1", "ln1"],
  ["ln_2", "ln2"],
  ["input_layernorm", "ln1"],
  ["post_attention_layernorm", "ln2"],
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
  name: "final" | { layer: number; norm: "ln1" | "ln2" },
): Promise<Float32Array> {
  const { gain, bias } = await runner.normWeights(name);
  const d = runner.info.dModel;
  return normalized.map((x, i) => x * (gain?.[i % d] ?? 1) + (bias?.[i % d] ?? 0));
}

async function compareLayers(
  runner: ModelRunner,
  ids: number[],
  tensors: Map<string, ReferenceTensor>,
  agree: Agreement,
): Promise<void> {
  for (const [reference, site, kind] of layeredHooks(runner)) {
    const expected = tensors.get(reference);
    assert.ok(expected, reference);
    const size = expected.data.length / runner.info.nLayers;
    for (let layer = 0; layer < runner.info.nLayers; layer++) {
      const hook = blockHook(layer, site);
      const { data, shape } = await read(runner, ids, hook);
      const actual = kind === "perHead" ? byHead(data, shape, runner.info.nHeads) : data;
      const slice = expected.data.subarray(layer * size, (layer + 1) * size);
      if (kind === "pattern") agree.absolute(hook, actual, slice);
      else agree.relative(hook, actual, slice);
    }
  }
}

async function compareModules(
  runner: ModelRunner,
  ids: number[],
  tensors: Map<string, ReferenceTensor>,
  agree: Agreement,
): Promise<void> {
  for (const [name, { data }] of tensors) {
    const layer = Number(/\.(\d+)\./.exec(name)?.[1] ?? 0);
    const plain = moduleHooks.find(([ending]) => name.startsWith("module.") && name.endsWith(ending));
    if (plain) agree.relative(name, (await read(runner, ids, blockHook(layer, plain[1]))).data, data);
    const norm = normModules.find(([ending]) => name.startsWith("module.") && name.endsWith(ending));
    if (norm) {
      const { data: normalized } = await read(runner, ids, `blocks.${layer}.${norm[1]}.hook_normalized`);
      agree.relative(name, await withGain(runner, normalized, { layer, norm: norm[1] }), data);
    }
  }
}

async function compareEnds(
  runner: ModelRunner,
  ids: number[],
  tensors: Map<string, ReferenceTensor>,
  agree: Agreement,
): Promise<void> {
  const { nLayers, dModel } = runner.info;
  const resid = tensors.get("resid")?.data as Float32Array;
  const size = resid.length / (nLayers + 1);
  for (let row = 0; row <= nLayers; row++) {
    const hook = row < nLayers ? blockHook(row, "hook_resid_pre") : blockHook(nLayers - 1, "hook_resid_post");
    agree.relative(hook, (await read(runner, ids, hook)).data, resid.subarray(row * size, (row + 1) * size));
  }
  agree.relative(
    "hook_embed",
    (await read(runner, ids, "hook_embed")).data,
    tensors.get("token_embedding")?.data as Float32Array,
  );
  const positions = tensors.get("module.transformer.wpe");
  if (positions)
    agree.relative(
      "hook_pos_embed",
      (await read(runner, ids, "hook_pos_embed")).data.slice(-positions.data.length),
      positions.data,
    );
  const final = (await read(runner, ids, "ln_final.hook_normalized")).data;
  agree.relative(
    "final norm",
    await withGain(runner, final, "final"),
    tensors.get("final_norm")?.data as Float32Array,
  );
  const logits = tensors.get("logits")?.data as Float32Array;
  const width = runner.info.dVocab;
  const last = resid.subarray(nLayers * size);
  const decoded = await runner.decode({ rows: last.slice(), k: width });
  for (let p = 0; p < ids.length; p++) {
    const own = await runner.logitsAt({ ids, position: p });
    agree.relative(`logits at ${p}`, own.logits, logits.subarray(p * width, (p + 1) * width));
    const spread = new Float32Array(width);
    decoded.ids[p]?.forEach((id, i) => (spread[id] = decoded.logits[p]?.[i] as number));
    agree.relative(`decoded logits at ${p}`, spread, logits.subarray(p * width, (p + 1) * width));
  }
  assert.equal(dModel * ids.length, size);
}

describe("families against transformers", () => {
  for (const family of families) {
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
        const agree = new Agreement();
        await compareLayers(runner, reference.ids, tensors, agree);
        await compareModules(runner, reference.ids, tensors, agree);
        await compareEnds(runner, reference.ids, tensors, agree);
        assert.ok(agree.count > 11 * runner.info.nLayers);
        agree.settle();
        const sampling = { maxTokens: reference.greedy_ids.length, temperature: 0, seed: 0 };
        assert.deepEqual((await runner.generate({ ids: reference.ids, sampling })).ids, reference.greedy_ids);
        dispose();
      },
    );
  }
});
