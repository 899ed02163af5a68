import assert from "node:assert/strict";
import { CancelSource } from "../../../src/base/cancel";
import { CancelledError } from "../../../src/base/errors";
import { sweep, type SweepRequest } from "../../../src/analysis/sweep";
import { decodeSweep } from "../../../src/protocol/decodeSweep";
import type { Edit } from "../../../src/protocol/edit";
import type { SweepCell } from "../../../src/protocol/sweep";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner } from "../../support/tinyRunner";
import { randomIds } from "../../support/tinyWindow";

const shape = {
  nLayers: 3,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 12,
  kind: "gpt",
  seed: 2,
} as const;
const model = tinyModel(shape);
const ids = randomIds(6, shape.dVocab, 1);
const sourceIds = randomIds(6, shape.dVocab, 2);

const patching = {
  version: 1,
  base: { ids },
  source: { ids: sourceIds },
  axes: { layer: "layers", position: "positions", strength: [0, 0.5, 1] },
  edits: [
    {
      hook: "blocks.{layer}.hook_resid_pre",
      op: "set",
      value: "source",
      positions: ["{position}"],
      scale: "{strength}",
    },
  ],
  measures: [
    { of: "logit", token: 3 },
    { of: "logProb", token: 4, position: 4 },
    { of: "logitDiff", token: 3, minus: 5 },
    { of: "kl" },
    { of: "rank", token: 3 },
  ],
};

const request = (plan: unknown, more: Partial<SweepRequest> = {}): SweepRequest => ({
  plan: decodeSweep(plan),
  ids,
  sourceIds,
  encoder: null,
  tokenOf: (text) => (text === "three" ? 3 : null),
  ...more,
});

async function cellsOf(plan: unknown, runner = new TinyRunner(model)): Promise<SweepCell[]> {
  const { cells } = await sweep(runner, request(plan));
  const all: SweepCell[] = [];
  for await (const cell of cells()) all.push(cell);
  return all;
}

const logSum = (logits: Float32Array): number => Math.log(logits.reduce((s, x) => s + Math.exp(x), 0));

