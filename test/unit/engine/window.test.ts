import assert from "node:assert/strict";
import { neededFrom, windowStride } from "../../../src/base/window";
import { buildRunWindow } from "../../../src/engine/window";
import type { RunContext, RunWindow, TextInput } from "../../../src/protocol/model";
import type { EncodeOptions, TextTokenizer } from "../../../src/tokenizer/textTokenizer";

/** A token per character, or `perToken` of them, with BOS (id 0) where it adds one or is asked for one. */
function characters(addsBos: boolean, perToken = 1): TextTokenizer {
  const encode = (text: string, { bos: policy = "auto" }: EncodeOptions = {}) => {
    const withBos = policy === "auto" ? addsBos : policy === "always";
    const bos = withBos ? [{ id: 0, text: "<s>", start: 0, end: 0, special: true as const }] : [];
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
    encodeLong: async (text, options) => encode(text, options),
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

  for (const [bos, addsBos, expected] of [
    [undefined, true, true],
    [undefined, false, false],
    ["auto", true, true],
    ["always", false, true],
    ["never", true, false],
  ] as const) {
    it(`${expected ? "begins" : "does not begin"} with BOS by ${bos ?? "no"} policy on a tokenizer that adds ${addsBos ? "it" : "none"}`, () => {
      const window = buildRunWindow({ ...document_("ab"), bos }, characters(addsBos), nCtx);
      assert.deepEqual(
        [window.bos, window.ids[0] === 0, window.ids.length],
        [expected, expected, expected ? 3 : 2],
      );
    });
  }

  it("refuses text where there is no tokenizer", () => {
    assert.throws(() => buildRunWindow(document_("a"), null, nCtx), { code: "no-tokenizer" });
  });
});

describe("the window of a text without what the document has before", () => {
  const text = lines(60);
  const behind = (context: RunContext, from: number, end = text.length): TextInput => ({
    kind: "text",
    text: text.slice(from, end),
    offset: from,
    context,
  });

  for (const length of [1, 20, 40, 200, 400]) {
    it(`is that of the text alone, moved to its place: ${length} characters`, () => {
      const from = 100;
      const alone = buildRunWindow(document_(text.slice(from, from + length)), characters(true, 3), nCtx);
      const window = buildRunWindow(
        behind({ kind: "selection", from }, from, from + length),
        characters(true, 3),
        nCtx,
      );
      assert.deepEqual(window.ids, alone.ids);
      assert.deepEqual([window.start, window.context], [alone.start + from, "selection"]);
      checkPlaces(window, text);
    });
  }

  it("is the same from the needed part of a selection as from all of it", () => {
    const context = { kind: "selection", from: 11 } as const;
    for (let end = 30; end < text.length; end += 17) {
      const from = 11 + neededFrom(end - 11, nCtx);
      const window = buildRunWindow(behind(context, from, end), characters(false, 3), nCtx);
      const all = buildRunWindow(behind(context, 11, end), characters(false, 3), nCtx);
      assert.deepEqual({ ...window, truncated: all.truncated }, all);
    }
  });

  it("has a prefix in front that is whole, stands in no document and is tokenised with the text", () => {
    const prefix = "abcd";
    const window = buildRunWindow(
      { kind: "text", text: "xyz", offset: 50, context: { kind: "prefix", from: 50, prefix } },
      characters(true, 3),
      nCtx,
    );
    const tokens = window.tokens.map(({ text: own, start, end, ...rest }) => [own, start, end, rest]);
    assert.deepEqual(tokens, [
      ["<s>", 50, 50, { id: 0, special: true }],
      ["abc", 50, 50, { id: 97, prefix: true }],
      // The token over the border keeps what it covers of the document.
      ["dxy", 50, 52, { id: 100, approximate: true }],
      ["z", 52, 53, { id: 122 }],
    ]);
    assert.deepEqual([window.context, window.bos, window.start], ["prefix", true, 50]);
  });

  it("keeps the prefix where the text is cut", () => {
    const prefix = "=".repeat(20);
    const window = buildRunWindow(behind({ kind: "prefix", from: 9, prefix }, 9), characters(true), nCtx);
    assert.ok(window.ids.length <= nCtx && window.truncated);
    assert.equal(window.tokens.filter((token) => token.prefix).length, 20);
    assert.equal(window.tokens.at(-1)!.end, text.length);
    for (const token of window.tokens.slice(21)) assert.equal(token.text, text.slice(token.start, token.end));
  });

  it("is the prefix alone where there is no text behind it", () => {
    const context = { kind: "prefix", from: 7, prefix: "ab" } as const;
    const { tokens } = buildRunWindow(
      { kind: "text", text: "", offset: 7, context },
      characters(false),
      nCtx,
    );
    assert.deepEqual(
      tokens.map(({ start, end, prefix }) => [start, end, prefix]),
      [
        [7, 7, true],
        [7, 7, true],
      ],
    );
  });

  it("is refused where the prefix leaves no room", () => {
    const context = { kind: "prefix", from: 0, prefix: "x".repeat(nCtx) } as const;
    assert.throws(() => buildRunWindow(behind(context, 0), characters(false), nCtx), {
      code: "prefix-too-long",
    });
  });
});
