import assert from "node:assert/strict";
import { edgeEdits } from "../../../src/cli/edges";
import type { ModelInfo } from "../../../src/protocol/model";
import { TinyRunner } from "../../support/tinyRunner";
import { tinyModel } from "../../support/tinyModel";

const shape = {
  nLayers: 3,
  nHeads: 4,
  dModel: 8,
  dMlp: 8,
  dVocab: 12,
  nCtx: 16,
  kind: "gpt",
  seed: 1,
} as const;
const tiny = new TinyRunner(tinyModel(shape)).info;
const info: ModelInfo = {
  ...tiny,
  hooks: [0, 1, 2].map((layer) => `blocks.${layer}.attn.hook_attn_scores`),
};
const mask = (layer: number, more: object) => ({
  hook: `blocks.${layer}.attn.hook_attn_scores`,
  op: "edge-mask",
  ...more,
});

describe("edges on the command line", () => {
  const cases: [string, object[]][] = [
    ["1:0:-1:2", [mask(1, { positions: [9], heads: [0], keys: [2] })]],
    ["2:*:*:0", [mask(2, { positions: "every-step", keys: [0] })]],
    ["0..1:3,1:4:*", [0, 1].map((layer) => mask(layer, { positions: [4], heads: [3, 1] }))],
    ["0:0:1..:0..2", [mask(0, { positions: [1, 2, 3, 4, 5, 6, 7, 8, 9], heads: [0], keys: [0, 1, 2] })]],
    ["0:0:-2..:-4..-3", [mask(0, { positions: [8, 9], heads: [0], keys: [6, 7] })]],
    ["*:0:5:5", [0, 1, 2].map((layer) => mask(layer, { positions: [5], heads: [0], keys: [5] }))],
    [
      "0:0:5:1; 1:1:6:2,3",
      [
        mask(0, { positions: [5], heads: [0], keys: [1] }),
        mask(1, { positions: [6], heads: [1], keys: [2, 3] }),
      ],
    ],
    ["2..:2..:9:8", [mask(2, { positions: [9], heads: [2, 3], keys: [8] })]],
  ];
  for (const [text, expected] of cases)
    it(`${text} are ${expected.length} entries of an edit file`, () =>
      assert.deepEqual(edgeEdits(text, info, 10), expected));

  it("are none where none are given", () => assert.deepEqual(edgeEdits(undefined, info, 10), []));

  const refused: [string, string][] = [
    ["", "usage"],
    ["1:0:1", "usage"],
    ["1:0:a:2", "usage"],
    ["1:0:3..1:2", "usage"],
    ["1:0::2", "usage"],
    ["1:0:1..2..3:2", "usage"],
    ["1:0:0..9999999:2", "usage"],
    ["3:0:1:0", "bad-field"],
    ["-1:0:1:0", "bad-field"],
    ["1:4:1:0", "bad-field"],
  ];
  for (const [text, code] of refused)
    it(`${JSON.stringify(text)} is refused: ${code}`, () =>
      assert.throws(() => edgeEdits(text, info, 10), { code }));
});
