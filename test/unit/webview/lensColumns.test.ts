import assert from "node:assert/strict";
import type { LensView } from "../../../src/protocol/lens";
import { lensColumns, rowHook, rowName } from "../../../webview/plots/lensColumns";
import { lensOf } from "../../panels/fixtures/lens";

const text = "one two three four five six";

describe("lens columns", () => {
  it("turn rows of cells into columns, row 0 first", () => {
    const view = lensOf(text, 4);
    const columns = lensColumns(view);
    assert.deepEqual(
      columns.map((c) => c.pos),
      [...view.positions],
    );
    for (const [i, column] of columns.entries()) {
      assert.equal(column.cells.length, view.layers.length);
      for (const cell of column.cells) {
        assert.deepEqual(cell.top, view.layers[cell.layer]!.positions[i]!.top);
        assert.equal(cell.share, Math.exp(cell.top[0]!.logProb));
      }
      assert.equal(column.cells.at(-1)!.agrees, true);
    }
  });

  it("have equal signatures exactly when they look the same", () => {
    const before = lensColumns(lensOf(text, 12));
    const same = lensColumns(lensOf(text, 12));
    assert.deepEqual(
      before.map((c) => c.signature),
      same.map((c) => c.signature),
    );
    const longer = lensColumns(lensOf(`${text} seven`, 12));
    const known = new Set(before.map((c) => c.signature));
    // What followed the last token changed, and one column is new; the others are the same.
    assert.equal(longer.filter((c) => !known.has(c.signature)).length, 2);
  });

  it("know position 0 and added tokens", () => {
    const columns = lensColumns(lensOf(text, 99));
    assert.deepEqual(
      columns.map((c) => c.hatched),
      columns.map((_, i) => i === 0),
    );
  });

  it("bear a lens without any top tokens", () => {
    const view = lensOf(text, 2);
    const bare: LensView = {
      ...view,
      layers: view.layers.map((row) => ({
        ...row,
        positions: row.positions.map((cell) => ({ ...cell, top: [] })),
      })),
    };
    for (const column of lensColumns(bare))
      for (const cell of column.cells) assert.deepEqual([cell.share, cell.agrees], [0, false]);
  });

  it("name rows by hook and by place", () => {
    assert.equal(rowHook(0, 6), "blocks.0.hook_resid_pre");
    assert.equal(rowHook(6, 6), "blocks.5.hook_resid_post");
    assert.deepEqual(
      [0, 3, 6].map((l) => rowName(l, 6)),
      ["emb", "3", "out"],
    );
  });
});
