import assert from "node:assert/strict";
import { numericEdits, type PairEncoder } from "../../../src/analysis/common/editValue";
import { generate } from "../../../src/analysis/generate";
import { steer } from "../../../src/analysis/steering";
import type { Progress } from "../../../src/base/cancel";
import type { Edit, Experiment } from "../../../src/protocol/edit";
import { tinyModel, type TinyShape } from "../../support/tinyModel";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { randomIds } from "../../support/tinyWindow";

const shape: TinyShape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 32,
  kind: "gpt",
  seed: 6,
};
const model = tinyModel(shape);
const prompt = randomIds(6, shape.dVocab, 1);
const hook = "blocks.1.hook_resid_pre";
const near = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b)), `${a} and ${b}`);

/** Digits are ids; a space is the token 1; letters are any tokens. */
const encoder: PairEncoder = {
  encodeWithBos: (text) => [
    0,
    ...Array.from(text, (c) => (c === " " ? 1 : /\d/.test(c) ? Number(c) : c.charCodeAt(0) % 20)),
  ],
  spaceId: 1,
};
/** The controls that are older than the others, alone. */
const directionsAlone = { isotropic: 5, seed: 3, shuffled: 0, others: false };

const pair: Edit = {
  hook,
  op: "add",
  value: { text: "57", minus: "3" },
  scale: 3,
  positions: "prefill-front",
};
const experiment = (part: Partial<Experiment> = {}): Experiment => ({
  version: 1,
  model: { path: "tiny", digest: null },
  prompt: "",
  edits: [pair],
  sampling: { maxTokens: 6, temperature: 0, seed: 0 },
  controls: { isotropic: 5, seed: 3 },
  ...part,
});
const run = (part: Partial<Experiment> = {}, runner = new TinyRunner(model), ids = prompt) =>
  steer(runner, tinyVocabulary, { experiment: experiment(part), ids, bos: true, encoder, digest: "d" });

/** The residual stream at the hook, the plain way. */
async function residual(ids: readonly number[]): Promise<number[][]> {
  const { reads } = await new TinyRunner(model).run({ ids, reads: [{ hook }] });
  const data = Array.from(reads.get(hook)!.data);
  return ids.map((_, p) => data.slice(p * 8, (p + 1) * 8));
}

describe("values of edits", () => {
  const numeric = async (edit: Edit) => (await numericEdits(new TinyRunner(model), [edit], encoder))[0];

  it("of a pair of texts are their difference at the hook, the shorter padded with spaces", async () => {
    const [plus, minus] = [await residual([0, 5, 7]), await residual([0, 3, 1])];
    const value = (await numeric(pair)).value as number[][];
    assert.deepEqual(
      value,
      plus.map((row, i) => row.map((x, d) => x - minus[i][d])),
    );
    assert.ok(
      value[0].every((x) => x === 0),
      "both begin with the same token",
    );
  });

  it("of one text are its activations", async () => {
    const value = (await numeric({ ...pair, value: { text: "5" } })).value;
    assert.deepEqual(value, await residual([0, 5]));
  });

  it("of two equal texts are zero", async () => {
    const value = (await numeric({ ...pair, value: { text: "57", minus: "57" } })).value as number[][];
    assert.ok(value.flat().every((x) => x === 0));
  });

  it("of a chosen head are spread over the hook's whole width", async () => {
    const z: Edit = {
      hook: "blocks.0.attn.hook_z",
      op: "set",
      heads: [1],
      value: [1, 2, 3, 4],
      positions: "last",
    };
    assert.deepEqual((await numeric(z)).value, [0, 0, 0, 0, 1, 2, 3, 4]);
    const whole = [8, 7, 6, 5, 4, 3, 2, 1];
    assert.deepEqual((await numeric({ ...z, value: whole })).value, whole);
  });

  it("of chosen neurons stand at their places, in the order listed", async () => {
    const post: Edit = {
      hook: "blocks.0.mlp.hook_post",
      op: "set",
      neurons: [7, 2],
      value: [[5, 6]],
      positions: [3],
    };
    const { value } = await numeric(post);
    assert.deepEqual(value, [[0, 0, 6, 0, 0, 0, 0, 5, 0, 0]]);
  });

  it("with one row touch the first chosen position alone", async () => {
    const row = [1, 2, 3, 4, 5, 6, 7, 8];
    const front = { ...pair, value: row };
    assert.deepEqual(await numeric(front), { ...front, value: [row], positions: [0] });
    const all = { ...pair, value: [row], positions: "prefill-all" } as const;
    assert.deepEqual((await numeric(all)).positions, [0]);
    const everywhere = { ...pair, value: row, positions: "prefill-all" } as const;
    assert.deepEqual(await numeric(everywhere), everywhere);
  });

  const bad: [string, Edit, PairEncoder | null, string][] = [
    ["a text without a tokenizer", pair, null, "no-tokenizer"],
    ["texts of two lengths without a space", pair, { ...encoder, spaceId: null }, "no-space-token"],
    [
      "two empty texts",
      { ...pair, value: { text: "" } },
      { ...encoder, encodeWithBos: () => [] },
      "empty-input",
    ],
    ["too few numbers", { ...pair, value: [1, 2] }, encoder, "shape-mismatch"],
    ["a hook without a width", { ...pair, hook: "blocks.0.attn.hook_pattern" }, encoder, "missing-hook"],
    ["a hook past the last layer", { ...pair, hook: "blocks.9.hook_resid_pre" }, encoder, "missing-hook"],
  ];
  for (const [what, edit, by, code] of bad) {
    it(`refuse ${what}`, async () => {
      await assert.rejects(numericEdits(new TinyRunner(model), [edit], by), { code });
    });
  }
});

