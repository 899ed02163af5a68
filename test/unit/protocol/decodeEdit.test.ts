import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { blockSites, embedSites, finalSites } from "../../../src/graph/hooks";
import { editOps } from "../../../src/protocol/editHook";
import { inRepo } from "../../support/paths";
import { seededRandom } from "../../../src/base/random";
import { DecodeError } from "../../../src/protocol/decode";
import { decodeEdits } from "../../../src/protocol/decodeEdit";
import { parseExperiment } from "../../../src/protocol/decodeExperiment";
import type { ModelInfo } from "../../../src/protocol/model";

const info: ModelInfo = {
  path: "m",
  family: "gpt2",
  nLayers: 2,
  nHeads: 2,
  nKvHeads: 2,
  dModel: 4,
  dHead: 2,
  dMlp: 6,
  dVocab: 10,
  nCtx: 8,
  nParams: 1,
  digest: null,
  hooks: [
    "blocks.0.hook_resid_pre",
    "blocks.0.attn.hook_z",
    "blocks.0.attn.hook_pattern",
    "blocks.0.attn.hook_attn_scores",
    "blocks.0.attn.hook_result",
    "blocks.0.ln1.hook_scale",
    "blocks.1.mlp.hook_post",
  ],
  hasTokenizer: true,
  addsBos: false,
  gatedMlp: false,
  hasRecords: false,
};
const pre = { hook: "blocks.0.hook_resid_pre", op: "zero", positions: "last" };
const z = { hook: "blocks.0.attn.hook_z", op: "zero", positions: "last" };
const scores = { hook: "blocks.0.attn.hook_attn_scores", op: "edge-mask", positions: "last" };
const pattern = { hook: "blocks.0.attn.hook_pattern", op: "edge-set", positions: "last" };
const scale = { hook: "blocks.0.ln1.hook_scale", op: "freeze", positions: "prefill-all" };
const exchange = { ...pre, op: "interchange", value: { text: "a" } };
const post = { hook: "blocks.1.mlp.hook_post", op: "zero", positions: "last" };

interface Schema {
  readonly properties: {
    readonly edits: {
      readonly items: {
        readonly properties: { readonly op: { enum: string[] }; readonly hook: { pattern: string } };
      };
    };
  };
}
const decodedFields = [
  ...["hook", "op", "value", "scale", "positions", "batch", "heads", "neurons", "keys", "preserveNorm"],
  ...["seed", "min", "max", "from", "subspace"],
];

function refuses(value: unknown, path: string): void {
  assert.throws(
    () => decodeEdits(value, "edits", info),
    (error) => {
      assert.ok(error instanceof DecodeError);
      assert.equal(error.code, "bad-field");
      assert.equal(error.details["path"], path, error.message);
      return true;
    },
  );
}

