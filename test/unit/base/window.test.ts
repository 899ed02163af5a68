import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random";
import { neededFrom, windowStarts, windowStride, type TextPiece } from "../../../src/base/window";

const nCtx = 16;
const stride = windowStride(nCtx);
const whole = (text: string): TextPiece => ({ text, offset: 0 });
/** The first start but the whole document's: what a document gets whose tokens do not fit. */
const first = (piece: TextPiece) => {
  const [start, next] = windowStarts(piece, nCtx);
  return start === 0 && piece.text.length >= 2 * stride ? (next ?? 0) : start;
};

/** Lines of random lengths, some far longer than a stride, some with CRLF, emoji among the letters. */
function randomText(seed: number, length: number): string {
  const random = seededRandom(seed);
  let text = "";
  while (text.length < length) {
    const line = random() < 0.1 ? 3 * stride : Math.floor(random() * 20);
    for (let i = 0; i < line; i++) text += random() < 0.2 ? "😀" : "x";
    text += random() < 0.3 ? "\r\n" : random() < 0.1 ? "\r" : "\n";
  }
  return text.slice(0, length);
}

describe("the window of a long text", () => {
  it("moves by half a context at three units a token", () => {
    assert.equal(windowStride(16), 24);
    assert.equal(windowStride(1024), 1536);
    assert.equal(windowStride(1), 12);
  });

  it("is the whole text while that is under two strides", () => {
    assert.equal(first(whole("")), 0);
    assert.equal(first(whole("ab\n".repeat(15))), 0);
    assert.equal(first({ text: "a selection\nonly", offset: 5000 }), 5000);
  });

  it("starts at a line start and leaves at least a stride", () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = randomText(seed, 400).replaceAll(/x{20,}|(😀|x){20,}/g, "long\n");
      const start = first(whole(text));
      assert.ok(start === 0 || text.length - start >= stride, `${start} of ${text.length}`);
      const before = text[start - 1];
      assert.ok(
        start === 0 || before === "\n" || before === "\r",
        JSON.stringify(text.slice(start - 3, start)),
      );
    }
  });

  it("stays where it is while less than a stride is typed, and never moves back", () => {
    const text = "let a = 1;\n".repeat(60);
    let last = 0;
    let moves = 0;
    for (let end = 0; end <= text.length; end++) {
      const start = first(whole(text.slice(0, end)));
      assert.ok(start >= last);
      if (start > last) moves++;
      last = start;
    }
    assert.ok(moves <= Math.ceil(text.length / stride), `${moves} moves`);
    assert.ok(last > text.length - 3 * stride);
  });

  it("is found alike from the needed tail and from the whole text", () => {
    for (let seed = 0; seed < 200; seed++) {
      const text = randomText(seed, 30 + seed * 3);
      const from = neededFrom(text.length, nCtx);
      const tail = [...windowStarts({ text: text.slice(from), offset: from }, nCtx)];
      assert.deepEqual(tail, [...windowStarts(whole(text), nCtx)], `seed ${seed}, from ${from}`);
    }
  });

  it("needs a document that may fit whole, else no more than three strides and two units", () => {
    for (let end = 0; end < 2000; end += 7) {
      const needed = end - neededFrom(end, nCtx);
      assert.ok(end <= 6 * stride ? needed === end : needed >= 2 * stride && needed <= 3 * stride + 2);
    }
  });

  it("tries a document whole while its tokens may fit", () => {
    const text = "ab cd\n".repeat(100);
    const starts = (length: number) => windowStarts(whole(text.slice(0, length)), nCtx).next().value;
    assert.equal(starts(6 * stride), 0);
    assert.notEqual(starts(6 * stride + 1), 0);
  });

  it("offers ever later places, down to the last unit, and splits no surrogate pair", () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = randomText(seed, 200 + seed);
      const starts = [...windowStarts(whole(text), nCtx)];
      for (const [i, start] of starts.entries()) {
        assert.ok(i === 0 || start >= (starts[i - 1] as number));
        const pair = text.slice(Math.max(0, start - 1), start + 1);
        assert.doesNotMatch(pair, /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/);
      }
      assert.ok(text.length - (starts.at(-1) as number) <= 2);
    }
  });

  it("cuts a line that is longer than a stride at the stride itself", () => {
    assert.equal(first(whole("x".repeat(100 * stride))) % stride, 0);
  });
});
