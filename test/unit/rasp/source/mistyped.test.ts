import assert from "node:assert/strict";
import { mistyped } from "../../../../src/base/nearest";
import { dialects } from "../../../../src/rasp/dialects";
import type { DialectName } from "../../../../src/rasp/program";

const slips: readonly (readonly [dialect: DialectName, text: string, next: string])[] = [
  ["rasp", "retrun x;", "Was return meant?"],
  ["rasp", "dfe f(x) { return x; }", "Was def meant?"],
  ["rasp", "x = 1 fi True else 2;", "Was if meant?"],
  ["rasp", "x = 1 if True esle 2;", "Was else meant?"],
  ["rasp", 'laod "x";', "Was load meant?"],
  ["rasp", "agregate(full_s, tokens);", "Did you mean aggregate?"],
  ["rasp", "selct(tokens, tokens, ==);", "Was select meant?"],
  ["rasp", "aggregate(seelct(tokens, tokens, <) and full_s, tokens);", "Was select meant?"],
  ["rasp", "indicatr(True);", "Did you mean indicator?"],
  ["rasp", "a\0;", "Delete it."],
  ["raspy", "x = lamda y: y", "Was lambda meant?"],
  ["raspy", "fro x in [1]:\n  y = x", "Was for meant?"],
];

describe("a slip of the fingers", () => {
  for (const [dialect, text, next] of slips) {
    it(`is explained in ${JSON.stringify(text)}`, () => {
      const found = dialects[dialect].check(text);
      assert.ok(
        found.some((one) => one.next === next),
        JSON.stringify(found),
      );
    });
  }

  it("is a letter more, less, other, or two exchanged, and nothing else", () => {
    const words = ["return", "if", "on"];
    for (const word of ["retrun", "retur", "returnn", "teturn"])
      assert.equal(mistyped(word, words), "return");
    assert.equal(mistyped("fi", words), "if");
    for (const word of ["return", "x", "i", "is", "an", "retrn s", "erturns", ""])
      assert.equal(mistyped(word, words), undefined, word);
  });

  it("names characters that cannot be seen by their number", () => {
    for (const [dialect, text] of [
      ["rasp", "a\0;"],
      ["raspy", "a\0"],
    ] as const) {
      const [found] = dialects[dialect].check(text).filter(({ code }) => code === "syntax");
      assert.match(found?.message ?? "", /invisible character U\+0000/);
    }
  });
});
