import assert from "node:assert/strict";
import { createTokenizer, type TextTokenizer } from "../../../src/tokenizer/textTokenizer";
import { byteLevelJson, metaspaceJson, template } from "../../support/tokenizerJson";

/** Token texts with their ranges, in short: "text@start-end", with "!" for approximate and "*" for special. */
function show(tokenizer: TextTokenizer, text: string): string[] {
  const { ids, tokens } = tokenizer.encode(text);
  assert.deepEqual(
    ids,
    tokens.map((token) => token.id),
  );
  return tokens.map((t) => `${t.text}@${t.start}-${t.end}${t.approximate ? "!" : ""}${t.special ? "*" : ""}`);
}

const make = (json: unknown) => createTokenizer(json, null, 1000);

type Case = readonly [name: string, text: string, expected: readonly string[]];

function check(tokenizer: TextTokenizer, cases: readonly Case[]): void {
  for (const [name, text, expected] of cases) {
    it(name, () => assert.deepEqual(show(tokenizer, text), expected));
  }
}

describe("ranges of byte-level tokens", () => {
  const merges = ["h e", "l l", "Ġ w", "Ġw o", "Ã ©", "ð Ł", "ðŁ ĺ", "č Ċ", "Ġ Ġ"];
  const added = [{ content: "<|end|>" }, { content: "<|endof|>" }];
  check(make(byteLevelJson({ merges, added })), [
    ["give the leading space to the following token", "he wo", ["he@0-2", " wo@2-5"]],
    ["keep spaces apart that the pattern keeps apart", "  wo", [" @0-1", " wo@1-4"]],
    ["are empty for an empty text", "", []],
    ["cover a character of two bytes once when they are one token", "hé", ["h@0-1", "é@1-2"]],
    ["give tokens that share a character its whole range", "😀l", ["😀@0-2", "😀@0-2", "l@2-3"]],
    ["cover each half of a line end of Windows, or both in one token", "\r\n", ["\r\n@0-2"]],
    [
      "count tabs, NUL and the byte-order mark as characters",
      "\t\u0000\ufeff",
      ["\t@0-1", "\u0000@1-2", "\ufeff@2-3", "\ufeff@2-3", "\ufeff@2-3"],
    ],
    ["keep a combining mark apart from its letter", "e\u0301", ["e@0-1", "\u0301@1-2", "\u0301@1-2"]],
    ["cover a spelled-out special token's characters", "he<|end|>he", ["he@0-2", "<|end|>@2-9", "he@9-11"]],
    ["take the longest of several special tokens", "<|endof|>", ["<|endof|>@0-9"]],
    ["take a special token that is not whole as text", "<|e", ["<@0-1", "|@1-2", "e@2-3"]],
    [
      "mark a lone surrogate and its token as approximate",
      "l\ud800l",
      ["l@0-1", "\ufffd@1-2!", "\ufffd@1-2!", "\ufffd@1-2!", "l@2-3"],
    ],
    ["do not take a surrogate pair for a lone one", "😀", ["😀@0-2", "😀@0-2"]],
    ["leave markup as text", "<b>", ["<@0-1", "b@1-2", ">@2-3"]],
  ]);

  check(make(byteLevelJson({ merges, preTokenizer: { type: "ByteLevel", add_prefix_space: true } })), [
    ["give an added prefix space no width", "wo", ["wo@0-2"]],
    ["give a prefix space by itself no width", "\n", ["@0-0", "\n@0-1"]],
    ["leave a space that is there", " wo", [" wo@0-3"]],
  ]);

  check(make(byteLevelJson({ merges, added, postProcessor: template("<|end|>", 265) })), [
    ["are empty, at the start, for a token that the tokenizer adds", "he", ["<|end|>@0-0*", "he@0-2"]],
    ["mark only the added one, not the same token spelled out", "<|end|>", ["<|end|>@0-0*", "<|end|>@0-7"]],
  ]);

  const both = {
    type: "RobertaProcessing",
    cls: ["<|end|>", 265],
    sep: ["<|endof|>", 266],
  };
  check(make(byteLevelJson({ merges, added, postProcessor: both })), [
    [
      "are empty, at the end, for a token added after the text",
      "he",
      ["<|end|>@0-0*", "he@0-2", "<|endof|>@2-2*"],
    ],
  ]);

  check(
    make(
      byteLevelJson({
        merges,
        added: [
          { content: "<l>", lstrip: true },
          { content: "<r>", rstrip: true },
          { content: "<w>", single_word: true },
        ],
      }),
    ),
    [
      [
        "take in the space that a special token strips at its left",
        "l  <l> l",
        ["l@0-1", "  <l>@1-6", " @6-7", "l@7-8"],
      ],
      [
        "take in the space that a special token strips at its right",
        "l <r> \n l",
        ["l@0-1", " @1-2", "<r> \n @2-8", "l@8-9"],
      ],
      [
        "find a single word only between other characters than letters",
        "l<w> <w>",
        ["l@0-1", "<@1-2", "w@2-3", ">@3-4", " @4-5", "<w>@5-8"],
      ],
    ],
  );

  const llama3 = {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: {
          Regex:
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        },
        behavior: "Isolated",
        invert: false,
      },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  };
  check(make(byteLevelJson({ merges: ["1 2", "12 3", "' L", "'L L", "1 1"], preTokenizer: llama3 })), [
    ["follow a Split pattern", "1231", ["123@0-3", "1@3-4"]],
    ["follow a pattern that ignores case", "x'LL", ["x@0-1", "'LL@1-4"]],
    ["do not merge across pieces", "00011", ["0@0-1", "0@1-2", "0@2-3", "11@3-5"]],
  ]);

  const digits = (each: boolean) => ({
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: each },
      { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    ],
  });
  check(make(byteLevelJson({ merges: ["1 1", "x 1"], preTokenizer: digits(true) })), [
    ["keep digits apart", "x11", ["x@0-1", "1@1-2", "1@2-3"]],
  ]);
  check(make(byteLevelJson({ merges: ["1 1", "x 1"], preTokenizer: digits(false) })), [
    ["keep digits together", "x11", ["x@0-1", "11@1-3"]],
  ]);
});

