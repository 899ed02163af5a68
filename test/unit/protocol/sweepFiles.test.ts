import assert from "node:assert/strict";
import { decodeSteeringSweep } from "../../../src/protocol/decodeSteeringSweep";
import { isSavedSweep, savedSweepText } from "../../../src/protocol/savedSweep";
import type { SteeringSweepRan } from "../../../src/protocol/steeringSweep";
import { cellExperiment } from "../../../src/protocol/sweepCell";

const result: SteeringSweepRan = {
  layers: [0, 1],
  strengths: [0, 0.5],
  effect: [[1, 0.123456789], [1, 12345.678]],
  cost: [[-0, 2], [0, 1e-9]],
  relativeNorm: [[0, 0.25], [0, null]],
  baseline: { effect: 1, cost: 0 },
  effectOf: "perplexityRatio",
  costOf: "kl",
  better: "lower",
  pareto: [[0, 1]],
  best: null,
  controls: {
    at: { layer: 0, strength: 0.5 },
    chosen: "given",
    real: { effect: 0.123456789, cost: 2 },
    zero: { effect: 1, cost: 0, same: true },
    isotropic: [{ effect: 1, cost: 2 }],
    shuffled: [],
    percentiles: { isotropic: 1, shuffled: null },
  },
  warnings: ["A [list] { of } words."],
  bos: true,
  digest: "d",
}; // prettier-ignore

describe("the result of a sweep as a file", () => {
  const text = savedSweepText(result);

  it("has all that is printed, rounded to what machines agree on", () => {
    const saved = JSON.parse(text) as Record<string, unknown>;
    const { version, kind, ...rest } = saved;
    assert.deepEqual([version, kind], [1, "sweep-result"]);
    assert.deepEqual(Object.keys(rest).sort(), Object.keys(result).sort());
    assert.deepEqual(rest["effect"], [[1, 0.12346], [1, 12346]]); // prettier-ignore
    assert.deepEqual(rest["cost"], [[0, 2], [0, 1e-9]]); // prettier-ignore
    assert.deepEqual(rest["warnings"], result.warnings);
    assert.equal(text, savedSweepText({ ...result, baseline: { effect: 1 + 1e-9, cost: 0 } }));
  });

  it("has a row and a control on a line each", () => {
    const lines = text.split("\n").map((line) => line.trim());
    for (const line of ["[1, 0.12346],", "[0, 1e-9]", '{ "effect": 1, "cost": 2 }', '"layers": [0, 1],'])
      assert.ok(lines.includes(line), `${line} in\n${text}`);
  });

  it("is told from what somebody else keeps under its name", () => {
    assert.equal(isSavedSweep(text), true);
    for (const other of ["", "mine", "null", "[]", '{"kind":"steering-result"}'])
      assert.equal(isSavedSweep(other), false, other);
  });
});

describe("a cell of a sweep as an experiment", () => {
  const edit = { hook: "blocks.{layer}.hook_resid_pre", op: "add", positions: "prefill-front" };
  const plan = (more: object = {}) =>
    decodeSteeringSweep({
      version: 1,
      prompt: "a b",
      bos: "never",
      edits: [{ ...edit, value: { text: "x", minus: "{layer}" } }],
      layers: "all",
      strengths: [0, -1.5],
      effect: { of: "kl" },
      cost: { of: "kl" },
      sampling: { maxTokens: 7 },
      controls: { isotropic: 2, seed: 9 },
      ...more,
    });
  const model = { path: "m", digest: null };

  it("has its layer and strength, and the plan's prompt, sampling and seeds", () => {
    const { edits, controls, ...rest } = cellExperiment(plan(), { layer: 3, strength: -1.5 }, model);
    assert.deepEqual(edits, [
      { ...edit, hook: "blocks.3.hook_resid_pre", value: { text: "x", minus: "{layer}" }, scale: -1.5 },
    ]);
    assert.deepEqual(controls, { isotropic: 20, shuffled: 20, seed: 9 });
    const sampling = { maxTokens: 7, temperature: 0, seed: 0 };
    assert.deepEqual(rest, { version: 1, model, prompt: "a b", bos: "never", sampling });
  });

  it("keeps a strength that stands somewhere else in the edit", () => {
    const value = [1, "{strength}"];
    const edits = [{ ...edit, value, scale: 2, positions: "last" }];
    const made = cellExperiment(plan({ edits }), { layer: 0, strength: -1.5 }, model);
    assert.deepEqual([made.edits[0].value, made.edits[0].scale], [[1, -1.5], 2]);
  });
});
