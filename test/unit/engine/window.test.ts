import assert from "node:assert/strict";
import { neededFrom, windowStride } from "../../../src/base/window";
import { buildRunWindow } from "../../../src/engine/window";
import type { RunWindow } from "../../../src/protocol/model";
import type { TextTokenizer } from "../../../src/tokenizer/textTokenizer";

/** A token per character, or `perToken` of them, with BOS (id 0) where asked for. */
function characters(addsBos: boolean, perToken = 1): TextTokenizer {
  const encode = (text: string) => {
    const bos = addsBos ? [{ id: 0, text: "<s>", start: 0, end: 0, special: true as const }] : [];
    const rest = Array.from({ length: Math.ceil(text.length / perToken) }, (_, i) => {
      const own = text.slice(i * perToken, (i + 1) * perToken);
      return { id: own.charCodeAt(0), text: own, start: i * perToken, end: i * perToken + own.length };
    });
    const tokens = [...bos, ...rest];
    return { ids: tokens.map((token) => token.id), tokens };
  };
  return {
    dVocab: 65536,
    addsBos,
    bosId: 0,
    eosId: null,
    encode,
    encodeLong: async (text) => encode(text),
    text: (id) => String.fromCharCode(id),
    decode: (ids) => String.fromCharCode(...ids),
  };
}

const nCtx = 32;
const stride = windowStride(nCtx);
const lines = (n: number) => "let x=1;\n".repeat(n);
const document_ = (text: string) => ({ kind: "text", text, offset: 0 }) as const;

/** Every token stands where its text is. */
function checkPlaces(window: RunWindow, text: string, offset = 0): void {
  for (const token of window.tokens) {
    if (!token.special) assert.equal(token.text, text.slice(token.start - offset, token.end - offset));
  }
}

describe("the window a run sees", () => {
  it("is the whole text where its tokens fit, however long it is", () => {
    const text = lines(14);
    assert.ok(text.length > 2 * stride);
    const window = buildRunWindow(document_(text), characters(false, 4), nCtx);
    assert.deepEqual(
      [window.start, window.truncated, window.ids.length],
      [0, false, Math.ceil(text.length / 4)],
    );
  });

  it("is cut at a line start where they do not fit, with offsets in the whole document", () => {
    const text = lines(100);
    const window = buildRunWindow(document_(text), characters(true, 3), nCtx);
    assert.ok(window.truncated && window.ids.length <= nCtx);
    assert.equal(text[window.start - 1], "\n");
    assert.equal(window.tokens.at(-1)!.end, text.length);
    assert.deepEqual(window.tokens[0], {
      id: 0,
      text: "<s>",
      start: window.start,
      end: window.start,
      special: true,
    });
    checkPlaces(window, text);
  });

  it("moves on until its tokens fit, whatever they are like", () => {
    for (const text of ["x".repeat(1000), lines(100), "\n".repeat(500), "😀".repeat(400)]) {
      const window = buildRunWindow(document_(text), characters(true), nCtx);
      assert.ok(window.ids.length <= nCtx && window.ids.length > 4, `${window.ids.length}`);
      checkPlaces(window, text);
    }
  });

  it("is the same from the needed part of a document as from all of it", () => {
    for (let n = 1; n < 120; n++) {
      const text = lines(n).slice(0, n * 9 - (n % 7));
      const from = neededFrom(text.length, nCtx);
      const part = { kind: "text", text: text.slice(from), offset: from } as const;
      const window = buildRunWindow(part, characters(false, 3), nCtx);
      const all = buildRunWindow(document_(text), characters(false, 3), nCtx);
      assert.deepEqual({ ...window, truncated: all.truncated }, all);
    }
  });

  it("is empty for an empty text, but for BOS", () => {
    assert.deepEqual(buildRunWindow(document_(""), characters(false), nCtx).ids, []);
    const window = buildRunWindow(document_(""), characters(true), nCtx);
    assert.deepEqual([window.ids, window.bos], [[0], true]);
  });

  it("takes ids as they are, however many", () => {
    const ids = [0, ...Array.from({ length: 99 }, (_, i) => 65 + (i % 20))];
    const window = buildRunWindow({ kind: "ids", ids }, characters(true), nCtx);
    assert.deepEqual([window.ids, window.bos, window.truncated], [ids, true, false]);
    assert.deepEqual(window.tokens[1], { id: 65, text: "A", start: 1, end: 2 });
    const plain = buildRunWindow({ kind: "ids", ids: [5] }, null, nCtx);
    assert.deepEqual(plain.tokens, [{ id: 5, text: null, start: 0, end: 1 }]);
  });

  it("refuses text where there is no tokenizer", () => {
    assert.throws(() => buildRunWindow(document_("a"), null, nCtx), { code: "no-tokenizer" });
  });
});
