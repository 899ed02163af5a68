/** A contributed schema held against the decoder of the same files. */
import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { seededRandom } from "../../src/base/random";
import { DecodeError } from "../../src/protocol/decode";
import { mutated } from "./mutate";
import { inRepo } from "./paths";

/** An object of a file. */
export type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON file of the project. */
export const readJson = (file: string): Json => JSON.parse(readFileSync(inRepo(file), "utf8")) as Json;

/** What only a decoder of edits refuses: one field held against another, or against what no schema can say. */
export const beyondEdits: readonly RegExp[] = [
  /does not go with the hook /,
  /which does not go with the hook/,
  /"every-step" (does not go with "freeze"|takes what is exchanged)/,
  /(names \d+ positions for|with several positions needs)/,
  /takes numbers alone at the hook/,
  /has \d+ numbers, the first row/,
  /above (max|atMost), /,
  /answer is [\d.e+]+, above/,
  /is no regular expression/,
  // Whole to a schema, but not exact as a number.
  /is -?(\d{16,}|\d(\.\d+)?e\+\d+), not a whole number/,
];

/** What is held against what. */
export interface SchemaAndDecoder {
  readonly schema: Json;
  /** Throws a DecodeError. */
  readonly decode: (value: unknown) => unknown;
  /** What both take, named. */
  readonly good: readonly (readonly [string, object])[];
  /** What both refuse, named. */
  readonly bad: readonly (readonly [string, unknown])[];
  /** Refusals of the decoder that no schema can express. */
  readonly beyond: readonly RegExp[];
  readonly seed: number;
}

/** The schema as another program reads it. */
function compiled(schema: Json): { readonly fits: (value: unknown) => boolean; readonly said: () => string } {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
  // What editors know beside the draft.
  ajv.addVocabulary([
    "defaultSnippets",
    "deprecationMessage",
    "enumDescriptions",
    "errorMessage",
    "patternErrorMessage",
  ]);
  assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
  const fits = ajv.compile(schema);
  return { fits: (value) => fits(value) as boolean, said: () => ajv.errorsText(fits.errors) };
}

/** Harmed files: enough that some are refused for what no schema can say. */
const tries = 16_000;

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Whether a schema takes a value: fails with what it says. */
export function assertFits(schema: Json, value: unknown): void {
  const { fits, said } = compiled(schema);
  assert.equal(fits(json(value)), true, said());
}

/** Tests that both take the good, refuse the bad, and agree on files that were harmed. */
export function itAgrees({ schema, decode, good, bad, beyond, seed }: SchemaAndDecoder): void {
  const { fits, said } = compiled(schema);
  /** What the decoder says of a value; null where it takes it. */
  const refusal = (value: unknown): string | null => {
    try {
      decode(value);
      return null;
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
      return error.message;
    }
  };

  for (const [what, value] of good)
    it(`takes ${what}, as the decoder does`, () => {
      assert.equal(refusal(json(value)), null);
      assert.equal(fits(json(value)), true, said());
    });

  for (const [what, value] of bad)
    it(`refuses ${what}, as the decoder does`, () => {
      assert.notEqual(refusal(json(value)), null);
      assert.equal(fits(json(value)), false);
    });

  it("and the decoder agree on files that were harmed, but for what no schema can say", () => {
    const random = seededRandom(seed);
    const seen = { taken: 0, refused: 0, beyond: 0 };
    for (let i = 0; i < tries; i++) {
      const [, sound] = good[i % good.length];
      const value = json(mutated(json(sound), random) ?? null);
      const refused = refusal(value);
      const taken = fits(value);
      if (refused === null) assert.equal(taken, true, `${JSON.stringify(value)}\n${said()}`);
      else if (taken)
        assert.ok(
          beyond.some((one) => one.test(refused)),
          `${refused}\n${JSON.stringify(value)}`,
        );
      seen[refused === null ? "taken" : taken ? "beyond" : "refused"] += 1;
    }
    assert.ok(seen.taken > 300 && seen.refused > 500 && seen.beyond > 5, JSON.stringify(seen));
  });

  it("says a sentence of every field", () => assert.deepEqual(silentFields(schema), []));
}

/** Fields without a sentence, by their path. */
function silentFields(schema: Json): string[] {
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
  return silent;
}
