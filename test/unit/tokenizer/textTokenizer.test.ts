import assert from "node:assert/strict";
import fs from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import type { BosPolicy } from "../../../src/base/bosPolicy";
import { seededRandom } from "../../../src/base/random";
import { longestRun } from "../../../src/tokenizer/symbolText";
import { createTokenizer, type TextTokenizer } from "../../../src/tokenizer/textTokenizer";
import { oracleDir, oracleIt } from "../../support/oracle";
import { byteLevelJson, metaspaceJson, template, type TokenizerJson } from "../../support/tokenizerJson";

const load = (file: string) => JSON.parse(fs.readFileSync(oracleDir(file), "utf8")) as TokenizerJson;

/** What is hard about text, as bricks of random texts. */
const bricks = [
  ..."abehlortz <>{}.,'!?_0123\n\t",
  ..." \u00a0\u3000\u2003\u0000\u200b",
  ...["\r\n", "  ", "   \n", "'s", "'ll", "don't", "The", " the", "hello", " world", "12345", "def f():\n\t"],
  ...[
    "é",
    "e\u0301",
    "ñ",
    "ß",
    "İ",
    "ﬁ",
    "½",
    "Å",
    "\u0301",
    "\u0323\u0301",
    "q\u0307\u0323",
    "한",
    "\u1112\u1161\u11ab",
    "ㄱㅏ",
  ],
  ...["中文", "日本語", "العربية", "हिन्दी", "ไทย", "שָׁלוֹם", "🙂", "👩‍👩‍👧", "🇩🇪", "👍🏽", "𝒳", "\u200d", "\ufe0f"],
  ...["<|endoftext|>", "<s>", "</s>", "<unk>", "<|end", "<0x0A>", "▁", "▁▁", "[INST]", "�"],
];

function randomText(random: () => number, extra: readonly string[] = []): string {
  const all = [...bricks, ...extra];
  let text = "";
  for (let n = Math.floor(random() * 14); n >= 0; n--) text += all[Math.floor(random() * all.length)];
  return text;
}

/** Ranges are in order, inside the text and without holes; exact texts rebuild the text; each text is its range's. */
function checkRanges(tokenizer: TextTokenizer, text: string, exact: boolean): void {
  const { ids, tokens } = tokenizer.encode(text);
  const said = JSON.stringify(text);
  assert.deepEqual(
    ids,
    tokens.map((token) => token.id),
    said,
  );
  const plain = text.replace(/\p{Surrogate}/gu, "\ufffd");
  let covered = 0;
  let start = 0;
  let rebuilt = "";
  for (const token of tokens) {
    assert.ok(token.start <= token.end && token.end <= text.length, said);
    if (token.special) {
      assert.equal(token.start, token.end, said);
      continue;
    }
    assert.ok(token.start >= start && token.start <= covered, `${said}: ${JSON.stringify(token)}`);
    assert.equal(token.text, plain.slice(token.start, token.end), said);
    if (exact) assert.ok(!token.approximate, `${said}: ${JSON.stringify(token)}`);
    if (token.end > covered) rebuilt += token.text.slice(covered - token.start);
    covered = Math.max(covered, token.end);
    start = token.start;
  }
  assert.equal(rebuilt, plain, said);
}

const llama3Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const merges = [
  "h e",
  "l l",
  "he ll",
  "hell o",
  "Ġ t",
  "Ġt h",
  "Ġth e",
  "Ġ Ġ",
  "ĠĠ Ġ",
  "Ċ ĉ",
  "ã ģ",
  "ð Ł",
  "Ã ©",
  "1 2",
  "' s",
];
const added = [{ content: "<|endoftext|>" }, { content: "  ", special: false, normalized: true }];
const metaMerges = ["▁ t", "▁t h", "▁th e", "▁ ▁", "▁▁ ▁▁", "h e", "l l", "he ll", "hell o", "o ▁", "e r"];
const split = (pattern: string) => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
});

