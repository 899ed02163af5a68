import assert from "node:assert/strict";
import { idList, nonNegative, parseArguments, rangeOf, wholeNumber } from "../../../src/cli/options";

const usage = { code: "usage" };

describe("arguments of a command", () => {
  const parse = (...argv: string[]) => parseArguments(argv, ["text", "top"]);

  it("are positionals and values", () => {
    const { positionals, values } = parse("DIR", "--text", "a b", "--top=3");
    assert.deepEqual([positionals, values], [["DIR"], { text: "a b", top: "3" }]);
  });

  it("may have values that begin with a dash", () => {
    assert.equal(parse("--text", "--top").values.text, "--top");
    assert.equal(parse("--text", "- item").values.text, "- item");
    assert.equal(parse("--text=").values.text, "");
  });

  it("end with --", () => {
    assert.deepEqual(parse("--", "--text", "x").positionals, ["--text", "x"]);
  });

  it("may ask for help and progress", () => {
    assert.equal(parse("-h").help, true);
    assert.equal(parse("--progress").progress, true);
    assert.equal(parse("DIR").help, false);
  });

  for (const argv of [
    ["--text", "a", "--text", "b"],
    ["--bogus", "1"],
    ["--text"],
    ["--range", "1:2"],
    ["-x"],
    ["--help=yes"],
  ]) {
    it(`are refused with ${argv.join(" ")}`, () => assert.throws(() => parse(...argv), usage));
  }
});

describe("values of options", () => {
  it("are whole numbers within limits", () => {
    assert.equal(wholeNumber("top", "12", 1), 12);
    for (const bad of ["", "0", "-1", "1.5", "1e3", "x", "9007199254740993", " 1"]) {
      assert.throws(() => wholeNumber("top", bad, 1), usage, bad);
    }
    assert.throws(() => wholeNumber("top", "6", 1, 5), usage);
  });

  it("are numbers from 0", () => {
    assert.equal(nonNegative("temperature", "0.7"), 0.7);
    for (const bad of ["", "-0.1", "NaN", "Infinity", "warm"]) {
      assert.throws(() => nonNegative("temperature", bad), usage, bad);
    }
  });

  it("are lists of ids", () => {
    assert.deepEqual(idList("1,2, 3"), [1, 2, 3]);
    for (const bad of ["", ",", "1,-2", "1;2", "1,2.5", "0x1"]) assert.throws(() => idList(bad), usage, bad);
  });

  it("are ranges", () => {
    assert.deepEqual(rangeOf("3:17"), { start: 3, end: 17 });
    for (const bad of ["", "3", "3:", ":3", "-1:3", "1:2:3", "a:b"])
      assert.throws(() => rangeOf(bad), usage, bad);
  });
});
