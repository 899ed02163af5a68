import assert from "node:assert/strict";
import { decodeExpectations, decodeMeasure } from "../../../src/protocol/decodeSteeringMeasure";
import { decodeExperiment } from "../../../src/protocol/decodeExperiment";
import { decodeAnySweep } from "../../../src/protocol/decodeSteeringSweep";
import { decodeTaskVectorPlan } from "../../../src/protocol/decodeTaskVector";
import type { GenerateResult, SteerResult } from "../../../src/protocol/edit";
import {
  parseSavedSteering,
  savedSteering,
  savedSteeringText,
  steeringChanges,
} from "../../../src/protocol/savedSteering";

/** That a value is refused with one sentence that names the place. */
function refuses(decode: () => unknown, path: string): void {
  assert.throws(decode, (error: { code: string; message: string; details: { path: string } }) => {
    assert.equal(error.code, "bad-field");
    assert.equal(error.details.path, path);
    assert.match(error.message, /^[^\n]+\.$/);
    return true;
  });
}

describe("measures of steering, decoded", () => {
  const good: unknown[] = [
    { of: "logProb", text: " wedding" },
    { of: "logProb", text: " wedding", prompt: "I went to the" },
    { of: "probability", words: [" a", " b"] },
    { of: "perplexityRatio", on: { texts: ["a b c"] } },
    { of: "perplexityRatio", on: { file: "a.txt", split: "sentences" } },
    { of: "choiceAccuracy", items: [{ choices: ["a", "b"], answer: 1 }], by: "perByte" },
    { of: "score", direction: "F.json", layer: 3 },
    { of: "kl" },
    { of: "perplexityRatio", on: { texts: ["a"] }, pad: true },
    { of: "effectiveness", words: [" a"] },
    { of: "disruption", words: [" a", " b"] },
    { of: "words", words: ["a"], n: 100, tokens: 12 },
    { of: "pattern", pattern: "wed+ing", flags: "i" },
    { of: "count", words: ["a"] },
  ];
  for (const one of good)
    it(`are ${JSON.stringify(one)}`, () => assert.deepEqual(decodeMeasure(one, "m"), one));

  const bad: [unknown, string][] = [
    [{ of: "happiness" }, "m.of"],
    [{ of: "logProb" }, "m.text"],
    [{ of: "logProb", text: "" }, "m.text"],
    [{ of: "kl", text: "a" }, "m.text"],
    [{ of: "probability", words: [] }, "m.words"],
    [{ of: "perplexityRatio", on: { texts: [] } }, "m.on.texts"],
    [{ of: "perplexityRatio", on: { texts: ["a"], file: "b" } }, "m.on"],
    [{ of: "perplexityRatio", on: { texts: ["a"], split: "lines" } }, "m.on.split"],
    [{ of: "choiceAccuracy", items: [{ choices: ["a"], answer: 0 }] }, "m.items[0].choices"],
    [{ of: "choiceAccuracy", items: [{ choices: ["a", "b"], answer: 2 }] }, "m.items[0].answer"],
    [{ of: "pattern", pattern: "(" }, "m.pattern"],
    [{ of: "pattern", pattern: "a", flags: "g" }, "m.flags"],
    [{ of: "words", words: ["a"], n: 0 }, "m.n"],
    [{ of: "score", direction: "F", layer: -1 }, "m.layer"],
  ];
  for (const [one, path] of bad)
    it(`are not ${JSON.stringify(one)}`, () => refuses(() => decodeMeasure(one, "m"), path));
});

describe("expectations, decoded", () => {
  it("are measures with bounds and a name", () => {
    const one = { of: "logProb", text: " a", atLeast: 1, atMost: 2, name: "more" };
    assert.deepEqual(decodeExpectations([one], "expect"), [one]);
  });

  const bad: [unknown, string][] = [
    [{ of: "kl" }, "expect[0]"],
    [{ of: "kl", atLeast: 2, atMost: 1 }, "expect[0].atLeast"],
    [{ of: "kl", atLeast: "1" }, "expect[0].atLeast"],
    [{ of: "count", words: ["a"], atLeast: 1 }, "expect[0].of"],
  ];
  for (const [one, path] of bad)
    it(`are not ${JSON.stringify(one)}`, () => refuses(() => decodeExpectations([one], "expect"), path));

  const experiment = {
    version: 1,
    model: { path: "m", digest: null },
    prompt: "a",
    edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: "last" }],
  };

  it("stand in an experiment beside samples and controls", () => {
    const more = {
      expect: [{ of: "words", words: ["a"], n: 30, atLeast: 0.5 }],
      sampling: { maxTokens: 4, temperature: 1, seed: 0, samples: 3 },
      controls: { isotropic: 2, seed: 0, shuffled: 4, others: false, prompting: "x", otherLayer: 1 },
    };
    const { expect, sampling, controls } = decodeExperiment({ ...experiment, ...more });
    assert.deepEqual({ expect, sampling, controls }, more);
  });

  const wrong: [string, object, string][] = [
    ["several texts at temperature 0", { sampling: { samples: 2 } }, "sampling.samples"],
    [
      "many draws at temperature 0",
      { expect: [{ of: "words", words: ["a"], n: 9, atLeast: 0 }] },
      "expect[0].n",
    ],
    ["a control that is neither on nor off", { controls: { others: 1 } }, "controls.others"],
  ];
  for (const [what, more, path] of wrong)
    it(`of an experiment refuse ${what}`, () =>
      refuses(() => decodeExperiment({ ...experiment, ...more }), path));
});

