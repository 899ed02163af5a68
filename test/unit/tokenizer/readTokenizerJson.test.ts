import assert from "node:assert/strict";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import { createTokenizer } from "../../../src/tokenizer/textTokenizer";
import type { TokenizerErrorCode } from "../../../src/tokenizer/tokenizerError";
import { byteLevelJson, metaspaceJson, template, type TokenizerJson } from "../../support/tokenizerJson";

const base = () => byteLevelJson({ merges: ["h e", "l l"], added: [{ content: "<|end|>" }] });

/** A byte-level file with one thing changed. */
const changed = (change: (json: TokenizerJson) => void): TokenizerJson => {
  const json = base();
  change(json);
  return json;
};
const withModel = (fields: Record<string, unknown>) => changed((json) => Object.assign(json.model, fields));
const withField = (key: string, value: unknown) => changed((json) => (json[key] = value));
const withSplit = (fields: object) =>
  withField("pre_tokenizer", {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { String: "x" }, behavior: "Isolated", invert: false, ...fields },
      { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    ],
  });

/** A metaspace file whose fallback has its first n bytes only. */
function withFallback(n: number): TokenizerJson {
  const json = metaspaceJson();
  const entries = Object.entries(json.model.vocab).filter(([, id]) => id < 3 + n || id >= 3 + 256);
  json.model.vocab = Object.fromEntries(entries);
  return json;
}

/** An object nested in itself: { type: "Sequence", KEY: [ … ] }. */
function nested(key: string, depth: number, innermost: unknown): unknown {
  let value = innermost;
  for (let i = 0; i < depth; i++) value = { type: "Sequence", [key]: [value] };
  return value;
}

function refuses(
  code: TokenizerErrorCode,
  cases: readonly (readonly [string, unknown, RegExp?, number?])[],
): void {
  for (const [name, json, text, dVocab] of cases) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => createTokenizer(json, null, dVocab ?? 1000),
        (thrown) => {
          assert.ok(thrown instanceof CodedError, String(thrown));
          assert.equal(thrown.code, code, thrown.message);
          assert.match(thrown.message, text ?? /./);
          assert.ok(thrown.next?.endsWith("."));
          return true;
        },
      );
    });
  }
}