const synthetic: Record<string, TokenizerJson> = {
  "byte-level": byteLevelJson({ merges, added }),
  "byte-level with a prefix space": byteLevelJson({
    merges,
    added,
    preTokenizer: { type: "ByteLevel", add_prefix_space: true, use_regex: true },
  }),
  "byte-level after NFC": byteLevelJson({ merges, added, normalizer: { type: "NFC" } }),
  "byte-level after NFKC": byteLevelJson({ merges, normalizer: { type: "NFKC" } }),
  "byte-level after NFD": byteLevelJson({ merges, normalizer: { type: "NFD" } }),
  "byte-level with Llama 3's pattern": byteLevelJson({ merges, added, preTokenizer: split(llama3Pattern) }),
  "byte-level with a begin token": byteLevelJson({
    merges,
    added,
    postProcessor: template("<|endoftext|>", 271),
  }),
  metaspace: metaspaceJson({ merges: metaMerges }),
  "metaspace without byte fallback": metaspaceJson({ merges: metaMerges, model: { byte_fallback: false } }),
  "metaspace as a pre-tokenizer": metaspaceJson({
    merges: metaMerges,
    normalizer: null,
    preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
  }),
};

describe("tokenizers on random text", () => {
  for (const [name, json] of Object.entries(synthetic)) {
    it(`give the library's ids and exact ranges: ${name}`, () => {
      const ours = createTokenizer(json, null, 4096);
      const theirs = new Tokenizer(json, {});
      const random = seededRandom(31);
      for (let i = 0; i < 1500; i++) {
        const text = randomText(random);
        assert.deepEqual(ours.encode(text).ids, theirs.encode(text).ids, JSON.stringify(text));
        checkRanges(ours, text, true);
      }
    });

    it(`keep ranges in order whatever the text: ${name}`, () => {
      const ours = createTokenizer(json, null, 4096);
      const random = seededRandom(32);
      const odd = ["\ud800", "\udc00", "\ufeff", "\u0085", "\u2028", "\uffff", "Σ"];
      for (let i = 0; i < 500; i++) checkRanges(ours, randomText(random, odd), false);
      for (let i = 0; i < 500; i++) {
        const units = Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 0x10000));
        checkRanges(ours, String.fromCharCode(...units), false);
      }
    });
  }

  for (const [name, file] of [
    ["GPT-2", "tokenizers/gpt2/tokenizer.hf.json"],
    ["GPT-NeoX", "tokenizers/gpt-neox/20B_tokenizer.json"],
    ["stories260K", "stories260K/hf/tokenizer.json"],
  ] as const) {
    oracleIt(`give the library's ids and exact ranges: ${name}`, file, () => {
      const json = load(file);
      const ours = createTokenizer(json, null, 60000);
      const theirs = new Tokenizer(json, {});
      const random = seededRandom(33);
      for (let i = 0; i < 1500; i++) {
        const text = randomText(random);
        assert.deepEqual(ours.encode(text).ids, theirs.encode(text).ids, JSON.stringify(text));
        checkRanges(ours, text, true);
      }
    });
  }
});

describe("tokenizers against other programs", () => {
  oracleIt(
    "give GPT-2's published ids, and the text back",
    "tokenizers/testcases/tokenizersjs_cases.json",
    () => {
      const json = load("tokenizers/gpt2/tokenizer.hf.json");
      // The file is GPT-2's vocabulary with later added runs of spaces; GPT-2 itself has only the one special token.
      json["added_tokens"] = (json["added_tokens"] as { content: string }[]).filter(
        (t) => t.content === "<|endoftext|>",
      );
      const tokenizer = createTokenizer(json, null, 50257);
      const { cases } = JSON.parse(
        fs.readFileSync(oracleDir("tokenizers/testcases/tokenizersjs_cases.json"), "utf8"),
      ) as {
        cases: Record<string, { name: string; text: string; ids: number[] }[]>;
      };
      assert.ok(cases["Xenova/gpt2"].length > 20);
      for (const { name, text, ids } of cases["Xenova/gpt2"]) {
        assert.deepEqual(tokenizer.encode(text).ids, ids, name);
        assert.equal(tokenizer.decode(ids), text, name);
        checkRanges(tokenizer, text, true);
      }
    },
  );

  oracleIt("give stories260K's published ids", "stories260K/reference.json", () => {
    const tokenizer = createTokenizer(
      load("stories260K/hf/tokenizer.json"),
      load("stories260K/hf/tokenizer_config.json"),
      512,
    );
    const { tokenization_cases: cases } = load("stories260K/reference.json") as unknown as {
      tokenization_cases: { text: string; ids: number[] }[];
    };
    assert.ok(cases.length > 5);
    assert.deepEqual([tokenizer.addsBos, tokenizer.bosId, tokenizer.eosId], [true, 1, 2]);
    for (const { text, ids } of cases) {
      assert.deepEqual(tokenizer.encode(text).ids, ids, text);
      assert.deepEqual(tokenizer.encode(text, { addSpecial: false }).ids, ids.slice(1), text);
      assert.equal(tokenizer.decode(ids.slice(1)), text);
      checkRanges(tokenizer, text, true);
    }
  });

  it("follow the reference where the library does not: byte-order mark and U+0085", () => {
    // Unicode's White_Space has U+0085 and lacks U+FEFF, so the first joins punctuation and the second does not.
    const tokenizer = createTokenizer(byteLevelJson({ merges: ["¿ #", "ħ #"] }), null, 400);
    assert.equal(tokenizer.encode("\ufeff#").ids.length, 3);
    assert.equal(tokenizer.encode("\u0085#").ids.length, 3);
  });
});

