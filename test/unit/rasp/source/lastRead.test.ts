import assert from "node:assert/strict";
import { parsePython } from "../../../../src/rasp/python/syntax/parse";
import { parse } from "../../../../src/rasp/original/parser";
import { lastRead } from "../../../../src/rasp/source/lastRead";

describe("a text that much is asked of", () => {
  it("is read once in a row, and again when another came between", () => {
    const texts: string[] = [];
    const read = lastRead((text) => {
      texts.push(text);
      return { text };
    });
    for (const text of ["a", "a", "b", "a"]) assert.equal(read(text).text, text);
    assert.deepEqual(texts, ["a", "b", "a"]);
  });

  it("is one tree for all that look at it", () => {
    assert.equal(parse("a = 1;\n"), parse("a = 1;\n"));
    assert.equal(parsePython("a = 1\n"), parsePython("a = 1\n"));
  });
});
