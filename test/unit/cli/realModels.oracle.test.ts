import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { GenerateResult } from "../../../src/protocol/edit";
import type { LensResult } from "../../../src/protocol/lens";
import type { ModelInfo, TokensResult } from "../../../src/protocol/model";
import type { RunSummary, ScoreResult } from "../../../src/protocol/run";
import { cliJson } from "../../support/cli";
import { oracleIt } from "../../support/oracle";

interface Stories {
  config: { dim: number; hidden_dim: number; n_layers: number; n_heads: number; n_kv_heads: number };
  config_params?: number;
  bos_greedy_ids_200: number[];
  prompts: {
    text: string;
    ids: number[];
    top5: { id: number; logit: number; prob: number }[];
    greedy_32_ids: number[];
    greedy_32_text: string;
    resid_l2_last: number[];
    logit_lens_top1_last: { id: number; logit: number }[];
    mean_nll: number | null;
  }[];
  tokenization_cases: { text: string; ids: number[] }[];
}

interface Sorter {
  prompts: { steps: { ctx: number[]; next: number }[] }[];
}

const read = <T>(folder: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, "reference.json"), "utf8")) as T;
const near = (a: number, b: number, within: number, what: string) =>
  assert.ok(Math.abs(a - b) <= within, `${what}: ${a}, expected ${b}`);

describe("the command line against another program's results", function () {
  this.timeout(120_000);

  oracleIt("describes stories260K", "stories260K", async (dir) => {
    const { config } = read<Stories>(dir);
    const info = await cliJson<ModelInfo>("model", path.join(dir, "hf"));
    assert.deepEqual(
      [info.dModel, info.dMlp, info.nLayers, info.nHeads, info.nKvHeads, info.nParams],
      [config.dim, config.hidden_dim, config.n_layers, config.n_heads, config.n_kv_heads, 260032],
    );
  });

  oracleIt("tokenises as run.c does", "stories260K", async (dir) => {
    for (const { text, ids } of read<Stories>(dir).tokenization_cases) {
      const { tokens } = await cliJson<TokensResult>("tokens", path.join(dir, "hf"), "--text", text);
      assert.deepEqual(
        tokens.map((token) => token.id),
        ids,
        text,
      );
    }
  });

  oracleIt("predicts the same tokens with the same logits", "stories260K", async (dir) => {
    for (const prompt of read<Stories>(dir).prompts) {
      const run = await cliJson<RunSummary>("run", path.join(dir, "hf"), "--text", prompt.text);
      assert.deepEqual(run.ids, prompt.ids);
      const last = run.top[run.top.length - 1];
      prompt.top5.forEach((expected, i) => {
        assert.equal(last[i].id, expected.id);
        near(last[i].logit, expected.logit, 1e-3, `logit ${i}`);
        near(Math.exp(last[i].logProb), expected.prob, 1e-4, `probability ${i}`);
      });
    }
  });

  oracleIt("reads residual norms at every layer", "stories260K", async (dir) => {
    const layers = [0, 1, 2, 3, 4];
    const hooks = [
      "hook_embed",
      ...layers.flatMap((l) => [`blocks.${l}.hook_resid_mid`, `blocks.${l}.hook_resid_post`]),
    ];
    for (const prompt of read<Stories>(dir).prompts) {
      const args = ["--text", prompt.text, "--read", hooks.join(","), "--top", "1"];
      const { reads } = await cliJson<RunSummary>("run", path.join(dir, "hf"), ...args);
      hooks.forEach((hook, i) => near(reads[hook].l2.at(-1)!, prompt.resid_l2_last[i], 1e-3, hook));
    }
  });

  oracleIt("decodes every layer to the same token", "stories260K", async (dir) => {
    for (const prompt of read<Stories>(dir).prompts) {
      const { layers } = await cliJson<LensResult>(
        "lens",
        path.join(dir, "hf"),
        "--text",
        prompt.text,
        "--top",
        "1",
      );
      const expected = prompt.logit_lens_top1_last.filter((_, i) => i % 2 === 0);
      assert.deepEqual(
        layers.map((layer) => layer.positions.at(-1)!.top[0].id),
        expected.map((top) => top.id),
      );
    }
  });

  oracleIt("continues with the same words", "stories260K", async (dir) => {
    for (const prompt of read<Stories>(dir).prompts) {
      const args = ["--text", prompt.text, "--max-tokens", String(prompt.greedy_32_ids.length)];
      const made = await cliJson<GenerateResult>("generate", path.join(dir, "hf"), ...args);
      assert.deepEqual([made.ids, made.text], [prompt.greedy_32_ids, prompt.greedy_32_text]);
    }
  });

  oracleIt("scores with the same mean log-likelihood", "stories260K", async (dir) => {
    for (const { text, ids, mean_nll: expected } of read<Stories>(dir).prompts) {
      if (expected === null) continue;
      const { tokens } = await cliJson<ScoreResult>("score", path.join(dir, "hf"), "--text", text);
      const sum = tokens.reduce((total, { logProb }) => total + (logProb ?? 0), 0);
      near(-sum / (ids.length - 1), expected, 1e-4, text);
    }
  });

  // Its folder lacks three biases that the reference has, so tokens agree and logits are not compared here.
  oracleIt(
    "sorts as the sorting model does, and says what its folder lacks",
    "gpt-nano-sort",
    async (dir) => {
      for (const { steps } of read<Sorter>(dir).prompts) {
        for (const { ctx, next } of steps) {
          const run = await cliJson<RunSummary>("run", path.join(dir, "hf"), "--ids", ctx.join(","));
          assert.equal(run.top[ctx.length - 1][0].id, next);
        }
        const args = ["--ids", steps[0].ctx.join(","), "--max-tokens", String(steps.length)];
        const made = await cliJson<GenerateResult & { warnings: string[] }>(
          "generate",
          path.join(dir, "hf"),
          ...args,
        );
        assert.deepEqual(
          made.ids,
          steps.map((step) => step.next),
        );
        assert.equal(made.text, null);
        assert.match(made.warnings[0], /lacks 3 bias tensors/);
      }
    },
  );
});