describe("long texts", () => {
  const words = ["hello", "the", "world", "hell", "ether", "o", "\n", "é", "中", "▁"];
  const story = (n: number) => {
    const random = seededRandom(9);
    return Array.from({ length: n }, () => words[Math.floor(random() * words.length)]).join(" ");
  };

  it("have the ids that the library gives them as a whole", () => {
    for (const json of [
      synthetic["metaspace"],
      synthetic["metaspace without byte fallback"],
      synthetic["byte-level"],
    ]) {
      const text = story(3000);
      assert.deepEqual(
        createTokenizer(json, null, 4096).encode(text).ids,
        new Tokenizer(json, {}).encode(text).ids,
      );
    }
  });

  it("may be one word of tens of thousands of characters that all could merge", () => {
    const tokenizer = createTokenizer(synthetic["byte-level"], null, 4096);
    const { tokens } = tokenizer.encode("l".repeat(50_001));
    assert.equal(tokens.length, 25_001);
    assert.deepEqual([tokens[7].start, tokens[7].end], [14, 16]);
    assert.equal(tokens.at(-1)?.end, 50_001);
  });

  it("may be one word of any length where merges leave places to cut", () => {
    const tokenizer = createTokenizer(synthetic["byte-level"], null, 4096);
    assert.equal(tokenizer.encode("hello".repeat(150_000)).ids.length, 150_000);
  });

  it("are refused where a run without such a place is too long", () => {
    const tokenizer = createTokenizer(synthetic["byte-level"], null, 4096);
    assert.throws(() => tokenizer.encode("l".repeat(longestRun + 1)), { code: "text-too-long" });
  });

  it("may be of the metaspace kind without a break", () => {
    const tokenizer = createTokenizer(synthetic["metaspace"], null, 4096);
    assert.equal(tokenizer.encode(" ".repeat(50_000)).tokens.at(-1)?.end, 50_000);
    assert.equal(tokenizer.encode("x".repeat(300_000)).ids.length, 300_002);
  });

  it("are refused, not fatal, where a pattern exhausts the regular expression engine", () => {
    const tokenizer = createTokenizer(byteLevelJson({ preTokenizer: split("(a|b)+") }), null, 4096);
    assert.throws(() => tokenizer.encode("ab".repeat(6_000_000)), { code: "text-too-long" });
  });

  it("can be stopped, and give the same when they are not", async () => {
    const tokenizer = createTokenizer(synthetic["byte-level"], null, 4096);
    const text = story(60_000);
    const seen: number[] = [];
    const encoding = await tokenizer.encodeLong(text, { onProgress: ({ done }) => seen.push(done) });
    assert.deepEqual(encoding.ids, tokenizer.encode(text).ids);
    assert.ok(seen.length >= 3);
    const stop = new AbortController();
    const stopped = tokenizer.encodeLong(text, { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(stopped, { code: "cancelled" });
  });
});

describe("texts of ids", () => {
  const bytes = createTokenizer(
    byteLevelJson({ merges: ["Ġ â", "Ġâ Ĥ", "h é".replace("é", "Ã")], added }),
    null,
    400,
  );
  const meta = createTokenizer(
    metaspaceJson({ merges: metaMerges }),
    { bos_token: { content: "<s>" }, eos_token: "</s>" },
    400,
  );
  const idOf = (tokenizer: TextTokenizer, text: string) => {
    for (let id = 0; id < 400; id++) if (tokenizer.text(id) === text) return id;
    return assert.fail(text);
  };

  it("show spaces as spaces and broken characters as bytes", () => {
    assert.deepEqual(
      bytes.encode(" €").ids.map((id) => bytes.text(id)),
      [" <0xE2><0x82>", "<0xAC>"],
    );
    assert.equal(bytes.text(idOf(bytes, "\n")), "\n");
    assert.equal(bytes.text(idOf(bytes, "<|endoftext|>")), "<|endoftext|>");
  });

  it("show metaspace pieces and fallback bytes as what they stand for", () => {
    assert.deepEqual(
      meta.encode("the {").ids.map((id) => meta.text(id)),
      ["<s>", " the", " ", "{"],
    );
    assert.deepEqual(
      meta
        .encode("😀", { addSpecial: false })
        .ids.slice(1)
        .map((id) => meta.text(id)),
      ["<0xF0>", "<0x9F>", "<0x98>", "<0x80>"],
    );
    assert.equal(meta.text(3 + 0x0a), "\n");
  });

  it("show an unknown id as its number", () => {
    assert.deepEqual([bytes.text(399), bytes.text(-1), bytes.decode([399])], ["[399]", "[-1]", "[399]"]);
  });

  it("join characters that tokens share", () => {
    assert.equal(bytes.decode(bytes.encode("€ 🙂\ufeff<|endoftext|>é").ids), "€ 🙂\ufeff<|endoftext|>é");
    assert.equal(meta.decode(meta.encode("the € 🙂", { addSpecial: false }).ids), "the € 🙂");
    assert.equal(bytes.decode(bytes.encode("€").ids.slice(0, 2)), "\ufffd");
    assert.equal(bytes.decode([]), "");
  });

  it("name the tokens that begin and end a text", () => {
    assert.deepEqual([meta.addsBos, meta.bosId, meta.eosId], [true, 1, 2]);
    assert.deepEqual([bytes.addsBos, bytes.bosId, bytes.eosId], [false, null, null]);
    const named = createTokenizer(
      byteLevelJson({ added }),
      { bos_token: "<|endoftext|>", eos_token: "nobody" },
      400,
    );
    assert.deepEqual([named.addsBos, named.bosId, named.eosId], [false, 256, null]);
  });
});

describe("a beginning-of-sequence token", () => {
  const config = { bos_token: "<s>" };
  const after = (before: string[]) => ({
    type: "TemplateProcessing",
    single: [
      ...before.map((id) => ({ SpecialToken: { id, type_id: 0 } })),
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "</s>", type_id: 0 } },
    ],
    special_tokens: { "<s>": { id: "<s>", ids: [1] }, "</s>": { id: "</s>", ids: [2] } },
  });
  const adding = createTokenizer(metaspaceJson(), config, 1000);
  const plain = createTokenizer(metaspaceJson({ postProcessor: { type: "ByteLevel" } }), config, 1000);
  const both = createTokenizer(metaspaceJson({ postProcessor: after(["<s>"]) }), config, 1000);
  const nameless = createTokenizer(byteLevelJson(), null, 1000);

  const cases: [string, TextTokenizer, BosPolicy, number[], number[]][] = [
    ["is put by a tokenizer that adds it", adding, "auto", [1], []],
    ["is not put twice", adding, "always", [1], []],
    ["is left out where it is not wanted", adding, "never", [], []],
    ["is not put by a tokenizer that adds none", plain, "auto", [], []],
    ["is put where it is asked for", plain, "always", [1], []],
    ["is left out, but not what ends the text", both, "never", [], [2]],
    ["is not there for a tokenizer without one", nameless, "never", [], []],
  ];
  for (const [name, tokenizer, bos, first, last] of cases) {
    it(`${name} (${bos})`, async () => {
      const text = "ab c";
      const bare = tokenizer.encode(text, { addSpecial: false });
      const { ids, tokens } = tokenizer.encode(text, { bos });
      assert.deepEqual(ids, [...first, ...bare.ids, ...last]);
      assert.deepEqual(tokens.slice(first.length, first.length + bare.tokens.length), bare.tokens);
      for (const token of tokens.slice(0, first.length)) {
        assert.deepEqual(token, { id: 1, text: "<s>", start: 0, end: 0, special: true });
      }
      assert.deepEqual((await tokenizer.encodeLong(text, { bos })).ids, ids);
    });
  }

  it("that a tokenizer does not have is refused", async () => {
    assert.throws(() => nameless.encode("a", { bos: "always" }), { code: "no-bos-token" });
    await assert.rejects(nameless.encodeLong("a", { bos: "always" }), { code: "no-bos-token" });
  });
});
