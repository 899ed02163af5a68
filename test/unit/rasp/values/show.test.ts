import assert from "node:assert/strict";
import { Float, Tuple } from "../../../../src/rasp/values/atom";
import { sequenceText, sequenceType } from "../../../../src/rasp/values/sequence";
import { atomText, cellText, floatText } from "../../../../src/rasp/values/show";

const f = (value: number): Float => new Float(value);

describe("how values are written", () => {
  it("writes floats as Python's repr", () => {
    const texts = [1, 0.1, 1e16, 123456789012345680, 1e-4, 1e-5, 1.5e300, -0, Infinity, -Infinity, NaN].map(
      floatText,
    );
    assert.deepEqual(texts, [
      "1.0",
      "0.1",
      "1e+16",
      "1.2345678901234568e+17",
      "0.0001",
      "1e-05",
      "1.5e+300",
      "-0.0",
      "inf",
      "-inf",
      "nan",
    ]);
  });

  it("writes atoms as a program would", () => {
    assert.deepEqual([true, null, "a", 3, f(2), new Tuple([1]), new Tuple([1, "b"])].map(atomText), [
      "True",
      "None",
      '"a"',
      "3",
      "2.0",
      "(1,)",
      '(1, "b")',
    ]);
  });

  it("writes cells short: three decimals, T and F, no quotes", () => {
    assert.deepEqual([f(1 / 3), f(2), f(0.0005), true, "x y"].map(cellText), [
      "0.333",
      "2.0",
      "0.001",
      "T",
      "x y",
    ]);
  });

  it("writes a constant sequence once, and keeps a single value whole", () => {
    assert.equal(sequenceText([0, 0, 0]), "[0]*3 (ints)");
    assert.equal(sequenceText([0]), "[0] (ints)");
    assert.equal(sequenceText([0, f(0.5)]), "[0, 0.5] (floats)");
  });

  it("tells a sequence's type by all its values", () => {
    assert.deepEqual([[true, 2], [true, false], [1, f(1)], ["a"]].map(sequenceType), [
      "int",
      "bool",
      "float",
      "string",
    ]);
    assert.throws(() => sequenceType([0, "a"]), /position 1 has a string and position 0 an int/);
  });
});
