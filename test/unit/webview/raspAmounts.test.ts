import assert from "node:assert/strict";
import type { RaspRow } from "../../../src/protocol/raspPicture";
import { scaleOf, shareOf } from "../../../webview/panels/rasp/amounts";

const row = (type: string, ...cells: string[]): RaspRow => ({ label: "x", cells, type, step: null });

describe("values as amounts", () => {
  it("have one scale for all numbers of a step", () => {
    const rows = [row("int", "1", "-4"), row("float", "0.5", "2.0"), row("string", "9")];
    const scale = scaleOf(rows);
    assert.deepEqual(scale, { max: 4, numbers: true, negative: true, bools: false });
    assert.equal(shareOf(rows[0]!, "-4", scale), -1);
    assert.equal(shareOf(rows[1]!, "2.0", scale), 0.5);
  });

  it("are nothing for False and zero, all for True, and no amount for texts, mixed rows and nan", () => {
    const scale = scaleOf([row("int", "0", "0")]);
    assert.equal(scale.max, 0);
    assert.equal(shareOf(row("int"), "0", scale), 0);
    assert.equal(shareOf(row("bool"), "T", scale), 1);
    assert.equal(shareOf(row("bool"), "F", scale), 0);
    assert.equal(shareOf(row("string"), "7", scale), null);
    assert.equal(shareOf(row("mixed"), "7", scale), null);
    assert.equal(shareOf(row("float"), "nan", scale), null);
  });

  it("have finite ends: what is infinite has the strongest colour", () => {
    const scale = scaleOf([row("float", "inf", "-2.0", "nan")]);
    assert.equal(scale.max, 2);
    assert.equal(shareOf(row("float"), "inf", scale), 1);
    assert.equal(shareOf(row("float"), "-inf", scale), -1);
  });
});