describe("a sweep", () => {
  /** The measures of `patching` from whole runs. */
  function expected(edits: Edit[]): number[] {
    const runner = new TinyRunner(model);
    const plain = runner.logits(ids, [], 6)[5];
    const [at4, at5] = runner.logits(ids, edits, 6).slice(4);
    const kl = plain.reduce((sum, x, i) => {
      const logP = x - logSum(plain);
      return sum + Math.exp(logP) * (logP - (at5[i] - logSum(at5)));
    }, 0);
    return [at5[3], at4[4] - logSum(at4), at5[3] - at5[5], kl, 1 + at5.filter((x) => x > at5[3]).length];
  }

  it("measures every combination as a whole run of its own would, the last axis fastest", async () => {
    const cells = await cellsOf(patching);
    assert.equal(cells.length, 3 * 6 * 3);
    assert.deepEqual(cells[1].at, { layer: 0, position: 0, strength: 0.5 });
    const runner = new TinyRunner(model);
    for (const { at, values } of cells) {
      const hook = `blocks.${at["layer"]}.hook_resid_pre`;
      const { reads } = await runner.run({ ids: sourceIds, reads: [{ hook }] });
      const position = at["position"];
      const value = [...(reads.get(hook)?.data.subarray(position * 8, (position + 1) * 8) ?? [])];
      const wanted = expected([{ hook, op: "set", value, positions: [position], scale: at["strength"] }]);
      values.forEach((x, i) =>
        assert.ok(Math.abs(x - wanted[i]) < 1e-4, `${JSON.stringify(at)} ${i}: ${x}, ${wanted[i]}`),
      );
    }
  });

  it("gives the plain run as its baseline, at which cells of strength zero stay", async () => {
    const runner = new TinyRunner(model);
    const { baseline, axes } = await sweep(runner, request(patching));
    expected([]).forEach((x, i) => assert.ok(Math.abs(x - baseline[i]) < 1e-5));
    assert.deepEqual(axes["position"], [0, 1, 2, 3, 4, 5]);
    for (const { at, values } of await cellsOf(patching)) {
      if (at["strength"] === 0) assert.deepEqual(values, baseline);
    }
  });

  it("patches everything at the first layer to the source run", async () => {
    const edits = [{ hook: "blocks.0.hook_resid_pre", op: "set", value: "source", positions: "prefill-all" }];
    const [{ values }] = await cellsOf({ ...patching, axes: {}, edits });
    const source = new TinyRunner(model).logits(sourceIds, [], 6)[5];
    assert.ok(Math.abs(values[0] - source[3]) < 1e-5);
  });

  it("reads the source once, however many cells there are", async () => {
    const runner = new TinyRunner(model);
    await cellsOf(patching, runner);
    const own = runner.plans.filter(({ edits, ids: ran }) => edits === undefined && ran === sourceIds);
    assert.equal(own.length, 1);
  });

  it("takes a token by its text", async () => {
    const { baseline } = await sweep(
      new TinyRunner(model),
      request({ ...patching, measures: [{ of: "logit", token: "three" }] }),
    );
    assert.ok(Math.abs(baseline[0] - expected([])[0]) < 1e-5);
  });

  it("stops when it is told to", async () => {
    const source = new CancelSource();
    const { cells } = await sweep(new TinyRunner(model), request(patching));
    let n = 0;
    await assert.rejects(async () => {
      for await (const cell of cells({ signal: source.signal })) {
        assert.ok(cell);
        if (++n === 4) source.cancel();
      }
    }, CancelledError);
    assert.equal(n, 4);
  });

  const edit = patching.edits[0];
  const wrong: [what: string, plan: unknown, path: string][] = [
    ["no object", [], "plan"],
    ["another version's text", { ...patching, base: {} }, "base.text"],
    ["both text and ids", { ...patching, base: { text: "a", ids: [1] } }, "base"],
    ["an unknown field", { ...patching, measure: [] }, "plan.measure"],
    ["no measures", { ...patching, measures: [] }, "measures"],
    ["an axis of words", { ...patching, axes: { layer: "all" } }, "axes.layer"],
    ["an empty axis", { ...patching, axes: { layer: [] } }, "axes.layer"],
    ["an axis without a name", { ...patching, axes: { "": [1] } }, "axes."],
    [
      "too many cells",
      { ...patching, axes: { a: new Array(5000).fill(1), b: new Array(5000).fill(1) } },
      "axes",
    ],
    ["an axis that there is not", { ...patching, axes: { layer: "layers" } }, "edits[0].positions[0]"],
    ["a layer that there is not", { ...patching, axes: { ...patching.axes, layer: [3] } }, "edits[0].hook"],
    ["a source that is missing", { ...patching, source: undefined }, "source"],
    [
      "a token that is none",
      { ...patching, measures: [{ of: "logit", token: "four" }] },
      "measures[0].token",
    ],
    [
      "a token past the vocabulary",
      { ...patching, measures: [{ of: "logit", token: 20 }] },
      "measures[0].token",
    ],
    [
      "a position past the end",
      { ...patching, measures: [{ of: "kl", position: 6 }] },
      "measures[0].position",
    ],
    ["a measure with too much", { ...patching, measures: [{ of: "kl", token: 3 }] }, "measures[0].token"],
    ["an edit that is none", { ...patching, edits: [{ ...edit, op: "multiply" }] }, "edits[0].op"],
  ];
  for (const [what, plan, path] of wrong) {
    it(`refuses ${what}, naming the place`, async () => {
      await assert.rejects(
        async () => sweep(new TinyRunner(model), request(plan)),
        (error: Error & { code?: string; details?: { path?: string } }) => {
          assert.equal(error.code, "bad-field", error.message);
          assert.equal(error.details?.path, path);
          return true;
        },
      );
    });
  }

  it("refuses a source of another length", async () => {
    const short = request(patching, { sourceIds: sourceIds.slice(1) });
    await assert.rejects(sweep(new TinyRunner(model), short), { code: "bad-field" });
  });

  it("refuses another version", () => {
    assert.throws(() => decodeSweep({ ...patching, version: 2 }), { code: "bad-version" });
  });
});
