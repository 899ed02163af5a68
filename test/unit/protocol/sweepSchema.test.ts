import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { seededRandom } from "../../../src/base/random";
import { DecodeError } from "../../../src/protocol/decode";
import { decodeSteeringSweep, parseAnySweep } from "../../../src/protocol/decodeSteeringSweep";
import { measureKinds } from "../../../src/protocol/decodeSteeringMeasure";
import { mutated } from "../../support/mutate";
import { inRepo } from "../../support/paths";

type Json = Readonly<Record<string, unknown>>;

const read = (file: string): Json => JSON.parse(readFileSync(inRepo(file), "utf8")) as Json;
const schema = read("media/sweep.schema.json");
/** The schema as another program reads it. */
const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
// What editors know beside the draft.
ajv.addVocabulary([
  "defaultSnippets",
  "deprecationMessage",
  "enumDescriptions",
  "errorMessage",
  "patternErrorMessage",
]);
const fits = ajv.compile(schema);

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

/** What only the decoder refuses: one field held against another, or against what no schema can say. */
const beyond: readonly RegExp[] = [
  /does not go with the hook /,
  /which does not go with the hook/,
  /"every-step" (does not go with "freeze"|takes what is exchanged)/,
  /(names \d+ positions for|with several positions needs)/,
  /takes numbers alone at the hook/,
  /has \d+ numbers, the first row/,
  /above max, /,
  /answer is [\d.e+]+, above/,
  /is no regular expression/,
  /which is no cell of the plan/,
  // What an axis stands for is seen in a cell alone.
  /positions.*(not a whole number|twice|from)/,
  // Whole to a schema, but not exact as a number.
  /is -?(\d{16,}|\d(\.\d+)?e\+\d+), not a whole number/,
];

/** What the decoder says of a value; null where it takes it. */
function refusal(value: unknown): string | null {
  try {
    decodeSteeringSweep(value);
    return null;
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return error.message;
  }
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const complaints = (): string => ajv.errorsText(fits.errors);

describe("the schema of sweep plans", () => {
  it("is a schema by the rules of its draft", () => {
    assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
  });

  for (const [what, value] of good)
    it(`takes ${what}, as the decoder does`, () => {
      assert.equal(refusal(json(value)), null);
      assert.equal(fits(json(value)), true, complaints());
    });

  for (const [what, value] of bad)
    it(`refuses ${what}, as the decoder does`, () => {
      assert.notEqual(refusal(json(value)), null);
      assert.equal(fits(json(value)), false);
    });

  it("and the decoder agree on plans that were harmed, but for what no schema can say", () => {
    const random = seededRandom(11);
    const seen = { taken: 0, refused: 0, beyond: 0 };
    for (let i = 0; i < 16_000; i++) {
      const [, seed] = good[i % good.length];
      const value = json(mutated(json(seed), random) ?? null);
      const said = refusal(value);
      const taken = fits(value) as boolean;
      if (said === null) assert.equal(taken, true, `${JSON.stringify(value)}\n${complaints()}`);
      else if (taken)
        assert.ok(
          beyond.some((one) => one.test(said)),
          `${said}\n${JSON.stringify(value)}`,
        );
      seen[said === null ? "taken" : taken ? "beyond" : "refused"] += 1;
    }
    assert.ok(seen.taken > 300 && seen.refused > 500 && seen.beyond > 5, JSON.stringify(seen));
  });

  it("knows every measure", () => {
    const { definitions } = schema as { definitions: Record<string, Json> };
    const { of } = definitions["measure"]["properties"] as { of: { enum: string[] } };
    assert.deepEqual([...of.enum].sort(), [...measureKinds].sort());
  });

  it("takes the plan that is shipped as a sample", () => {
    const file = "media/sample/code-or-prose.introspect-sweep.json";
    assert.equal(parseAnySweep(readFileSync(inRepo(file), "utf8")).kind, "steering");
    assert.equal(fits(read(file)), true, complaints());
  });

  it("says a sentence of every field", () => {
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      const { properties } = value as { properties?: Record<string, Json> };
      const conditional = /\/(if|then|else|not|allOf)\b/.test(path);
      for (const [name, field] of Object.entries(properties ?? {})) {
        const { description } = field as { description?: string };
        const said = "$ref" in field || /^[A-Z0-9].*[.?)]$/s.test(description ?? "");
        if (!conditional && !said) silent.push(`${path}/${name}`);
      }
      for (const [name, part] of Object.entries(value)) visit(part, `${path}/${name}`);
    };
    visit(schema, "");
    assert.deepEqual(silent, []);
  });
});
