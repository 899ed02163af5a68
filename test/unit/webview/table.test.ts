import assert from "node:assert/strict";
import { cellText, toCsv } from "../../../webview/shared/table";

describe("tables in pages", () => {
  it("are written as CSV with every digit, quoted where needed", () => {
    const csv = toCsv({
      caption: "x",
      columns: ["token", "log-prob (nats)"],
      rows: [
        ['say "a,b"', -0.1234567890123],
        ["line\nbreak", null],
        ["=1+1", 1e-12],
      ],
    });
    assert.equal(
      csv,
      'token,log-prob (nats)\r\n"say ""a,b""",-0.1234567890123\r\n"line\nbreak",\r\n=1+1,1e-12\r\n',
    );
  });

  it("show counts whole and measures with three digits", () => {
    const table: readonly (readonly [string | number | null, string])[] = [
      [3, "3"],
      [-3, "−3"],
      [0.12345, "0.123"],
      [null, "–"],
      ["·the", "·the"],
      [12345678, "1.23e7"],
    ];
    for (const [cell, words] of table) assert.equal(cellText(cell), words);
  });
});
