import assert from "node:assert/strict";
import { decodeExperiment } from "../../../src/protocol/decodeExperiment";
import { measureKinds } from "../../../src/protocol/decodeSteeringMeasure";
import { fewDraws } from "../../../src/protocol/steeringMeasure";
import { beyondEdits, itAgrees, type Json, readJson } from "../../support/schemaAndDecoder";

const schema = readJson("media/experiment.schema.json");

const edit = {
  hook: "blocks.1.hook_resid_pre",
  op: "add",
  value: { text: "Love", minus: "Hate" },
  scale: 4,
  positions: "prefill-front",
};
const plain = { version: 1, model: { path: "m", digest: null }, prompt: "a b c", edits: [edit] };
const at = (more: object): object => ({ ...plain, edits: [{ ...edit, ...more }] });
const expecting = (one: object, more: object = {}): object => ({ ...plain, expect: [one], ...more });
const hot = { sampling: { temperature: 0.8, samples: 3 } };
const edges = { hook: "blocks.0.attn.hook_attn_scores", positions: [0, -1] };

const good: readonly (readonly [string, object])[] = [
  ["the least that there can be", plain],
  ["one edit that is no list", { ...plain, edits: edit }],
  ["all fields", { ...plain, $schema: "x", bos: "never", result: {}, ...hot, controls: { isotropic: 0 } }],
  ["null for what has a default", { ...plain, sampling: null, controls: { isotropic: null } }],
  [
    "all controls",
    { ...plain, controls: { seed: 1, shuffled: 0, others: false, prompting: "", otherLayer: 3 } },
  ],
  ["numbers", at({ value: [1, -2.5] })],
  ["rows of numbers", at({ value: [[1], [2]] })],
  ["ids of two runs", at({ value: { ids: [1], minus: [2] } })],
  ["a direction of another hook", at({ value: { direction: "F.json", hook: "blocks.0.hook_resid_post" } })],
  ["directions taken out", at({ op: "project-out", value: [[1, 2]], positions: "every-step" })],
  ["a clamp", at({ op: "clamp", value: undefined, min: -1, positions: "last" })],
  ["a factor", at({ op: "scale", value: undefined, positions: "last" })],
  ["a mean of nothing else", at({ op: "mean", value: undefined, positions: "prefill-all" })],
  ["a mean of another run", at({ op: "mean", value: { text: "a" }, positions: "last" })],
  ["a resampled run", at({ op: "resample", value: { text: "a" }, seed: 3, positions: "last" })],
  [
    "a part exchanged",
    at({ op: "interchange", value: { ids: [1] }, from: [0], subspace: [[1]], positions: [1] }),
  ],
  ["masked edges", at({ ...edges, op: "edge-mask", value: undefined, scale: 1, heads: [0], keys: [-1] })],
  ["a frozen run", at({ op: "freeze", value: undefined, positions: [2], preserveNorm: true })],
  [
    "neurons",
    at({ hook: "blocks.0.mlp.hook_post", op: "zero", value: undefined, neurons: [5], positions: [0] }),
  ],
  ["an exact expectation", expecting({ of: "logProb", text: " a", prompt: "b", atLeast: 1, name: "more" })],
  ["two bounds", expecting({ of: "kl", atLeast: 0, atMost: 1 })],
  ["a summed probability", expecting({ of: "probability", words: [" a", " b"], atLeast: 0.1 })],
  ["texts of a file", expecting({ of: "perplexityRatio", on: { file: "a", split: "lines" }, atMost: 1.1 })],
  ["texts", expecting({ of: "perplexityRatio", on: { texts: ["a"] }, atMost: 1.1 })],
  ["padded texts", expecting({ of: "perplexityRatio", on: { texts: ["a"] }, pad: true, atMost: 1.1 })],
  ["aligned words", { ...plain, aligned: [" a", " b"] }],
  ["the rise of aligned tokens", expecting({ of: "effectiveness", words: [" a"], atLeast: 1 })],
  ["what is disturbed beside them", expecting({ of: "disruption", words: [" a", " b"], atMost: 1 })],
  [
    "choices",
    expecting({
      of: "choiceAccuracy",
      by: "perByte",
      items: [{ choices: ["a", "b"], answer: 1 }],
      atLeast: 1,
    }),
  ],
  ["a score", expecting({ of: "score", direction: "F.json", layer: 2, on: { texts: ["a"] }, atLeast: 0 })],
  ["drawn words", expecting({ of: "words", words: ["a"], n: 100, tokens: 9, atLeast: 0.5 }, hot)],
  ["a drawn pattern", expecting({ of: "pattern", pattern: "a+", flags: "i", atLeast: 0.5 }, hot)],
  ["few draws, which are warned of", expecting({ of: "words", words: ["a"], n: 20, atLeast: 0.5 }, hot)],
  ["fields that this version does not know", { ...plain, later: true, model: { path: "m", more: 1 } }],
];