describe("edit lists", () => {
  const good: unknown[] = [
    pre,
    { ...pre, op: "add", value: [1, 2, 3, 4], scale: 0 },
    {
      ...pre,
      op: "add",
      value: [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
      positions: "prefill-front",
    },
    { ...pre, op: "set", value: { text: " Love", minus: " Hate" }, positions: [0, -1] },
    { ...pre, op: "scale", scale: -2.5, positions: "every-step" },
    { ...pre, op: "mean", positions: "prefill-all" },
    { ...z, heads: [1] },
    { ...z, op: "set", value: [1, 2], heads: [1] },
    { ...z, op: "set", value: [1, 2, 3, 4], heads: [1] },
    { ...post, neurons: [5, 0] },
    { ...post, op: "set", value: [7], neurons: [5] },
    { ...post, op: "clamp", min: -1, max: 1, preserveNorm: true, batch: [0, 3] },
    { ...pre, op: "add", value: { ids: [1, 2], minus: [3] }, positions: "prefill-front" },
    { ...pre, op: "set", value: { direction: "v.npz", hook: "blocks.0.hook_resid_post" } },
    { ...pre, op: "mean", value: { text: "other" } },
    { ...pre, op: "resample", value: { ids: [1, 2, 3] }, seed: 4, positions: "every-step" },
    { ...pre, op: "project-out", value: [1, 0, 0, 0], positions: "every-step" },
    {
      ...pre,
      op: "keep",
      value: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ],
    },
    { ...exchange, positions: [0, -1], from: [2, -2] },
    { ...exchange, positions: "every-step", from: [-1], subspace: [[1, 2, 3, 4]] },
    { ...z, op: "interchange", value: { ids: [1] }, heads: [1], subspace: { direction: "r.npz" } },
    { ...scores, heads: [0], keys: [0, -2], scale: 0.5 },
    { ...scores, op: "add", value: [2] },
    { ...pattern, value: [0.25], keys: [1], positions: "every-step" },
    { ...pattern, op: "freeze", positions: "prefill-all", value: { ids: [4, 5] } },
    scale,
    { ...scale, op: "scale", scale: 2 },
  ];
  for (const edit of good) {
    it(`accepts ${JSON.stringify(edit)} and keeps it as it is`, () => {
      assert.deepEqual(decodeEdits([edit], "edits", info), [edit]);
      assert.deepEqual(decodeEdits(edit), [edit]);
    });
  }

  const bad: [string, unknown, string][] = [
    ["a number", [3], "edits[0]"],
    ["a value outside a list", [{ ...pattern, value: 0.25 }], "edits[0].value"],
    ["no hook", [{ op: "zero" }], "edits[0].hook"],
    ["a hook of another model", [{ ...pre, hook: "blocks.7.hook_resid_pre" }], "edits[0].hook"],
    ["a hook that cannot be edited", [{ ...pre, hook: "blocks.0.attn.hook_result" }], "edits[0].hook"],
    ["a pattern set to zero by another name", [{ ...pattern, op: "zero" }], "edits[0].op"],
    ["masking after the softmax", [{ ...pattern, op: "edge-mask" }], "edits[0].op"],
    ["setting before the softmax as an edge-set", [{ ...scores, op: "edge-set" }], "edits[0].op"],
    ["an edge-mask of a residual stream", [{ ...pre, op: "edge-mask" }], "edits[0].op"],
    ["more than a whole mask", [{ ...scores, scale: 1.5 }], "edits[0].scale"],
    ["a text added to scores", [{ ...scores, op: "add", value: { text: "a" } }], "edits[0].value"],
    ["keys at a residual hook", [{ ...pre, keys: [0] }], "edits[0].keys"],
    [
      "a direction without a file",
      [{ ...pre, op: "add", value: { direction: "" } }],
      "edits[0].value.direction",
    ],
    ["ids beside a text", [{ ...pre, op: "set", value: { text: "a", ids: [1] } }], "edits[0].value.ids"],
    [
      "a difference to resample from",
      [{ ...pre, op: "resample", value: { text: "a", minus: "b" } }],
      "edits[0].value",
    ],
    ["a text to project on", [{ ...pre, op: "keep", value: { text: "a" } }], "edits[0].value"],
    ["a clamp without bounds", [{ ...pre, op: "clamp" }], "edits[0].min"],
    ["bounds the wrong way round", [{ ...pre, op: "clamp", min: 2, max: 1 }], "edits[0].min"],
    ["a bound on what is no clamp", [{ ...pre, min: 2 }], "edits[0].min"],
    ["a seed where nothing is drawn", [{ ...pre, seed: 2 }], "edits[0].seed"],
    ["a norm preserved at a norm's scale", [{ ...scale, preserveNorm: true }], "edits[0].preserveNorm"],
    ["a norm that is not preserved", [{ ...pre, preserveNorm: false }], "edits[0].preserveNorm"],
    ["freezing new tokens", [{ ...scale, positions: "every-step" }], "edits[0].positions"],
    ["exchanging new tokens with nothing", [{ ...exchange, positions: "every-step" }], "edits[0].positions"],
    ["fewer sources than positions", [{ ...exchange, positions: [1, 2, 3], from: [0, 1] }], "edits[0].from"],
    ["several sources for a policy", [{ ...exchange, positions: "last", from: [0, 1] }], "edits[0].from"],
    ["a subspace of the wrong width", [{ ...exchange, subspace: [[1]] }], "edits[0].subspace"],
    [
      "a number that no model computes with",
      [{ ...pre, op: "add", value: [1e31, 0, 0, 0] }],
      "edits[0].value[0]",
    ],
    ["a position twice", [{ ...pre, positions: [1, 1] }], "edits[0].positions"],
    ["a sequence of a batch below none", [{ ...pre, batch: [-1] }], "edits[0].batch[0]"],
    ["an unknown op", [{ ...pre, op: "explode" }], "edits[0].op"],
    ["a misspelt field", [{ ...z, head: [1] }], "edits[0].head"],
    ["add without a value", [{ ...pre, op: "add" }], "edits[0].value"],
    ["zero with a value", [{ ...pre, value: [1, 2, 3, 4] }], "edits[0].value"],
    ["scale without a factor", [{ ...pre, op: "scale" }], "edits[0].scale"],
    ["an infinite strength", [{ ...pre, scale: Infinity }], "edits[0].scale"],
    ["NaN in a value", [{ ...pre, op: "add", value: [1, NaN, 3, 4] }], "edits[0].value[1]"],
    ["text in a value", [{ ...pre, op: "add", value: [[1, 2, "3", 4]] }], "edits[0].value[0][2]"],
    ["rows of two lengths", [{ ...pre, op: "add", value: [[1, 2, 3, 4], [1]] }], "edits[0].value[1]"],
    ["the wrong width", [{ ...pre, op: "add", value: [1, 2, 3] }], "edits[0].value"],
    ["an empty value", [{ ...pre, op: "add", value: [] }], "edits[0].value"],
    ["a pair without its text", [{ ...pre, op: "add", value: { minus: "a" } }], "edits[0].value.text"],
    ["no positions", [{ hook: pre.hook, op: "zero" }], "edits[0].positions"],
    ["an empty list of positions", [{ ...pre, positions: [] }], "edits[0].positions"],
    ["half a position", [{ ...pre, positions: [0.5] }], "edits[0].positions[0]"],
    ["prefill-front without rows", [{ ...pre, positions: "prefill-front" }], "edits[0].positions"],
    ["heads at a residual hook", [{ ...pre, heads: [0] }], "edits[0].heads"],
    ["a head past the last", [{ ...z, heads: [2] }], "edits[0].heads[0]"],
    ["a head twice", [{ ...z, heads: [1, 1] }], "edits[0].heads"],
    ["a negative neuron", [{ ...post, neurons: [-1] }], "edits[0].neurons[0]"],
  ];
  for (const [what, value, path] of bad) {
    it(`refuses ${what} at ${path}`, () => refuses(value, path));
  }

  it("have a schema with the same ops, fields and hooks", () => {
    const schema = JSON.parse(readFileSync(inRepo("media/experiment.schema.json"), "utf8")) as Schema;
    const { properties } = schema.properties.edits.items;
    const known = [...new Set([pre, scores, pattern].flatMap(({ hook }) => editOps(hook)))];
    assert.deepEqual([...properties.op.enum].sort(), known.sort());
    assert.throws(
      () => decodeEdits([{ ...pre, odd: 1 }]),
      (error) => {
        assert.ok(error instanceof DecodeError);
        assert.equal(error.next, `Known fields: ${decodedFields.join(", ")}.`);
        return true;
      },
    );
    assert.deepEqual(Object.keys(properties).sort(), [...decodedFields].sort());
    const allowed = new RegExp(properties.hook.pattern);
    const sites = [...blockSites.map((site) => `blocks.3.${site}`), ...embedSites, ...finalSites];
    for (const hook of sites) assert.equal(allowed.test(hook), editOps(hook).length > 0, hook);
  });

  it("names the nearest hook", () => {
    assert.throws(
      () => decodeEdits([{ ...pre, hook: "blocks.0.resid_pre" }], "edits", info),
      (error) => error instanceof DecodeError && error.next === "Did you mean blocks.0.hook_resid_pre?",
    );
  });

  it("answers any damage with a coded error or an edit list", () => {
    const random = seededRandom(1);
    const junk = [
      null,
      -1,
      Infinity,
      "",
      "last",
      [],
      {},
      [[]],
      true,
      { text: 1 },
      { ids: [] },
      1e40,
      "__proto__",
    ];
    const fields = [...new Set(good.flatMap((edit) => Object.keys(edit as object)))];
    for (let i = 0; i < 4000; i++) {
      const edit: Record<string, unknown> = { ...(good[Math.floor(random() * good.length)] as object) };
      const name = fields[Math.floor(random() * fields.length)] as string;
      edit[name] = junk[Math.floor(random() * junk.length)];
      try {
        assert.equal(decodeEdits([edit], "edits", info).length, 1);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }
  });
});

describe("experiment files", () => {
  const file = {
    version: 1,
    model: { path: "models/m", digest: "ab" },
    prompt: "I went",
    edits: [{ ...pre, op: "add", value: { text: "a" } }],
    sampling: { maxTokens: 5, temperature: 0.5, seed: 3 },
    controls: { isotropic: 4, seed: 2 },
  };
  const parse = (value: unknown) => parseExperiment(JSON.stringify(value), info);

  it("keep what they say", () => assert.deepEqual(parse(file), file));

  it("pass over a result and what later versions add", () => {
    assert.deepEqual(parse({ ...file, result: { wrong: 1 }, later: [] }), file);
  });

  for (const bos of ["auto", "always", "never"]) {
    it(`keep that BOS stands before the prompt ${bos}`, () =>
      assert.deepEqual(parse({ ...file, bos }), { ...file, bos }));
  }

  it("keep how tokens are drawn, where they say so", () => {
    const sampling = { ...file.sampling, topK: 40, topP: 0.9, alternatives: 3 };
    assert.deepEqual(parse({ ...file, sampling }), { ...file, sampling });
  });

  it("have defaults for sampling and controls", () => {
    const { sampling, controls } = parse({ ...file, sampling: undefined, controls: { seed: 9 } });
    assert.deepEqual(sampling, { maxTokens: 40, temperature: 0, seed: 0 });
    assert.deepEqual(controls, { isotropic: 20, seed: 9 });
  });

  const bad: [string, string, string][] = [
    ["text that is no JSON", "{", "not-json"],
    ["a list", "[]", "bad-field"],
    ["another version", JSON.stringify({ ...file, version: 2 }), "bad-version"],
    ["no version", "{}", "bad-field"],
    ["no prompt", JSON.stringify({ ...file, prompt: undefined }), "bad-field"],
    ["a negative temperature", JSON.stringify({ ...file, sampling: { temperature: -1 } }), "bad-field"],
    ["a share of nothing", JSON.stringify({ ...file, sampling: { topP: 0 } }), "bad-field"],
    ["more than the whole", JSON.stringify({ ...file, sampling: { topP: 1.5 } }), "bad-field"],
    ["half a token to draw from", JSON.stringify({ ...file, sampling: { topK: 0.5 } }), "bad-field"],
    ["a word that says nothing of BOS", JSON.stringify({ ...file, bos: true }), "bad-field"],
    ["no new tokens", JSON.stringify({ ...file, sampling: { maxTokens: 0 } }), "bad-field"],
    ["a million controls", JSON.stringify({ ...file, controls: { isotropic: 1e6 } }), "bad-field"],
  ];
  for (const [what, text, code] of bad) {
    it(`are refused with ${what}: ${code}`, () => {
      assert.throws(
        () => parseExperiment(text, info),
        (error) => error instanceof DecodeError && error.code === code,
      );
    });
  }
});