describe("a tokenizer.json that would not be followed exactly", () => {
  const wordLevel = { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" };
  refuses("tokenizer-unsupported", [
    ["Split with MergedWithPrevious", withSplit({ behavior: "MergedWithPrevious" }), /mergedwithprevious/],
    ["Split with MergedWithNext", withSplit({ behavior: "MergedWithNext" }), /mergedwithnext/],
    ["Split that removes what it matches", withSplit({ behavior: "Removed" }), /removes/],
    ["a pattern that is no regular expression", withSplit({ pattern: { Regex: "(" } })],
    ["a pattern of ten thousand characters", withSplit({ pattern: { Regex: "x".repeat(10_000) } })],
    ["a word-level model", withField("model", wordLevel), /WordLevel/],
    ["a WordPiece model", withField("model", { ...wordLevel, type: "WordPiece" }), /WordPiece/],
    ["a Unigram model", withField("model", { type: "Unigram", vocab: [["a", 0]], unk_id: 0 }), /Unigram/],
    ["a model of no kind", withField("model", { vocab: {} })],
    ["dropout", withModel({ dropout: 0.1 }), /dropout/],
    ["a prefix for pieces inside words", withModel({ continuing_subword_prefix: "##" })],
    ["a suffix for pieces at word ends", withModel({ end_of_word_suffix: "</w>" })],
    ["a merge of fallback bytes", metaspaceJson({ merges: ["h e", "<0xC3> <0xA9>"] }), /merges\[1\].*byte/],
    ["a merge of the unknown token", metaspaceJson({ merges: ["<unk> a"] }), /merges\[0\].*unknown/],
    ["a fallback that lacks bytes", withFallback(255), /byte_fallback.* 255 of 256/],
    ["a normalizer of another kind", withField("normalizer", { type: "Nmt" }), /Nmt/],
    ["a compiled normalizer", withField("normalizer", { type: "Precompiled", precompiled_charsmap: "" })],
    ["a byte-level normalizer", withField("normalizer", { type: "ByteLevel" })],
    [
      "a pre-tokenizer of another kind",
      withField("pre_tokenizer", { type: "UnicodeScripts" }),
      /UnicodeScripts/,
    ],
    ["a pre-tokenizer that drops spaces", withField("pre_tokenizer", { type: "WhitespaceSplit" })],
    [
      "a step after byte level",
      withField("pre_tokenizer", {
        type: "Sequence",
        pretokenizers: [{ type: "ByteLevel" }, { type: "Digits" }],
      }),
      /after/,
    ],
    ["a post-processor of another kind", withField("post_processor", { type: "Other" })],
    ["a decoder that does not fit", withField("decoder", { type: "WordPiece", prefix: "##" }), /decoder/],
  ]);
});

describe("a tokenizer.json that breaks its format", () => {
  refuses("tokenizer-malformed", [
    ["null", null],
    ["a list", []],
    ["a string", "tokenizer"],
    ["a file without a model", withField("model", null)],
    ["a vocabulary that is a list", withModel({ vocab: ["a"] })],
    ["a negative id", withModel({ vocab: { a: -1 } })],
    ["an id with a fraction", withModel({ vocab: { a: 0.5 } })],
    ["an id that is a string", withModel({ vocab: { a: "0" } })],
    ["one id for two pieces", withModel({ vocab: { a: 0, b: 0 } }), /two pieces/],
    ["merges that are missing", withModel({ merges: null })],
    ["a merge of three pieces", withModel({ merges: ["a b c"] }), /merges\[0\]/],
    ["a merge of a number", withModel({ merges: [["a", 1]] })],
    ["a merge of an empty piece", withModel({ merges: [["a", ""]] })],
    ["a merge of an unknown piece", withModel({ merges: ["h e", "l l", "中 e"] }), /merges\[2\].*中/],
    ["a merge into an unknown piece", withModel({ merges: [["h", "h"]] }), /"hh"/],
    ["an unknown token that is unknown", withModel({ unk_token: "<unk>" }), /unk_token/],
    ["a flag that is a number", withModel({ fuse_unk: 1 }), /fuse_unk/],
    ["added tokens that are an object", withField("added_tokens", {})],
    ["an added token without text", withField("added_tokens", [{ id: 1, content: "" }])],
    ["an added token without an id", withField("added_tokens", [{ content: "a" }])],
    [
      "normalizers nested without end",
      withField("normalizer", nested("normalizers", 50, { type: "NFC" })),
      /deep/,
    ],
    [
      "pre-tokenizers nested without end",
      withField("pre_tokenizer", nested("pretokenizers", 50, { type: "ByteLevel" })),
      /deep/,
    ],
    [
      "post-processors nested without end",
      withField("post_processor", nested("processors", 50, { type: "ByteLevel" })),
      /deep/,
    ],
    [
      "decoders nested without end",
      withField("decoder", nested("decoders", 50, { type: "ByteLevel" })),
      /deep/,
    ],
    [
      "a template without the text",
      withField("post_processor", { type: "TemplateProcessing", single: [], special_tokens: {} }),
    ],
    [
      "a template with an unknown token",
      withField("post_processor", { ...(template("<s>", 1) as object), special_tokens: {} }),
      /special_tokens/,
    ],
    ["half of a surrogate pair", withField("normalizer", { type: "Prepend", prepend: "\ud800" }), /half/],
    ["an empty pattern", withSplit({ pattern: { String: "" } })],
    ["a metaspace of two characters", withField("pre_tokenizer", { type: "Metaspace", replacement: "__" })],
    [
      "a scheme of another name",
      withField("pre_tokenizer", { type: "Metaspace", prepend_scheme: "sometimes" }),
    ],
  ]);

  refuses("vocabulary-mismatch", [
    ["a vocabulary larger than the model's", base(), /258.*257/, 258],
    [
      "an added token beyond the model's vocabulary",
      withField("added_tokens", [{ id: 999, content: "x" }]),
      /999/,
      300,
    ],
    [
      "a begin token beyond the model's vocabulary",
      withField("post_processor", template("<s>", 700)),
      /700/,
      300,
    ],
  ]);

  refuses("tokenizer-too-large", [
    ["an id beyond every vocabulary", withModel({ vocab: { a: 2 ** 22 }, merges: [] }), /4194304/, 2 ** 30],
  ]);

  it("may have a smaller vocabulary than the model", () => {
    assert.equal(createTokenizer(base(), null, 50_000).dVocab, 50_000);
  });

  it("may carry settings of another program: truncation and padding do not change a text", () => {
    const settings = {
      truncation: { max_length: 2, stride: 0, strategy: "LongestFirst", direction: "Right" },
      padding: { strategy: { Fixed: 8 }, pad_id: 0, pad_token: "!" },
    };
    const tokenizer = createTokenizer({ ...base(), ...settings }, null, 1000);
    assert.deepEqual(tokenizer.encode("hello").ids, createTokenizer(base(), null, 1000).encode("hello").ids);
    assert.equal(tokenizer.encode("hello").ids.length, 3);
  });

  it("may turn a fallback on and have no bytes for it", () => {
    assert.equal(createTokenizer(withFallback(0), null, 1000).encode("中").ids.at(-1), 0);
  });

  it("may have names that JavaScript's objects know", () => {
    const json = JSON.parse(
      '{"model":{"type":"BPE","vocab":{"__proto__":0,"constructor":1,"a":2},"merges":[]}}',
    ) as unknown;
    assert.deepEqual(createTokenizer(json, null, 3).encode("a").ids, [2]);
  });

  it("may be of the first releases: no type, merges as texts or pairs", () => {
    const json = byteLevelJson({ merges: ["h e"] });
    const { type: _, ...model } = json.model;
    for (const merges of [["h e"], [["h", "e"]]]) {
      const tokenizer = createTokenizer({ ...json, model: { ...model, merges } }, null, 1000);
      assert.deepEqual(tokenizer.encode("he").ids, [256]);
    }
  });
});

describe("a tokenizer.json with something changed at random", () => {
  const originals = [
    byteLevelJson({
      merges: ["h e", "l l", "Ġ t"],
      added: [{ content: "<|end|>", rstrip: true }],
      normalizer: {
        type: "Sequence",
        normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { Regex: "a+" }, content: "b" }],
      },
      preTokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: " ?\\p{L}+|\\s+" }, behavior: "Isolated", invert: false },
          { type: "Digits", individual_digits: true },
          { type: "ByteLevel", add_prefix_space: true, use_regex: false },
        ],
      },
      postProcessor: template("<|end|>", 259),
    }),
    metaspaceJson({ merges: ["▁ t", "h e"] }),
    metaspaceJson({
      merges: ["▁ t"],
      normalizer: null,
      preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: true },
    }),
  ];
  const texts = ["", " the hello 123\n<|end|>", "</s>é😀\ud800\u0000\ufeffaaa▁", "x".repeat(300)];

  it("is refused with a code, or gives ids of the vocabulary and ranges in order, 3 000 times", () => {
    const random = seededRandom(77);
    const seen = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const json = mutate(originals[i % originals.length], random);
      let outcome = "valid";
      try {
        const tokenizer = createTokenizer(json, { bos_token: json }, 600);
        for (const text of texts) checkEncoding(tokenizer.encode(text), text);
        for (const id of [0, 5, 300, 599]) assert.equal(typeof tokenizer.text(id), "string");
        assert.equal(typeof tokenizer.decode([0, 5, 300, 599]), "string");
      } catch (thrown) {
        if (!(thrown instanceof CodedError))
          throw new Error(`mutation ${i}: ${String(thrown)}`, { cause: thrown });
        outcome = thrown.code;
      }
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    assert.ok(seen.size >= 3 && (seen.get("valid") ?? 0) > 100, JSON.stringify([...seen]));
  });
});

