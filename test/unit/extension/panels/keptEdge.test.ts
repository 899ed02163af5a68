import assert from "node:assert/strict";
import { KeptEdge } from "../../../../src/extension/panels/keptEdge";

describe("the edge that was taken apart", () => {
  const stored = (): object => {
    const edge = new KeptEdge();
    edge.choose({ query: 5, key: 2 });
    return JSON.parse(JSON.stringify({ uri: "file:///a", ...edge.stored() })) as object;
  };

  it("is there again after a reload, for the text that it was stored with, and for no other", () => {
    const edge = new KeptEdge();
    edge.recall({ ...stored() });
    edge.begin();
    assert.deepEqual(edge.value, { query: 5, key: 2 });
    edge.begin();
    assert.equal(edge.value, undefined);
  });

  it("is blocked again as it was, each way once; another edge is not", () => {
    const edge = new KeptEdge();
    edge.choose({ query: 5, key: 2 });
    edge.blocked({ softmax: "before" });
    edge.blocked({ softmax: "after", against: 7, controls: "random" });
    edge.blocked({ softmax: "before", against: 3 });
    const other = new KeptEdge();
    other.recall(JSON.parse(JSON.stringify(edge.stored())) as Record<string, unknown>);
    other.begin();
    assert.deepEqual(other.blocks, [
      { softmax: "after", against: 7, controls: "random" },
      { softmax: "before", against: 3 },
    ]);
    other.choose({ query: 5, key: 1 });
    assert.deepEqual(other.blocks, []);
    for (const blocks of [null, [null], [{ softmax: "x" }], "before"]) {
      other.recall({ edge: { query: 5, key: 2, blocks } });
      assert.deepEqual(other.blocks, []);
    }
  });

  it("is let go with its head, and by a look that had none", () => {
    const edge = new KeptEdge();
    edge.recall({ ...stored() });
    edge.choose(undefined);
    assert.deepEqual(edge.stored(), {});
    edge.recall({ ...stored() });
    edge.recall({ layer: 1 });
    assert.equal(edge.value, undefined);
  });

  for (const wrong of [null, 3, "x", {}, { query: -1, key: 0 }, { query: 1.5, key: 0 }, { query: 1 }])
    it(`is none where ${JSON.stringify(wrong)} was stored`, () => {
      const edge = new KeptEdge();
      edge.recall({ edge: wrong });
      assert.equal(edge.value, undefined);
    });
});
