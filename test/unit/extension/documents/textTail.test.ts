import assert from "node:assert/strict";
import { neededFrom, windowStarts } from "../../../../src/base/window";
import {
  cutTail,
  longestTail,
  shorten,
  tailOf,
  type TextReader,
} from "../../../../src/extension/documents/textTail";

const reader = (text: string) => ({
  length: text.length,
  slice: (from: number, to: number) => text.slice(from, to),
});

const tailUpTo = (document: TextReader, end: number, nCtx: number | null) =>
  tailOf(document, { start: 0, end }, nCtx);

describe("the tail of a document", () => {
  it("is all of a short text up to the place asked for", () => {
    assert.deepEqual(tailUpTo(reader("one two three"), 7, 1024), { text: "one two", offset: 0 });
  });

  const places: [string, number, string][] = [
    ["past the end", 99, "abc"],
    ["before the start", -5, ""],
    ["at the start", 0, ""],
  ];
  for (const [name, end, text] of places) {
    it(`for a place ${name} stays within the text`, () => {
      assert.deepEqual(tailUpTo(reader("abc"), end, 8), { text, offset: 0 });
    });
  }

  for (const nCtx of [16, 128, 1024]) {
    it(`of 10 MB is small for a context of ${nCtx}, and gives the same window as the whole text`, () => {
      const text = "a line of text that is repeated\n".repeat(330_000);
      const piece = tailUpTo(reader(text), text.length, nCtx);
      assert.ok(piece.text.length <= 12 * nCtx + 100, `${piece.text.length} units`);
      assert.equal(text.slice(piece.offset), piece.text);
      assert.equal([...windowStarts(piece, nCtx)][0], [...windowStarts({ text, offset: 0 }, nCtx)][0]);
    });
  }

  it("is bounded where the context is not known, and is the same once it is", () => {
    const text = "x y z\n".repeat(400_000);
    const early = tailUpTo(reader(text), text.length, null);
    assert.equal(early.text.length, longestTail);
    assert.deepEqual(cutTail(early, 0, 256), tailUpTo(reader(text), text.length, 256));
  });

  it("of a range is that of a document that begins there", () => {
    const text = "x y z\n".repeat(400_000);
    for (const start of [0, 7, 100_001, 2_399_990]) {
      for (const nCtx of [null, 256]) {
        const whole = tailUpTo(reader(text.slice(start)), text.length - start, nCtx);
        const piece = tailOf(reader(text), { start, end: text.length }, nCtx);
        assert.deepEqual(piece, { ...whole, offset: whole.offset + start });
        assert.equal(cutTail(piece, start, 256).offset, cutTail(whole, 0, 256).offset + start);
      }
    }
  });

  it("is not cut twice", () => {
    const piece = tailUpTo(reader("word ".repeat(10_000)), 50_000, 64);
    assert.equal(piece.offset, neededFrom(50_000, 64));
    assert.equal(cutTail(piece, 0, 64), piece);
  });
});

describe("a shortened text", () => {
  it("keeps both ends and is never longer than asked", () => {
    assert.equal(shorten("abcdefghij", 5), "ab…ij");
    assert.equal(shorten("abc", 5), "abc");
    for (let most = 3; most < 20; most++) assert.ok(shorten("x".repeat(100), most).length <= most);
  });
});
