import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelRunner } from "../../../src/engine/modelRunner";
import { Agreement } from "../../support/agreement";
import { openRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import { readReferenceTensors, writeReferenceTensors } from "../../support/referenceTensors";

interface StoriesPrompt {
  text: string;
  ids: number[];
  top5: { id: number; logit: number; prob: number }[];
  logits_last: number[];
  greedy_32_ids: number[];
  resid_l2_last: number[];
  resid_labels: string[];
  logit_lens_top1_last: { id: number; logit: number }[];
  attention_last_query: number[][][];
}

interface Partial {
  shape: number[];
  data: string;
}

const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), "utf8")) as T;

async function read(
  runner: ModelRunner,
  ids: number[],
  hook: string,
  positions?: number[],
): Promise<Float32Array> {
  const { reads } = await runner.run({ ids, reads: [{ hook, ...(positions ? { positions } : {}) }] });
  return reads.get(hook)?.data as Float32Array;
}

/** "embed", "L2.mid", "L2.post" as the reference labels them, to hooks. */
function labelledHook(label: string): string {
  const found = /^L(\d+)\.(mid|post)$/.exec(label);
  return found ? `blocks.${found[1]}.hook_resid_${found[2]}` : "blocks.0.hook_resid_pre";
}

/** Rows the reference's lens has: one for each residual it labels, in the same order. */
async function compareLens(runner: ModelRunner, prompt: StoriesPrompt, agree: Agreement): Promise<void> {
  const last = prompt.ids.length - 1;
  for (const [i, label] of prompt.resid_labels.entries()) {
    const row = await read(runner, prompt.ids, labelledHook(label), [last]);
    agree.relative(`l2 of ${label}`, [Math.hypot(...row)], [prompt.resid_l2_last[i] as number]);
    const expected = prompt.logit_lens_top1_last[i];
    if (prompt.logit_lens_top1_last.length !== prompt.resid_labels.length || !expected) continue;
    const decoded = await runner.decode({ rows: row, k: 1 });
    assert.equal(decoded.ids[0]?.[0], expected.id, `lens at ${label}`);
    agree.relative(`lens logit at ${label}`, decoded.logits[0] as number[], [expected.logit]);
  }
}

/** A copy of the checkpoint with the biases that only the authors' own file has. */
function wholeCheckpoint(dir: string): string {
  const copy = mkdtempSync(join(tmpdir(), "introspect-nano-"));
  const tensors = readReferenceTensors(join(dir, "hf", "model.safetensors"));
  const own = readJson<Record<string, Partial>>(dir, "gpt-nano-sort-model.json");
  for (let layer = 0; layer < 3; layer++) {
    const name = `transformer.h.${layer}.attn.c_attn.bias`;
    const bytes = Buffer.from((own[name] as Partial).data, "base64");
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    tensors.set(name, { shape: [data.length], data });
  }
  writeReferenceTensors(join(copy, "model.safetensors"), tensors);
  copyFileSync(join(dir, "hf", "config.json"), join(copy, "config.json"));
  return copy;
}

