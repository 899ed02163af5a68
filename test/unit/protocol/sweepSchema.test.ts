import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { measureKinds } from "../../../src/protocol/decodeSteeringMeasure";
import { decodeSteeringSweep, parseAnySweep } from "../../../src/protocol/decodeSteeringSweep";
import { inRepo } from "../../support/paths";
import { assertFits, beyondEdits, itAgrees, type Json, readJson } from "../../support/schemaAndDecoder";

const schema = readJson("media/sweep.schema.json");

const edit = {
  hook: "blocks.{layer}.hook_resid_pre",
  op: "add",
  value: { text: "Love", minus: "Hate" },
  positions: "prefill-front",
};
const plain = {
  version: 1,
  prompt: "a b c",
  edits: [edit],
  layers: "all",
  strengths: [0, 1.5, -2],
  effect: { of: "logProb", text: " a" },
  cost: { of: "kl" },
};
const at = (more: object): object => ({ ...plain, edits: [{ ...edit, ...more }] });
const hot = { sampling: { temperature: 0.8 } };
const ratio = { of: "perplexityRatio", on: { file: "a.txt", split: "sentences" } };

const good: readonly (readonly [string, object])[] = [
  ["the least that there can be", plain],
  ["a model", { ...plain, model: { path: "m", digest: null }, bos: "never", $schema: "x" }],
  ["some layers", { ...plain, layers: [0, 3] }],
  ["a strength in its own place", at({ scale: "{strength}" })],
  ["a strength that is the same everywhere", { ...plain, strengths: [1], edits: [{ ...edit, scale: 4 }] }],
  ["numbers", at({ value: [1, -2.5, "{strength}"] })],
  ["rows", at({ value: [[1], [2]] })],
  ["a direction", at({ value: { direction: "F.json" }, positions: "every-step" })],
  ["a clamp", at({ op: "clamp", value: undefined, max: "{strength}", positions: "last" })],
  ["a position named by the layer", at({ positions: ["{layer}"] })],
  ["an effect of which less is better", { ...plain, effect: { ...ratio, better: "lower" }, cost: ratio }],
  [
    "aligned tokens and the rest",
    { ...plain, effect: { of: "effectiveness", words: [" a"] }, cost: { of: "disruption", words: [" a"] } },
  ],
  ["padded texts", { ...plain, cost: { ...ratio, pad: true } }],
  ["a limit of cost", { ...plain, mostCost: 1.2 }],
  ["counts of drawn texts", { ...plain, effect: { of: "count", words: ["a"], n: 4, tokens: 9 }, ...hot }],
  ["one greedy text", { ...plain, effect: { of: "pattern", pattern: "a+", n: 1 } }],
  [
    "controls",
    { ...plain, controls: { isotropic: 0, shuffled: null, seed: 3, at: { layer: 1, strength: 0 } } },
  ],
  ["null for what has a default", { ...plain, controls: null, sampling: null }],
];

/** What both refuse. */
const bad: readonly (readonly [string, unknown])[] = [
  ["a list", []],
  ["another version", { ...plain, version: 2 }],
  ["no prompt", { ...plain, prompt: undefined }],
  ["no edits", { ...plain, edits: [] }],
  ["an edit that is no list", { ...plain, edits: edit }],
  ["a field that it does not know", { ...plain, strength: 3 }],
  ["layers in words", { ...plain, layers: "every" }],
  ["no layers", { ...plain, layers: [] }],
  ["a layer twice", { ...plain, layers: [1, 1] }],
  ["half a layer", { ...plain, layers: [0.5] }],
  ["a strength twice", { ...plain, strengths: [1, 1] }],
  ["a strength that is no number", { ...plain, strengths: ["1"] }],
  ["no effect", { ...plain, effect: undefined }],
  ["an effect that is none", { ...plain, effect: { of: "beauty" } }],
  ["an effect better in an odd way", { ...plain, effect: { of: "kl", better: "more" } }],
  ["a cost of which more is better", { ...plain, cost: { of: "logProb", text: " a" } }],
  ["a cost of which a rise is the aim", { ...plain, cost: { of: "effectiveness", words: [" a"] } }],
  ["a cost with a side", { ...plain, cost: { of: "kl", better: "lower" } }],
  ["draws that are all the same", { ...plain, effect: { of: "words", words: ["a"], n: 9 } }],
  ["a bound as of an expectation", { ...plain, effect: { of: "kl", atMost: 1 } }],
  ["a hook that is none", at({ hook: "blocks.{layer}.resid" })],
  ["an op that is none", at({ op: "push" })],
  ["a misspelt field of an edit", at({ scales: 2 })],
  ["a scale in words", at({ scale: "much" })],
  ["no value to add", at({ value: undefined })],
  ["a control that is none", { ...plain, controls: { others: false } }],
  ["half a cell", { ...plain, controls: { at: { layer: 1 } } }],
  ["controls beyond all measure", { ...plain, controls: { isotropic: 1001 } }],
];

/** What only the decoder refuses. */
const beyond: readonly RegExp[] = [
  ...beyondEdits,
  /which is no cell of the plan/,
  // What an axis stands for is seen in a cell alone.
  /positions.*(not a whole number|twice|from)/,
];

describe("the schema of sweep plans", () => {
  itAgrees({ schema, decode: decodeSteeringSweep, good, bad, beyond, seed: 11 });

  it("knows every measure", () => {
    const { definitions } = schema as { definitions: Record<string, Json> };
    const { of } = definitions["measure"]["properties"] as { of: { enum: string[] } };
    assert.deepEqual([...of.enum].sort(), [...measureKinds].sort());
  });

  it("takes the plan that is shipped as a sample", () => {
    const file = "media/sample/code-or-prose.introspect-sweep.json";
    assert.equal(parseAnySweep(readFileSync(inRepo(file), "utf8")).kind, "steering");
    assertFits(schema, readJson(file));
  });
});