describe("ranges after normalization", () => {
  const merges = ["Ã ©", "i Ì", "h e"];
  const normalized = (normalizer: unknown) => make(byteLevelJson({ merges, normalizer }));
  check(normalized({ type: "NFC" }), [
    ["cover a letter and its mark when they become one", "xe\u0301x", ["x@0-1", "e\u0301@1-3", "x@3-4"]],
    ["are as they were where nothing changed", "xé", ["x@0-1", "é@1-2"]],
    [
      "follow Korean syllables",
      "\u1112\u1161x",
      ["\u1112\u1161@0-2", "\u1112\u1161@0-2", "\u1112\u1161@0-2", "x@2-3"],
    ],
  ]);
  check(normalized({ type: "NFD" }), [
    ["share a letter that becomes two", "éx", ["é@0-1", "é@0-1", "é@0-1", "x@1-2"]],
  ]);
  check(normalized({ type: "NFKC" }), [
    ["share a ligature that becomes two letters", "xﬁx", ["x@0-1", "ﬁ@1-2", "ﬁ@1-2", "x@2-3"]],
    [
      "cover a ligature of several letters before a mark",
      "ﬁ\u0301",
      ["ﬁ\u0301@0-2", "ﬁ\u0301@0-2", "ﬁ\u0301@0-2"],
    ],
  ]);
  check(normalized({ type: "Lowercase" }), [
    ["follow letters that change", "HEx", ["HE@0-2", "x@2-3"]],
    ["share a letter that becomes two", "İx", ["İ@0-1", "İ@0-1", "İ@0-1", "x@1-2"]],
    ["know no final sigma, as the reference", "ΣΑΣ", ["Σ@0-1", "Σ@0-1", "Α@1-2", "Α@1-2", "Σ@2-3", "Σ@2-3"]],
  ]);
  it("lowers a final sigma to the same letter as any other", () => {
    const { ids } = normalized({ type: "Lowercase" }).encode("ΣΑΣ");
    assert.deepEqual(ids.slice(0, 2), ids.slice(4));
  });
  check(normalized({ type: "Strip", strip_left: true, strip_right: true }), [
    ["give stripped characters to a neighbour and say so", " he\n", [" he\n@0-4!"]],
  ]);
  check(normalized({ type: "Replace", pattern: { Regex: "l+" }, content: "he" }), [
    ["cover what a replacement stands for", "xlllx", ["x@0-1", "lll@1-4", "x@4-5"]],
    ["are exact where a replacement is as long as its match", "ll", ["ll@0-2"]],
  ]);
  check(normalized({ type: "Replace", pattern: { String: "l" }, content: "$&" }), [
    ["take a replacement as it is written", "l", ["l@0-1", "l@0-1"]],
  ]);
  const spaced = [{ content: "he", normalized: true, special: false }];
  check(make(byteLevelJson({ added: spaced, normalizer: { type: "Lowercase" } })), [
    ["find added tokens in the normalized text", "xHEx", ["x@0-1", "HE@1-3", "x@3-4"]],
  ]);
});