describe("a steering experiment", () => {
  it("shows both continuations, as generate gives them", async () => {
    const result = await run();
    const alone = { ids: prompt, sampling: experiment().sampling, encoder };
    assert.deepEqual(result.default, await generate(new TinyRunner(model), tinyVocabulary, alone));
    const edited = await generate(new TinyRunner(model), tinyVocabulary, { ...alone, edits: [pair] });
    assert.deepEqual(result.steered, edited);
    assert.notDeepEqual(result.steered.ids, result.default.ids);
    assert.equal(result.digest, "d");
    const first = result.default.ids.findIndex((id, i) => id !== result.steered.ids[i]);
    assert.equal(result.partsAt, first);
  });

  it("runs strength zero, which changes no bit", async () => {
    const { default: plain, controls } = await run();
    assert.deepEqual(controls.zero, plain);
  });

  it("says so when strength zero changes something", async () => {
    const broken = new TinyRunner(model);
    const generateTrue = broken.generate.bind(broken);
    broken.generate = async (request, options) => {
      const made = await generateTrue(request, options);
      const isZero = request.edits?.some((edit) => edit.scale === 0);
      return isZero ? { ...made, logProbs: made.logProbs.map((x) => x + 1e-7) } : made;
    };
    await assert.rejects(run({}, broken), { code: "identity-broken" });
  });

  it("has strength zero for every op", async () => {
    const edits: Edit[] = [
      { hook, op: "set", value: new Array<number>(8).fill(1), positions: "last" },
      { hook, op: "scale", scale: 2, positions: "last" },
      { hook, op: "zero", positions: "last" },
      { hook, op: "mean", positions: "every-step" },
      { hook: "blocks.0.attn.hook_z", op: "zero", heads: [0], positions: "prefill-all" },
      { hook: "blocks.0.mlp.hook_post", op: "zero", neurons: [3], positions: [-1] },
    ];
    for (const edit of edits) {
      const result = await run({ edits: [edit] });
      assert.deepEqual(result.controls.zero, result.default);
      if (edit.op !== "set") {
        assert.deepEqual(result.controls.isotropic, [], "there is no direction to compare with");
        assert.equal(result.percentile, null);
      }
      assert.ok(result.kl.steered > 0, edit.op);
    }
  });

  it("compares with random directions of the same norms, the same for the same seed", async () => {
    const runner = new TinyRunner(model);
    const asked: (readonly Edit[])[] = [];
    const logitsAt = runner.logitsAt.bind(runner);
    runner.logitsAt = (plan, options) => {
      asked.push(plan.edits ?? []);
      return logitsAt(plan, options);
    };
    const result = await run({ controls: directionsAlone }, runner);
    assert.equal(result.controls.isotropic.length, 5);
    const norms = (edits: readonly Edit[]) => (edits[0].value as number[][]).map((row) => Math.hypot(...row));
    const [, steered, ...random] = asked;
    const different = new Set(random.map((edits) => JSON.stringify(edits)));
    assert.equal(different.size, 5);
    for (const edits of random) norms(edits).forEach((norm, i) => near(norm, norms(steered)[i]));
    assert.deepEqual(await run({ controls: directionsAlone }), result);
    const other = await run({ controls: { ...directionsAlone, seed: 4 } });
    assert.notDeepEqual(other.kl.isotropic, result.kl.isotropic);
  });

  it("keeps random directions among the chosen neurons", async () => {
    const runner = new TinyRunner(model);
    const asked: (readonly Edit[])[] = [];
    const logitsAt = runner.logitsAt.bind(runner);
    runner.logitsAt = (plan, options) => {
      asked.push(plan.edits ?? []);
      return logitsAt(plan, options);
    };
    const post: Edit = {
      hook: "blocks.0.mlp.hook_post",
      op: "add",
      neurons: [3, 4],
      value: [3, 4],
      positions: "last",
    };
    await run({ edits: [post], controls: directionsAlone }, runner);
    assert.equal(asked.length, 7);
    for (const [edit] of asked.slice(2)) {
      const row = edit.value as number[];
      near(Math.hypot(row[3], row[4]), 5);
      assert.ok(row.every((x, i) => i === 3 || i === 4 || x === 0));
    }
  });

  it("is in the middle of the random ones at strength zero, where all are equal", async () => {
    const { percentile, kl } = await run({ edits: [{ ...pair, scale: 0 }] });
    assert.ok(kl.isotropic.every((one) => one === kl.steered));
    assert.equal(percentile, 0.5);
  });

  it("measures how far the distribution moved, and where the steered one stands among the random ones", async () => {
    const result = await run();
    const runner = new TinyRunner(model);
    const [edit] = await numericEdits(runner, [pair], encoder);
    const p = softmax(runner.logits(prompt, [], 6)[5]);
    const q = softmax(runner.logits(prompt, [edit], 6)[5]);
    near(
      result.kl.steered,
      p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]), 0),
    );
    const below = result.kl.isotropic.filter((x) => x < result.kl.steered).length;
    assert.equal(result.percentile, below / 5);
  });

  it("says how large the edit is beside the residual stream, position 0 left out", async () => {
    const [there, value] = [
      await residual(prompt),
      (await numericEdits(new TinyRunner(model), [pair], encoder))[0].value,
    ];
    const shares = [1, 2].map((p) => (3 * Math.hypot(...(value as number[][])[p])) / Math.hypot(...there[p]));
    const zero: Edit = { hook, op: "zero", positions: "last" };
    const { relativeNorm } = await run({ edits: [zero, pair] });
    // One entry per edit: an edit without a value has none.
    assert.deepEqual([relativeNorm.length, relativeNorm[0]], [2, null]);
    near(relativeNorm[1] ?? NaN, (shares[0] + shares[1]) / 2);
  });

  it("reports progress and stops when it is no longer wanted", async () => {
    const seen: Progress[] = [];
    const stop = new AbortController();
    const onProgress = (progress: Progress) => {
      seen.push(progress);
      if (progress.done >= 3) stop.abort();
    };
    const request = { experiment: experiment(), ids: prompt, bos: true, encoder, digest: null };
    await assert.rejects(
      steer(new TinyRunner(model), tinyVocabulary, request, { signal: stop.signal, onProgress }),
      {
        code: "cancelled",
      },
    );
    assert.ok(seen.every(({ done, total }, i) => total === 17 && (i === 0 || done >= seen[i - 1].done)));
  });

  const short: Edit = { ...pair, value: { text: "5555555" } };
  const bad: [string, Partial<Experiment>, number[], string][] = [
    ["a prompt shorter than the value", { edits: [short] }, prompt, "prompt-too-short"],
    ["an empty prompt", {}, [], "empty-input"],
  ];
  for (const [what, part, ids, code] of bad) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(run(part, new TinyRunner(model), ids), { code });
    });
  }
});

function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / total);
}