describe("real trained models", () => {
  oracleIt(
    "stories260K: logits, norms, lens, attention and greedy text agree",
    "stories260K",
    async (dir) => {
      const reference = readJson<{ prompts: StoriesPrompt[]; bos_greedy_ids_200: number[] }>(
        dir,
        "reference.json",
      );
      const { runner, dispose } = await openRunner(join(dir, "hf"));
      const agree = new Agreement();
      for (const prompt of reference.prompts) {
        const last = prompt.ids.length - 1;
        const { logits } = await runner.logitsAt({ ids: prompt.ids, position: -1 });
        agree.relative(`logits of ${JSON.stringify(prompt.text)}`, logits, prompt.logits_last);
        await compareLens(runner, prompt, agree);
        for (const [layer, heads] of prompt.attention_last_query.entries()) {
          const pattern = await read(runner, prompt.ids, `blocks.${layer}.attn.hook_pattern`, [last]);
          agree.absolute(`pattern ${layer}`, pattern, heads.flat());
        }
        const sampling = { maxTokens: 32, temperature: 0, seed: 0 };
        assert.deepEqual((await runner.generate({ ids: prompt.ids, sampling })).ids, prompt.greedy_32_ids);
      }
      agree.settle();
      const sampling = { maxTokens: 200, temperature: 0, seed: 0 };
      const long = await runner.generate({ ids: [reference.bos_greedy_ids_200[0] as number], sampling });
      assert.deepEqual(long.ids, reference.bos_greedy_ids_200.slice(1));
      dispose();
    },
  );

  oracleIt("gpt-nano-sort: sorts all 729 inputs", "gpt-nano-sort", async (dir) => {
    const { runner, dispose } = await openRunner(join(dir, "hf"));
    for (let n = 0; n < 729; n++) {
      const ids = Array.from({ length: 6 }, (_, i) => Math.floor(n / 3 ** i) % 3);
      const made = await runner.generate({ ids, sampling: { maxTokens: 6, temperature: 0, seed: 0 } });
      assert.deepEqual(made.ids, [...ids].sort(), ids.join(""));
    }
    dispose();
  });

  oracleIt("gpt-nano-sort: a checkpoint that lacks some biases says so", "gpt-nano-sort", async (dir) => {
    const { runner, dispose } = await openRunner(join(dir, "hf"));
    assert.match(
      runner.info.warnings?.[0] ?? "",
      /lacks 3 bias tensors \(transformer\.h\.0\.attn\.c_attn\.bias/,
    );
    dispose();
  });

  // The folder's weights file lacks c_attn.bias; the authors' own file has it, so the checkpoint is made whole first.
  oracleIt("gpt-nano-sort: every intermediate of its authors agrees", "gpt-nano-sort", async (dir) => {
    const partials = readJson<Record<string, Partial>>(dir, "gpt-nano-sort-t0-partials.json");
    const whole = wholeCheckpoint(dir);
    const { runner, dispose } = await openRunner(whole);
    const values = (name: string): Float32Array => {
      const bytes = Buffer.from((partials[name] as Partial).data, "base64");
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    };
    const [batches, length] = (partials["idx"] as Partial).shape as [number, number];
    const hooks: [partial: string, hook: string][] = [
      ["x", "blocks.0.hook_resid_pre"],
      ["tok_emb", "hook_embed"],
      ["yProj", "blocks.0.hook_attn_out"],
      ["attnResid", "blocks.0.hook_resid_mid"],
      ["fc", "blocks.0.mlp.hook_pre"],
      ["gelu", "blocks.0.mlp.hook_post"],
      ["mlp", "blocks.0.hook_mlp_out"],
      ["mlpResid", "blocks.0.hook_resid_post"],
      ["y", "blocks.0.attn.hook_z"],
      ["block0", "blocks.1.hook_resid_pre"],
      ["block1", "blocks.2.hook_resid_pre"],
      ["block2", "blocks.2.hook_resid_post"],
    ];
    const agree = new Agreement();
    for (let batch = 0; batch < batches; batch++) {
      const ids = [...values("idx").subarray(batch * length, (batch + 1) * length)];
      const part = (name: string): Float32Array => {
        const all = values(name);
        return all.subarray((batch * all.length) / batches, ((batch + 1) * all.length) / batches);
      };
      for (const [name, hook] of hooks) agree.relative(name, await read(runner, ids, hook), part(name));
      agree.absolute("attSm", await read(runner, ids, "blocks.0.attn.hook_pattern"), part("attSm"));
      const logits: number[] = [];
      for (let p = 0; p < ids.length; p++)
        logits.push(...(await runner.logitsAt({ ids, position: p })).logits);
      agree.relative("lm_head", logits, part("lm_head"));
    }
    assert.ok(agree.count >= 14 * batches);
    agree.settle();
    dispose();
  });
});