describe("ranges of metaspace tokens", () => {
  const merges = ["▁ a", "▁a b", "c d", "▁ ▁"];
  check(make(metaspaceJson({ merges })), [
    ["give the prepended mark no width", "ab", ["<s>@0-0*", "ab@0-2"]],
    ["cover a space with its mark", "ab ab", ["<s>@0-0*", "ab@0-2", " ab@2-5"]],
    ["keep a prepended mark by itself empty", "cd", ["<s>@0-0*", "@0-0", "cd@0-2"]],
    ["cover spaces at the start", "  cd", ["<s>@0-0*", " @0-1", " @1-2", "cd@2-4"]],
    ["show what a byte covers, not its name", "{", ["<s>@0-0*", "@0-0", "{@0-1"]],
    [
      "give bytes that share a character its whole range",
      "€",
      ["<s>@0-0*", "@0-0", "€@0-1", "€@0-1", "€@0-1"],
    ],
    ["cover line ends and tabs", "\r\n\t", ["<s>@0-0*", "@0-0", "\r@0-1", "\n@1-2", "\t@2-3"]],
    ["only have the added token for an empty text", "", ["<s>@0-0*"]],
    [
      "start anew after a spelled-out special token",
      "ab</s>ab",
      ["<s>@0-0*", "ab@0-2", "</s>@2-6", "ab@6-8"],
    ],
    ["take a mark in the text as itself", "▁ab", ["<s>@0-0*", "@0-0", "▁ab@0-3"]],
  ]);

  const metaspace = (options: object) =>
    make(
      metaspaceJson({
        merges,
        normalizer: null,
        preTokenizer: { type: "Metaspace", replacement: "▁", ...options },
        postProcessor: { type: "ByteLevel" },
      }),
    );
  check(metaspace({ prepend_scheme: "always", split: true }), [
    ["cut at every mark where the file says so", "ab  cd", ["ab@0-2", " @2-3", " @3-4", "cd@4-6"]],
    ["get a mark in each stretch", "ab</s>ab", ["ab@0-2", "</s>@2-6", "ab@6-8"]],
  ]);
  check(metaspace({ prepend_scheme: "first", split: false }), [
    ["merge marks where the file does not cut", "ab  cd", ["ab@0-2", "  @2-4", "cd@4-6"]],
    ["get a mark only at the beginning of the text", "ab</s>ab", ["ab@0-2", "</s>@2-6", "a@6-7", "b@7-8"]],
    ["get none behind a space", " ab", [" ab@0-3"]],
  ]);
  check(metaspace({ prepend_scheme: "never" }), [
    ["get no mark where the file says so", "ab", ["a@0-1", "b@1-2"]],
  ]);
  check(metaspace({ add_prefix_space: false }), [["read the older setting", "ab", ["a@0-1", "b@1-2"]]]);

  const unknown = (fuse: boolean) => make(metaspaceJson({ model: { byte_fallback: false, fuse_unk: fuse } }));
  check(unknown(true), [
    ["fuse unknown characters", "a\u4e2d😀b", ["<s>@0-0*", "@0-0", "a@0-1", "\u4e2d😀@1-4", "b@4-5"]],
  ]);
  check(unknown(false), [
    [
      "keep unknown characters apart",
      "a\u4e2d😀b",
      ["<s>@0-0*", "@0-0", "a@0-1", "\u4e2d@1-2", "😀@2-4", "b@4-5"],
    ],
  ]);
  check(make(metaspaceJson({ model: { byte_fallback: false, unk_token: null } })), [
    [
      "give a dropped character to the next token and say so",
      "a\u4e2db",
      ["<s>@0-0*", "@0-0", "a@0-1", "\u4e2db@1-3!"],
    ],
    [
      "give a dropped character at the end to the last token",
      "a\u4e2d",
      ["<s>@0-0*", "@0-0", "a\u4e2d@0-2!"],
    ],
  ]);
  check(make(metaspaceJson({ merges, model: { byte_fallback: false, unk_token: null } })), [
    [
      "let characters meet where one between them is dropped, as the reference implementation",
      "c\u4e2dd",
      ["<s>@0-0*", "@0-0", "c\u4e2dd@0-3"],
    ],
  ]);
  check(
    make(
      metaspaceJson({
        merges,
        model: {
          ignore_merges: true,
          vocab: {
            "▁": 0,
            a: 1,
            b: 2,
            c: 3,
            d: 4,
            "▁a": 5,
            "▁ab": 6,
            cd: 7,
            "▁▁": 8,
            "▁abcd": 9,
            "<unk>": 10,
          },
        },
      }),
    ),
    [["take a whole word where merges are ignored", "abcd", ["<s>@0-0*", "abcd@0-4"]]],
  );
});
