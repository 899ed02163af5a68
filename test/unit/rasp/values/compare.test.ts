import assert from "node:assert/strict";
import { RaspError } from "../../../../src/rasp/source/raspError";
import { Float, Tuple, type Atom } from "../../../../src/rasp/values/atom";
import { atomKey, atomsEqual, compareAtoms, type Comparison } from "../../../../src/rasp/values/compare";
import { atomText } from "../../../../src/rasp/values/show";

const f = (value: number): Float => new Float(value);

/** What Python 3 answers. */
const cases: [Atom, Comparison, Atom, boolean][] = [
  [1, "==", f(1), true],
  [1, "==", true, true],
  [1, "==", "1", false],
  [null, "==", 0, false],
  [null, "==", null, true],
  [f(Number.NaN), "==", f(Number.NaN), false],
  [f(Number.NaN), "<", 1, false],
  [f(Number.NaN), ">=", 1, false],
  [9007199254740993n, "==", f(9007199254740992), false],
  [9007199254740993n, ">", f(9007199254740992), true],
  ["a", "<", "b", true],
  ["ab", "<", "a", false],
  ["", "<=", "", true],
  // By code points: U+1F600 comes after U+FFFD, though its first UTF-16 unit is smaller.
  ["\u{1F600}", ">", "\uFFFD", true],
  ["\u{1F600}", "<", "\u{1F601}", true],
  ["\uD800", "<", "\uFFFD", true],
  [true, "<", 2, true],
  [new Tuple([1, "a"]), "==", new Tuple([f(1), "a"]), true],
  [new Tuple([1, 2]), "<", new Tuple([1, 3]), true],
  [new Tuple([1]), "<", new Tuple([1, 0]), true],
  [3, "!=", 3, false],
];

describe("Python's comparisons", () => {
  for (const [a, sign, b, expected] of cases) {
    it(`says that ${atomText(a)} ${sign} ${atomText(b)} is ${expected}`, () => {
      assert.equal(compareAtoms(sign, a, b), expected);
    });
  }

  it("orders no unlike types", () => {
    for (const [a, b] of [
      [1, "a"],
      ["a", null],
      [new Tuple([1]), 1],
    ] as const) {
      assert.throws(
        () => compareAtoms("<", a, b),
        (error) => error instanceof RaspError && error.code === "type",
      );
    }
  });

  it("gives equal atoms one key and others another", () => {
    const atoms: Atom[] = [
      1,
      f(1),
      true,
      "1",
      f(1.5),
      null,
      "",
      0,
      false,
      2n ** 60n,
      f(2 ** 60),
      new Tuple([1, "a"]),
      new Tuple([f(1), "a"]),
      new Tuple(["1,a"]),
    ];
    for (const a of atoms) {
      for (const b of atoms) {
        assert.equal(atomKey(a) === atomKey(b), atomsEqual(a, b), `${atomText(a)} and ${atomText(b)}`);
      }
    }
  });
});
