import assert from "node:assert/strict";
import { KeptWriting } from "../../../../src/extension/panels/keptWriting";
import type { AttentionView } from "../../../../src/protocol/attention";

const view = { window: { ids: [4, 5, 6, 7] }, written: [-0.5, -1.5] } as unknown as AttentionView;

describe("what the model wrote behind a text", () => {
  const stored = (): Record<string, unknown> => {
    const writing = new KeptWriting();
    writing.keep("/m", view);
    return JSON.parse(JSON.stringify({ uri: "file:///a", ...writing.stored() })) as Record<string, unknown>;
  };

  it("is there again after a reload, for the model and the tokens that it was stored with alone", () => {
    const writing = new KeptWriting();
    writing.recall(stored());
    writing.begin();
    assert.deepEqual(writing.behind("/m", [4, 5]), { ids: [6, 7], logProbs: [-0.5, -1.5] });
    assert.equal(writing.behind("/other", [4, 5]), undefined);
    assert.equal(writing.behind("/m", [4, 6]), undefined);
    assert.equal(writing.behind("/m", [4, 5, 6]), undefined);
    writing.begin();
    assert.equal(writing.behind("/m", [4, 5]), undefined);
  });

  for (const wrong of [
    null,
    3,
    { model: "/m", behind: [4, 5] },
    { model: "/m", behind: [4, "5"], written: { ids: [6], logProbs: [-1] } },
    { model: "/m", behind: [4, 5], written: { ids: [6], logProbs: [] } },
    { model: "/m", behind: [4, 5], written: { ids: [-6], logProbs: [-1] } },
    { model: "/m", behind: [4, 5], written: { ids: [], logProbs: [] } },
  ])
    it(`is nothing where ${JSON.stringify(wrong)} was stored`, () => {
      const writing = new KeptWriting();
      writing.recall({ written: wrong });
      assert.deepEqual(writing.stored(), {});
    });
});
