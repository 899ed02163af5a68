import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { neuronDrivers } from "../../../src/analysis/neuronCard/drivers";
import { neuronEffects } from "../../../src/analysis/neuronEffects";
import { rankNeurons } from "../../../src/analysis/neurons";
import { verify, verifyIds } from "../../../src/analysis/verify";
import type { Runner } from "../../../src/graph/runner";
import type { Edit } from "../../../src/protocol/edit";
import { openRunner } from "../../support/openRunner";
import { hasOracle, oracleDir, oracleIt } from "../../support/oracle";
import { tinyVocabulary } from "../../support/tinyRunner";
import { tinyWindow } from "../../support/tinyWindow";

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

/**
 * What a neuron adds to a logit difference over the direct path is what its layer's output, cut out of the last stream,
 * takes away at frozen norm scales; and all neurons ranked by it say the same.
 */
async function checkDirectEffects(runner: Runner, ids: readonly number[]): Promise<void> {
  const { hooks, nLayers } = runner.info;
  const window = tinyWindow(ids);
  const range = { start: window.tokens[3].start, end: window.tokens[7].end };
  const asked = { window, range, tokenOf: () => null };
  const effect = { position: 7, token: 3, minus: 5, ablation: "zero" } as const;
  const choice = { by: "logitDiff", effect } as const;
  const k = runner.info.nLayers * runner.info.dMlp;
  const rank = rankNeurons(runner, tinyVocabulary, { ...asked, k, records: null, choice });
  if (!runner.readout.addsUp) {
    await assert.rejects(rank, { code: "no-direct-path" });
    return;
  }
  const ranking = await rank;
  for (let layer = 0; layer < nLayers; layer++) {
    const id = { layer, neuron: 5 * layer + 2 };
    const scored = ranking.neurons.find((one) => one.layer === layer && one.neuron === id.neuron);
    const found = await neuronEffects(runner, tinyVocabulary, {
      ...asked,
      ...id,
      choice: effect,
      unrelated: null,
    });
    const freeze = (hook: string): Edit[] =>
      hooks.includes(hook) ? [{ hook, op: "freeze", positions: [7] }] : [];
    const frozen = freeze(`blocks.${layer}.ln2_post.hook_scale`);
    const out = `blocks.${layer}.hook_mlp_out`;
    const zero: Edit = {
      hook: `blocks.${layer}.mlp.hook_post`,
      op: "zero",
      neurons: [id.neuron],
      positions: [7],
    };
    const at = async (edits: readonly Edit[]): Promise<Float32Array> => {
      const read = { hook: out, positions: [7] };
      return (await runner.run({ ids, edits, reads: [read], cache: "none" })).reads.get(out)
        ?.data as Float32Array;
    };
    const [kept, gone] = [await at([]), await at([zero, ...frozen])];
    const value = Array.from(kept, (x, d) => gone[d] - x);
    const hook = `blocks.${nLayers - 1}.hook_resid_post`;
    const difference = async (edits: readonly Edit[]): Promise<number> => {
      const { logits } = await runner.logitsAt({ ids, edits, position: 7 });
      return logits[3] - logits[5];
    };
    const added: Edit = { hook, op: "add", value, positions: [7] };
    const expected = (await difference([])) - (await difference([added, ...freeze("ln_final.hook_scale")]));
    const direct = found.effect.direct?.logitDiff ?? NaN;
    assert.ok(
      Math.abs(direct - expected) <= 1e-2 * Math.abs(expected) + 1e-5,
      `${layer}: ${direct}, ${expected}`,
    );
    const { softCap } = runner.readout;
    const slope = scored?.score ?? NaN;
    const near = (softCap === null ? 1e-2 : 0.1) * Math.abs(direct) + 1e-5;
    assert.ok(Math.abs(slope - direct) <= near, `${layer}: ${slope}, ${direct}`);
  }
}

/** The logit of one id alone, with the family's own norm, projection, bias, factor and cap, is that of the whole row. */
async function checkSingleLogits(runner: Runner, ids: readonly number[]): Promise<void> {
  const hook = `blocks.${runner.info.nLayers - 1}.hook_resid_post`;
  const rows = (await runner.run({ ids, reads: [{ hook }] })).reads.get(hook)?.data as Float32Array;
  const { tracked } = await runner.decode({ rows, k: 1, track: ids.map((id) => [id]) });
  const alone = await runner.logitsOfIds(rows, ids);
  const size = tracked.reduce((most, [{ logit }]) => Math.max(most, Math.abs(logit)), 0);
  tracked.forEach(([{ logit }], i) =>
    assert.ok(Math.abs(alone[i] - logit) <= 1e-5 * size, `logit ${i}: ${alone[i]}, ${logit}`),
  );
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
      `${name}: the identity checks pass, a neuron's drivers add up, and its direct effect is what it takes away`,
      join(root, name),
      async (dir) => {
        const { runner, dispose } = await openRunner(dir);
        const ids = verifyIds(runner).slice(0, 12);
        for await (const { check, passed, worst, bound } of verify(runner, ids)) {
          if (check === "small edits" && notSmooth.test(name)) continue;
          assert.ok(passed, `${check}: ${worst}, allowed ${bound}`);
        }
        await checkSingleLogits(runner, ids);
        await checkDrivers(runner, ids.slice(0, 9), !withoutBias.has(name));
        if (runner.info.hooks.includes("blocks.0.mlp.hook_post"))
          await checkDirectEffects(runner, ids.slice(0, 9));
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
