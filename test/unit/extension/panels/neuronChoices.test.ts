import assert from "node:assert/strict";
import { NeuronChoices } from "../../../../src/extension/panels/neuronChoices";

const order = { by: "logProb", effect: { position: 3, token: " cat", ablation: "zero" } } as const;
const effect = { position: 2, token: 7, strongest: 4 } as const;

describe("what neurons are ranked by", () => {
  it("is z at first", () => {
    assert.deepEqual(new NeuronChoices().stored(), { ranked: { by: "z" }, effect: {} });
  });

  it("is the same after a reload, with the prediction it was on", () => {
    const before = new NeuronChoices();
    [before.ranked, before.effect] = [order, effect];
    const after = new NeuronChoices();
    // Stored as JSON, beside other fields.
    after.recall({ uri: "file:///a", ...(JSON.parse(JSON.stringify(before.stored())) as object) });
    after.begin();
    assert.deepEqual(after.stored(), { ranked: order, effect });
  });

  it("keeps for another text what does not belong to the one before", () => {
    const choices = new NeuronChoices();
    choices.recall({ ranked: order, effect });
    choices.begin();
    choices.begin();
    const ranked = { by: "logProb", effect: { ablation: "zero" } };
    assert.deepEqual(choices.stored(), { ranked, effect: { strongest: 4 } });
  });

  for (const [what, stored] of [
    ["nothing", {}],
    ["an unknown order", { ranked: { by: "mood" }, effect: {} }],
    ["an unknown field", { ranked: { by: "write" }, effect: { mood: 1 } }],
    ["no object", { ranked: 3, effect: [] }],
  ] as const) {
    it(`stays as it was where ${what} was stored`, () => {
      const choices = new NeuronChoices();
      choices.recall(stored);
      assert.deepEqual(choices.stored(), { ranked: { by: "z" }, effect: {} });
    });
  }
});