/** What both refuse. */
const bad: readonly (readonly [string, unknown])[] = [
  ["a list", []],
  ["another version", { ...plain, version: 2 }],
  ["no version", { ...plain, version: undefined }],
  ["no model", { ...plain, model: undefined }],
  ["a model that is a path", { ...plain, model: "m" }],
  ["no prompt", { ...plain, prompt: undefined }],
  ["no edits", { ...plain, edits: undefined }],
  ["an odd BOS", { ...plain, bos: "maybe" }],
  ["no tokens", { ...plain, sampling: { maxTokens: 0 } }],
  ["a negative temperature", { ...plain, sampling: { temperature: -1 } }],
  ["topP of zero", { ...plain, sampling: { topP: 0 } }],
  ["several texts that are all the same", { ...plain, sampling: { samples: 2 } }],
  ["controls beyond all measure", { ...plain, controls: { isotropic: 1001 } }],
  ["a control neither on nor off", { ...plain, controls: { others: 1 } }],
  ["a hook that is none", at({ hook: "blocks.0.resid_pre" })],
  ["an op that is none", at({ op: "push" })],
  ["a misspelt field of an edit", at({ scales: 2 })],
  ["a value that is a number", at({ value: 3 })],
  ["an empty value", at({ value: [] })],
  ["a text and ids", at({ value: { text: "a", ids: [1] } })],
  ["a value beyond computing", at({ value: [1e31] })],
  ["no value to add", at({ value: undefined })],
  ["a value to zero", at({ op: "zero", positions: "last" })],
  ["a difference to resample", at({ op: "resample", positions: "last" })],
  ["a difference to take the mean of", at({ op: "mean", positions: "last" })],
  ["a text to project out", at({ op: "project-out", value: { text: "a" }, positions: "last" })],
  ["a factor that is missing", at({ op: "scale", value: undefined, scale: undefined, positions: "last" })],
  ["a clamp without bounds", at({ op: "clamp", value: undefined, positions: "last" })],
  ["a seed of another op", at({ seed: 1 })],
  ["min of another op", at({ min: 1 })],
  ["from of another op", at({ from: [1] })],
  ["a position twice", at({ positions: [1, 1] })],
  ["positions that are none", at({ positions: "first" })],
  ["front positions of a factor", at({ op: "scale", value: undefined })],
  ["a share above all", at({ ...edges, op: "edge-mask", value: undefined, scale: 2 })],
  ["a norm kept by false", at({ preserveNorm: false })],
  ["an expectation without a bound", expecting({ of: "kl" })],
  ["an expectation of nothing", expecting({ atLeast: 1 })],
  ["an expectation of a count", expecting({ of: "count", words: ["a"], atLeast: 1 })],
  ["a field of another measure", expecting({ of: "kl", text: "a", atLeast: 1 })],
  ["padding that is a number", expecting({ of: "perplexityRatio", on: { texts: ["a"] }, pad: 1, atMost: 1 })],
  ["padding of another measure", expecting({ of: "kl", pad: true, atMost: 1 })],
  ["a disruption beside nothing", expecting({ of: "disruption", words: [], atMost: 1 })],
  ["no aligned words in a list of them", { ...plain, aligned: [] }],
  ["an aligned word that is empty", { ...plain, aligned: [""] }],
  ["an empty text", expecting({ of: "logProb", text: "", atLeast: 1 })],
  ["texts and a file", expecting({ of: "perplexityRatio", on: { texts: ["a"], file: "b" }, atMost: 1 })],
  [
    "texts that are split",
    expecting({ of: "perplexityRatio", on: { texts: ["a"], split: "lines" }, atMost: 1 }),
  ],
  ["one choice", expecting({ of: "choiceAccuracy", items: [{ choices: ["a"], answer: 0 }], atLeast: 1 })],
  ["flags that are none", expecting({ of: "pattern", pattern: "a", flags: "g", atLeast: 1 }, hot)],
  ["no draws", expecting({ of: "words", words: ["a"], n: 0, atLeast: 1 }, hot)],
  ["draws that are all the same", expecting({ of: "words", words: ["a"], n: 100, atLeast: 1 })],
];

describe("the schema of experiment files", () => {
  itAgrees({ schema, decode: decodeExperiment, good, bad, beyond: beyondEdits, seed: 7 });

  it("knows every measure that can be expected", () => {
    const { definitions } = schema as { definitions: Record<string, Json> };
    const { of } = definitions["expectation"]["properties"] as { of: { enum: string[] } };
    assert.deepEqual([...of.enum, "count"].sort(), [...measureKinds].sort());
  });

  it("warns of few draws, where the decoder's own limit of few is", () => {
    const text = JSON.stringify(schema);
    assert.match(text, new RegExp(`"if":\\{"maximum":${fewDraws - 1}\\},"then":\\{"deprecationMessage"`));
  });
});
