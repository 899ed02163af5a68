import assert from "node:assert/strict";
import { GrowingCells } from "../../../../src/extension/sweeps/growingCells";
import type { SweepPart } from "../../../../src/protocol/steeringSweep";

const baseline = { effect: 0, cost: 1 };
const part = (row: number, column: number): SweepPart => ({
  ...{ cell: [row, column], baseline, relativeNorm: column === 0 ? null : 0.5 },
  ...{ effect: 10 * row + column, cost: -(10 * row + column) },
});

describe("the cells of a sweep while it runs", () => {
  it("are a whole table from the beginning, of which nothing is measured", () => {
    const { table, isWhole } = new GrowingCells({ layers: "all", strengths: [0, 1] }, 3);
    assert.deepEqual(table.layers, [0, 1, 2]);
    assert.deepEqual(table.effect, [[null, null], [null, null], [null, null]]); // prettier-ignore
    assert.equal(table.baseline, null);
    assert.equal(isWhole, false);
  });

  it("come into their places, and are whole with the last, also where one is told twice", () => {
    const growing = new GrowingCells({ layers: [5, 2], strengths: [0, 1] }, 6);
    for (const at of [part(0, 0), part(1, 1), part(1, 1), part(0, 1)]) growing.take(at);
    assert.equal(growing.isWhole, false);
    const before = growing.table;
    growing.take(part(1, 0));
    assert.equal(growing.isWhole, true);
    const { layers, ...table } = growing.table;
    assert.deepEqual(layers, [5, 2]);
    assert.deepEqual(table, {
      strengths: [0, 1],
      effect: [[0, 1], [10, 11]],
      cost: [[-0, -1], [-10, -11]],
      relativeNorm: [[null, 0.5], [null, 0.5]],
      baseline,
    }); // prettier-ignore
    assert.equal(before.effect[1][0], null, "a table that was given does not change");
  });
});