describe("plans of sweeps, decoded", () => {
  const steering = {
    version: 1,
    prompt: "a b c",
    edits: [
      { hook: "blocks.{layer}.hook_resid_pre", op: "add", value: { text: "a" }, positions: "prefill-front" },
    ],
    layers: [0, 2],
    strengths: [0, 1.5],
    effect: { of: "logProb", text: " d" },
    cost: { of: "kl" },
  };
  const cells = {
    version: 1,
    base: { ids: [1] },
    axes: { layer: [0] },
    edits: [],
    measures: [{ of: "kl" }],
  };

  it("are told apart by their fields", () => {
    assert.equal(decodeAnySweep(steering).kind, "steering");
    assert.equal(decodeAnySweep(cells).kind, "cells");
  });

  it("of steering have twenty draws of each null, and greedy texts", () => {
    const { plan } = decodeAnySweep(steering) as { plan: { controls: object; sampling: object } };
    assert.deepEqual(plan.controls, { isotropic: 20, shuffled: 20, seed: 0 });
    assert.deepEqual(plan.sampling, { maxTokens: 40, temperature: 0, seed: 0 });
  });

  const bad: [string, object, string][] = [
    ["both kinds at once", { ...steering, axes: {} }, "plan"],
    ["layers without strengths", { ...steering, strengths: undefined }, "strengths"],
    ["strengths without layers", { ...steering, layers: undefined }, "layers"],
    ["layers in other words", { ...steering, layers: "some" }, "layers"],
    ["a layer twice", { ...steering, layers: [1, 1] }, "layers"],
    ["no strengths", { ...steering, strengths: [] }, "strengths"],
    ["no edits", { ...steering, edits: [] }, "edits"],
    ["a cost of which more is better", { ...steering, cost: { of: "logProb", text: "a" } }, "cost.of"],
    ["a misspelt field", { ...steering, strength: 1 }, "plan.strength"],
    ["controls at no cell", { ...steering, controls: { at: { layer: 1, strength: 1.5 } } }, "controls.at"],
    ["an odd better", { ...steering, effect: { of: "kl", better: "more" } }, "effect.better"],
  ];
  for (const [what, plan, path] of bad) it(`refuse ${what}`, () => refuses(() => decodeAnySweep(plan), path));
});

describe("plans of task vectors, decoded", () => {
  const plan = { version: 1, tasks: [{ name: "a", pairs: [["x", "y"]] }] };

  it("have defaults", () => {
    assert.deepEqual(decodeTaskVectorPlan(plan), {
      ...plan,
      template: { demonstration: "example:{x}->{y}\n", query: "example:{x}->" },
      demonstrations: 5,
      dummies: 2,
      dev: 20,
      test: 50,
      layers: "all",
      seed: 0,
      ask: [],
    });
  });

  const bad: [string, object, string][] = [
    ["no task", { tasks: [] }, "tasks"],
    ["two of a name", { tasks: [plan.tasks[0], plan.tasks[0]] }, "tasks"],
    ["pairs and a file", { tasks: [{ name: "a", pairs: [], file: "f" }] }, "tasks[0]"],
    ["a pair of three", { tasks: [{ name: "a", pairs: [["x", "y", "z"]] }] }, "tasks[0].pairs[0]"],
    [
      "a template without an answer",
      { template: { demonstration: "{x}", query: "{x}" } },
      "template.demonstration",
    ],
    ["a query with the answer", { template: { demonstration: "{x}{y}", query: "{x}{y}" } }, "template.query"],
  ];
  for (const [what, change, path] of bad)
    it(`refuse ${what}`, () => refuses(() => decodeTaskVectorPlan({ ...plan, ...change }), path));
});

describe("a saved steering result", () => {
  const text = (ids: number[], logProbs: number[]): GenerateResult => ({
    about: "this",
    ids,
    text: ids.join(" "),
    logProbs,
    tokens: ids.map(String),
  });
  const result = (steered: GenerateResult): SteerResult => ({
    default: text([1, 2], [-1.23456, -2]),
    steered,
    controls: { zero: text([1, 2], [-1.23456, -2]), isotropic: [text([3], [-1])] },
    kl: { steered: 0.123456, isotropic: [0.00001] },
    percentile: 1,
    relativeNorm: [0.5, null],
    partsAt: 1,
    bos: true,
    digest: "d",
  });
  const saved = savedSteering(result(text([1, 4], [-1, -0.5])));

  it("is rounded, with lists of numbers on one line", () => {
    const lines = savedSteeringText(saved);
    assert.match(lines, /"logProbs": \[-1\.235, -2\]/);
    assert.match(lines, /"isotropic": \[0\]/);
    assert.ok(lines.endsWith("}\n"));
    assert.deepEqual(JSON.parse(lines), saved);
  });

  it("of the same texts says the same", () => {
    const before = parseSavedSteering(savedSteeringText(saved));
    assert.deepEqual(steeringChanges(before, saved), []);
    const within = savedSteering(result(text([1, 4], [-1.001, -0.5])));
    assert.deepEqual(steeringChanges(before, within), []);
  });

  it("of another text says from which token on", () => {
    const other = savedSteering(result(text([1, 5], [-1, -0.5])));
    assert.deepEqual(steeringChanges(saved, other), ["The steered text is another from token 2 on."]);
    const moved = savedSteering(result(text([1, 4], [-1, -0.6])));
    assert.match(steeringChanges(saved, moved)[0], /up to 0\.1 nats/);
  });

  it("is refused where it is something else", () => {
    assert.throws(() => parseSavedSteering("{}"), { code: "bad-field" });
    assert.throws(() => parseSavedSteering("{"), { code: "not-json" });
  });
});
