import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { neuronDrivers } from "../../../src/analysis/neuronCard/drivers";
import { verify, verifyIds } from "../../../src/analysis/verify";
import type { Runner } from "../../../src/graph/runner";
import { openRunner } from "../../support/openRunner";
import { hasOracle, oracleDir, oracleIt } from "../../support/oracle";

/** ReLU and clamping have kinks and a choice of experts jumps: logits need not follow a small edit straight there. */
const notSmooth = /^(olmo$|opt|mixtral|olmoe|qwen\d_moe)/;

/** Parts and constant make up the pre-activation of a neuron of every layer; a layer of experts has none and says so. */
async function checkDrivers(runner: Runner, ids: readonly number[], hasBias: boolean): Promise<void> {
  const { hooks, nLayers } = runner.info;
  for (let layer = 0; layer < nLayers; layer++) {
    if (!hooks.includes(`blocks.${layer}.mlp.hook_pre`)) {
      await assert.rejects(runner.neuronWeights(layer, [0]), { code: "bad-plan", message: /experts|alone/ });
      continue;
    }
    const drivers = await neuronDrivers(runner, {
      layer,
      neuron: 5 * layer + 2,
      pos: ids.length - 1 - layer,
      ids,
    });
    const sum = drivers.parts.reduce((all, part) => all + part.contribution, drivers.constant);
    const biases = drivers.parts.filter(({ source }) => source.endsWith("bias"));
    assert.ok(hasBias || biases.length === 0, `the heads leave ${JSON.stringify(biases)}`);
    const size = drivers.parts.reduce((all, part) => all + Math.abs(part.contribution), 1);
    const said = `layer ${layer}: ${sum} and ${drivers.preActivation}`;
    assert.ok(Math.abs(sum - drivers.preActivation) <= 1e-4 * size, said);
  }
}

/** Families without any bias in attention or behind it. */
const withoutBias = new Set(["gemma", "gemma2", "gemma3", "olmo2", "granite", "llama", "mistral", "qwen3"]);

describe("analyses of every family", function () {
  this.timeout(30_000);
  const root = "oracle-hf";
  const names = hasOracle(root) ? readdirSync(oracleDir(root)).filter((name) => name !== "README.md") : [];
  if (names.length === 0) oracleIt("is looked at", root, () => assert.fail("no folder"));
  for (const name of names) {
    oracleIt(
      `${name}: the identity checks pass and a neuron's drivers add up`,
      join(root, name),
      async (dir) => {
        const { runner, dispose } = await openRunner(dir);
        const ids = verifyIds(runner).slice(0, 12);
        for await (const { check, passed, worst, bound } of verify(runner, ids)) {
          if (check === "small edits" && notSmooth.test(name)) continue;
          assert.ok(passed, `${check}: ${worst}, allowed ${bound}`);
        }
        await checkDrivers(runner, ids.slice(0, 9), !withoutBias.has(name));
        dispose();
      },
    );
  }

  const lacking: [folder: string, hook: string, why: RegExp][] = [
    ["mixtral", "blocks.0.mlp.hook_post", /mixture of experts/],
    ["mixtral", "blocks.1.mlp.hook_expert_weights", /only be read/],
    ["gpt_neox", "blocks.0.hook_resid_mid", /in parallel/],
    ["gpt2", "blocks.0.attn.hook_rot_q", /not rotated/],
    ["cohere2", "blocks.1.attn.hook_rot_k", /not rotated/],
    ["cohere", "blocks.0.ln2.hook_normalized", /share one norm/],
    ["olmo2", "blocks.0.ln1.hook_scale", /stands behind/],
    ["openai-gpt", "ln_final.hook_normalized", /no norm before the unembedding/],
    ["bloom", "hook_pos_embed", /linear biases/],
  ];
  for (const [name, hook, why] of lacking) {
    oracleIt(`${name}: an edit at ${hook} is refused with the reason`, join(root, name), async (dir) => {
      const { runner, dispose } = await openRunner(dir);
      const edits = [{ hook, op: "zero", positions: "prefill-all" } as const];
      const reads = [{ hook: "blocks.0.hook_resid_post" }];
      await assert.rejects(runner.run({ ids: [1, 2, 3], edits, reads }), { code: "bad-edit", message: why });
      dispose();
    });
  }
});
