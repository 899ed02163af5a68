import assert from "node:assert/strict";
import { lensColumns, type LensColumn } from "../../../webview/plots/lensColumns";
import { lensDifference } from "../../../webview/plots/lensDifference";
import { measureOf, measures, scaleOf } from "../../../webview/plots/lensMeasures";
import { lensOf } from "../../panels/fixtures/lens";

const text = "one two three four five six seven";

/** A column whose cells have this KL. */
const withKl = (column: LensColumn, kl: number): LensColumn => ({
  ...column,
  cells: column.cells.map((cell) => ({ ...cell, kl })),
});

describe("measures that colour the lens", () => {
  const columns = lensColumns(lensOf(text, 99));

  it("have fixed ends where these are natural", () => {
    for (const [key, high, at, place] of [
      ["probability", "100%", 0.25, 0.25],
      ["rank", "4 096", 64, 0.5],
      ["entropy", "8.32", Math.log(4096) / 2, 0.5],
    ] as const) {
      const scale = scaleOf(measureOf(key), columns, 4096);
      assert.equal(scale.high.replace(/\s/g, " "), high);
      assert.ok(Math.abs(scale.place(at) - place) < 1e-12);
    }
  });

  it("take their scale from the columns shown, never from position 0 or a prefix", () => {
    const [first, second, third] = columns as readonly [LensColumn, LensColumn, LensColumn];
    assert.equal(first.hatched, true);
    const prefix = { ...withKl(second, 800), token: { ...second.token, prefix: true as const } };
    const scale = scaleOf(measureOf("kl"), [withKl(first, 900), prefix, withKl(third, 3.3)], 4096);
    assert.equal(scale.high, "5.00");
    assert.equal(scale.place(5), 1);
  });

  it("say their unit, and which is which", () => {
    for (const { key, label } of measures) assert.match(label(), /probability|rank|nats/, key);
    assert.equal(measureOf("no such").key, "probability");
  });

  it("differ by position from the common beginning, and mark another top token", () => {
    const [now, before] = [lensOf(text, 6), lensOf(text.replace("six", "sixty"), 6)];
    const measure = measureOf("kl");
    const scale = scaleOf(measure, columns, null);
    const { shared, columns: cells } = lensDifference(now, before, { measure, scale });
    assert.ok(shared > 0 && shared < now.window.ids.length);
    assert.ok(cells.size > 0);
    const then = lensColumns(before);
    for (const column of lensColumns(now)) {
      const other = then.find(({ pos }) => pos === column.pos);
      cells.get(column.pos)?.forEach((cell, row) => {
        const [a, b] = [column.cells[row]!, other!.cells[row]!];
        assert.equal(cell.changed, a.top[0]!.id !== b.top[0]!.id);
        assert.ok(Math.abs(cell.t! - (scale.place(a.kl) - scale.place(b.kl))) < 1e-12);
        if (column.pos < shared - 1) assert.equal(cell.t, 0);
      });
    }
  });
});
