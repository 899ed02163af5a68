import assert from "node:assert/strict";
import { RaspError } from "../../../../src/rasp/source/raspError";
import { Float, type Atom } from "../../../../src/rasp/values/atom";
import {
  arithmetic,
  negate,
  positive,
  roundHalfEven,
  type Arithmetic,
} from "../../../../src/rasp/values/arithmetic";
import { atomText } from "../../../../src/rasp/values/show";

const f = (value: number): Float => new Float(value);

/** The expected texts are what Python 3 prints for the same expression. */
const cases: [Atom, Arithmetic, Atom, string][] = [
  [2, "+", 3, "5"],
  [2, "+", f(3), "5.0"],
  [true, "+", true, "2"],
  [9007199254740991, "+", 1, "9007199254740992"],
  [9007199254740993n, "-", 2, "9007199254740991"],
  [3037000500, "*", 3037000500, "9223372037000250000"],
  [-0, "*", 5, "0"],
  [4, "/", 2, "2.0"],
  [1, "/", 3, "0.3333333333333333"],
  [10n ** 400n, "/", 10n ** 399n, "10.0"],
  [7, "//", -2, "-4"],
  [f(7.5), "//", 2, "3.0"],
  [-1, "%", 3, "2"],
  [7, "%", -3, "-2"],
  [f(-7.5), "%", 2, "0.5"],
  [2n ** 70n, "%", 1000, "424"],
  [2, "power", 10, "1024"],
  [2, "power", 100, "1267650600228229401496703205376"],
  [2, "power", -1, "0.5"],
  [f(2), "power", f(0.5), "1.4142135623730951"],
  [0, "power", 0, "1"],
  ["ab", "+", "c", '"abc"'],
  ["ab", "*", 3, '"ababab"'],
  [2, "*", "ab", '"abab"'],
  ["ab", "*", -1, '""'],
  ["ab", "*", true, '"ab"'],
  [6, "&", 3, "2"],
  [true, "&", false, "False"],
  [true, "|", 2, "3"],
];

const refused: [Atom, Arithmetic, Atom, string][] = [
  [1, "+", "a", "type"],
  ["a", "-", "b", "type"],
  [null, "+", 1, "type"],
  ["a", "*", f(2), "type"],
  [f(1), "&", 1, "type"],
  [1, "/", 0, "arithmetic"],
  [1, "%", 0, "arithmetic"],
  [f(1), "/", f(0), "arithmetic"],
  [0, "power", -1, "arithmetic"],
  [-8, "power", f(1 / 3), "arithmetic"],
  [f(1e300), "power", 2, "arithmetic"],
  [10, "power", 10 ** 9, "limit"],
  ["a", "*", 10 ** 9, "limit"],
];

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof RaspError) return error.code;
    throw error;
  }
  return "no error";
};

describe("Python's arithmetic", () => {
  for (const [a, sign, b, expected] of cases) {
    it(`gives ${atomText(a)} ${sign} ${atomText(b)} = ${expected.slice(0, 40)}`, () => {
      assert.equal(atomText(arithmetic(sign, a, b)), expected);
    });
  }

  for (const [a, sign, b, code] of refused) {
    it(`refuses ${atomText(a)} ${sign} ${atomText(b)} as ${code}`, () => {
      assert.equal(
        codeOf(() => arithmetic(sign, a, b)),
        code,
      );
    });
  }

  it("rounds halves to the even int", () => {
    const rounded = [0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e20].map((value) =>
      atomText(roundHalfEven(f(value))),
    );
    assert.deepEqual(rounded, ["0", "2", "2", "0", "-2", "2", "100000000000000000000"]);
    assert.equal(
      codeOf(() => roundHalfEven(f(Number.NaN))),
      "arithmetic",
    );
    assert.equal(
      codeOf(() => roundHalfEven("1")),
      "type",
    );
  });

  it("negates without making a negative zero of an int, and counts bools", () => {
    assert.ok(Object.is(negate(0), 0));
    assert.equal(atomText(negate(f(0))), "-0.0");
    assert.deepEqual([negate(true), positive(true), negate(2n ** 60n)], [-1, 1, -(2n ** 60n)]);
    assert.equal(
      codeOf(() => negate("a")),
      "type",
    );
  });
});