function checkEncoding(
  { ids, tokens }: ReturnType<ReturnType<typeof createTokenizer>["encode"]>,
  text: string,
): void {
  assert.equal(ids.length, tokens.length);
  let covered = 0;
  for (const { id, start, end, special } of tokens) {
    assert.ok(Number.isInteger(id) && id >= 0 && id < 600, `id ${id}`);
    assert.ok(start <= end && end <= text.length);
    if (!special) {
      assert.ok(start <= covered);
      covered = Math.max(covered, end);
    }
  }
  assert.ok(covered === text.length || tokens.every((token) => token.special));
}

const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  2 ** 31,
  "",
  "a",
  " ",
  "▁",
  "BPE",
  "Sequence",
  "NFKC",
  "Lowercase",
  "(",
  "x*",
  [],
  {},
  [null],
  { type: "NFD" },
  { String: "a" },
  { Regex: "\\s" },
];

/** One to three places of a deep copy get another value, lose a field, or exchange places. */
function mutate(original: unknown, random: () => number): unknown {
  const root = { json: structuredClone(original) as unknown };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  for (let n = 1 + Math.floor(random() * 3); n > 0; n--) {
    let holder = root as Record<string, unknown>;
    let key = "json";
    // The vocabulary has most of the places; the walk gives each branch the same chance.
    while (random() < 0.8) {
      const inner = holder[key];
      if (typeof inner !== "object" || inner === null || Object.keys(inner).length === 0) break;
      holder = inner as Record<string, unknown>;
      key = pick(Object.keys(holder));
    }
    const kind = random();
    if (kind < 0.6 || holder === root) holder[key] = pick(values);
    else if (kind < 0.75) delete holder[key];
    else {
      const other = pick(Object.keys(holder));
      [holder[key], holder[other]] = [holder[other], holder[key]];
    }
  }
  // Through text and back: what a file can hold.
  return JSON.parse(JSON.stringify(root.json) ?? "null");
}
