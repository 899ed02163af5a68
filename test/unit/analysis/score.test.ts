import assert from "node:assert/strict";
import { bitsPerByte, scoreTokens, type ScoredId } from "../../../src/analysis/score";
import { plainRun } from "../../../src/analysis/run";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { randomIds } from "../../support/tinyWindow";

const shape = {
  nLayers: 1,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 8,
  kind: "gpt",
  seed: 1,
} as const;
const model = tinyModel(shape);

async function scores(ids: readonly number[], runner = new TinyRunner(model)): Promise<ScoredId[]> {
  const all: ScoredId[] = [];
  for await (const part of scoreTokens(runner, ids)) all.push(...part);
  return all;
}

describe("scoring", () => {
  for (const n of [1, 2, 7, 8, 9, 12, 13, 40]) {
    it(`scores each of ${n} tokens once, with at least half a context before it`, async () => {
      const ids = randomIds(n, shape.dVocab, n);
      const all = await scores(ids);
      assert.deepEqual(
        all.map((one) => one.id),
        ids,
      );
      assert.deepEqual(all[0], { id: ids[0], logProb: null, rank: null });
      for (let i = 1; i < n; i++) {
        const start = i < 8 ? 0 : 4 * Math.floor((i - 4) / 4);
        const context = ids.slice(start, i);
        assert.ok(context.length >= Math.min(i, 4));
        const logits = new TinyRunner(model).logits(context, [], context.length)[context.length - 1];
        const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
        assert.ok(Math.abs((all[i].logProb ?? NaN) - (logits[ids[i]] - total)) < 1e-4, `token ${i}`);
        assert.equal(all[i].rank, 1 + logits.filter((x) => x > logits[ids[i]]).length);
      }
    });
  }

  it("gives no run more ids than the context", async () => {
    const runner = new TinyRunner(model);
    await scores(randomIds(50, shape.dVocab, 2), runner);
    assert.ok(runner.plans.every((plan) => plan.ids.length <= 8));
  });

  it("counts bits per byte of text", () => {
    assert.equal(bitsPerByte(-8 * Math.LN2, 4), 2);
    assert.equal(bitsPerByte(-1, null), null);
    assert.equal(bitsPerByte(0, 0), null);
  });

  it("refuses nothing at all", async () => {
    await assert.rejects(scores([]), { code: "empty-input" });
  });
});

describe("a plain run", () => {
  const ids = randomIds(6, shape.dVocab, 3);
  const request = { ids, reads: [] as string[], values: false, edits: [], encoder: null };

  it("gives the top tokens of every position", async () => {
    const runner = new TinyRunner(model);
    const run = await plainRun(runner, tinyVocabulary, request);
    const logits = runner.logits(ids, [], 6);
    let pos = 0;
    for await (const part of run.top(3)) {
      for (const top of part) {
        const best = Array.from(logits[pos].keys()).sort((a, b) => logits[pos][b] - logits[pos][a]);
        assert.deepEqual(
          top.map((t) => t.id),
          best.slice(0, 3),
        );
        const total = Math.log(logits[pos].reduce((sum, x) => sum + Math.exp(x), 0));
        top.forEach((t) => assert.ok(Math.abs(t.logProb - (logits[pos][t.id] - total)) < 1e-5));
        pos++;
      }
    }
    assert.equal(pos, 6);
  });

  it("reads hooks under edits", async () => {
    const hook = "blocks.0.hook_resid_pre";
    const edits = [{ hook, op: "zero", positions: [2] } as const];
    const run = await plainRun(new TinyRunner(model), tinyVocabulary, { ...request, reads: [hook], edits });
    const { l2, axes, shape: size } = run.reads[hook];
    assert.deepEqual(axes, ["pos", "dModel"]);
    assert.deepEqual(size, [6, 8]);
    assert.ok(l2.every((norm, pos) => (pos === 2 ? norm === 0 : norm > 0)));
    assert.equal(run.values.size, 0);
  });

  it("says of every hook what its values are: axes, shape, norms", async () => {
    const runner = new TinyRunner(model);
    const { hooks } = runner.info;
    const run = await plainRun(runner, tinyVocabulary, { ...request, reads: hooks, values: true });
    assert.deepEqual([...run.values.keys()], hooks);
    for (const hook of hooks) {
      const value = run.values.get(hook)!;
      assert.deepEqual([run.reads[hook].axes, run.reads[hook].shape], [value.axes, value.shape], hook);
      const { l2 } = run.reads[hook];
      const total = value.data.reduce((sum, x) => sum + x * x, 0);
      assert.equal(l2.length, ids.length);
      assert.ok(Math.abs(Math.hypot(...l2) - Math.sqrt(total)) < 1e-4 * Math.sqrt(total), hook);
    }
  });
});
