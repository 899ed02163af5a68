import assert from "node:assert/strict";
import { depthLevel, depthSteps, keptFrom } from "../../../../src/extension/decorations/depthLevels";

describe("lines of prediction depth", () => {
  it("stand for quarters of the rows, and for nothing where the embedding already has it", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((depth) => depthLevel(depth, 5)),
      [0, 1, 2, 3, 4],
    );
    assert.deepEqual(
      [0, 1, 3, 4, 6, 7, 12].map((depth) => depthLevel(depth, 13)),
      [0, 1, 1, 2, 2, 3, 4],
    );
  });

  it("are left out where a token has no depth", () => {
    const token = (start: number) => ({ id: 1, text: "a", start, end: start + 1 });
    const steps = depthSteps({
      about: "this",
      start: 0,
      truncated: false,
      rows: 5,
      tokens: [token(0), token(1), token(2), token(3)],
      depth: [null, 4, 0, 1],
    });
    assert.deepEqual(steps, [[{ start: 3, end: 4, depth: 1 }], [], [], [{ start: 1, end: 2, depth: 4 }]]);
  });

  it("are asked for again where a cut window had little before its first tokens", () => {
    assert.equal(keptFrom({ start: 100, truncated: false }, { from: 120, end: 300 }), undefined);
    assert.equal(keptFrom({ start: 100, truncated: true }, { from: 120, end: 300 }), 200);
    assert.equal(keptFrom({ start: 100, truncated: true }, { from: 250, end: 300 }), undefined);
  });
});
