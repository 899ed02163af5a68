import assert from "node:assert/strict";
import { BPE } from "@huggingface/tokenizers";
import { seededRandom } from "../../../src/base/random";
import { characterOfByte } from "../../../src/tokenizer/byteAlphabet";
import { readModel } from "../../../src/tokenizer/readModel";
import { inByteAlphabet } from "../../../src/tokenizer/symbolText";
import { WordEncoder } from "../../../src/tokenizer/words";
import { byteLevelJson, metaspaceJson } from "../../support/tokenizerJson";

/** The library's ids of a word as a whole. */
function idsOfLibrary(model: Record<string, unknown>, word: string): number[] {
  const library = new BPE({ ignore_merges: false, ...model } as ConstructorParameters<typeof BPE>[0]);
  return library.encode([word]).map((piece) => library.tokens_to_ids.get(piece) as number);
}

/** Ids and ranges of a word, and the number of parts it was cut into. */
function encode(encoder: WordEncoder, word: string) {
  const found = { ids: [] as number[], ranges: [] as [number, number][], parts: 0 };
  encoder.encode(word, ({ ids, starts, ends }, shift) => {
    found.parts++;
    found.ids.push(...ids);
    ids.forEach((_, i) => found.ranges.push([shift + starts[i], shift + ends[i]]));
  });
  return found;
}

interface Kind {
  readonly name: string;
  readonly bytes: boolean;
  readonly model: Record<string, unknown>;
  readonly letters: readonly string[];
}

const merges = ["a b", "ab a", "b c", "c aba", "d d", "dd dd"];
/** The last byte of one character with the first of the next, for every length; then bytes within one. */
const pairs = [0x80e4, 0xade6, 0x87f0, 0x61c3, 0xa962, 0xc3a9, 0xf09f];
const byteMerges = [
  ...pairs.map((pair) => `${characterOfByte[pair >> 8]} ${characterOfByte[pair & 0xff]}`),
  ...merges,
];
const letters = [..."aabbccddxy"];
const wide = ["é", "中", "😀", "文"];
const kinds: readonly Kind[] = [
  {
    name: "bytes",
    bytes: true,
    model: byteLevelJson({ merges: byteMerges }).model,
    letters: [...letters, ...wide],
  },
  { name: "bytes of ASCII", bytes: true, model: byteLevelJson({ merges }).model, letters },
  {
    name: "bytes, whole words first",
    bytes: true,
    model: byteLevelJson({ merges: byteMerges, model: { ignore_merges: true } }).model,
    letters: [...letters, ...wide],
  },
  {
    name: "characters with byte fallback",
    bytes: false,
    model: metaspaceJson({ merges }).model,
    letters: [...letters, ...wide],
  },
  {
    name: "characters with an unknown token for each",
    bytes: false,
    model: metaspaceJson({ merges, model: { byte_fallback: false, fuse_unk: false } }).model,
    letters: [...letters, ...wide],
  },
];

describe("long words, cut where no merge can reach across", () => {
  for (const { name, bytes, model, letters: bricks } of kinds) {
    it(`have the tokens of the whole: ${name}`, () => {
      const random = seededRandom(5);
      const encoder = new WordEncoder(readModel(model), bytes);
      for (let n = 0; n < 60; n++) {
        const length = 130 + Math.floor(random() * 300);
        const word = Array.from({ length }, () => bricks[Math.floor(random() * bricks.length)]).join("");
        const { ids, ranges, parts } = encode(encoder, word);
        assert.deepEqual(ids, idsOfLibrary(model, bytes ? inByteAlphabet(word) : word), word);
        assert.ok(parts > 20, `${parts} parts`);
        let covered = 0;
        for (const [start, end] of ranges) {
          assert.ok(start <= covered && end >= covered && start < end, word);
          covered = end;
        }
        assert.equal(covered, word.length);
      }
    });
  }

  it("fuse unknown characters wherever they stand", () => {
    const model = metaspaceJson({ merges, model: { byte_fallback: false } }).model;
    const { ids, ranges } = encode(new WordEncoder(readModel(model), false), `${"x".repeat(150)}中😀文y`);
    assert.equal(ids.length, 152);
    assert.deepEqual(ranges.slice(-2), [
      [150, 154],
      [154, 155],
    ]);
  });

  it("do not fuse the unknown token with its name spelled out", () => {
    const spelled = { "<": 400, u: 401, n: 402, k: 403, ">": 404, "<u": 405, "<un": 406, "<unk": 407 };
    const plain = metaspaceJson({ model: { byte_fallback: false } }).model;
    const model = {
      ...plain,
      vocab: { ...plain.vocab, ...spelled, u: plain.vocab["u"], n: plain.vocab["n"], k: plain.vocab["k"] },
      merges: ["< u", "<u n", "<un k", "<unk >"],
    };
    const { ids, ranges } = encode(new WordEncoder(readModel(model), false), "中<unk>中");
    assert.deepEqual(ids, [0, 0, 0]);
    assert.deepEqual(ranges, [
      [0, 1],
      [1, 6],
      [6, 7],
    ]);
  });

  it("let the neighbours of a dropped character meet", () => {
    const model = metaspaceJson({
      merges,
      model: { byte_fallback: false, unk_token: null, fuse_unk: false },
    }).model;
    const { ids } = encode(new WordEncoder(readModel(model), false), `${"x".repeat(150)}a中b`);
    assert.equal(ids.length, 151);
    assert.equal(ids.at(-1), (model.vocab as Record<string, number>)["ab"]);
  });

  it("are one token where the vocabulary has them whole and merges are ignored, and their parts are not", () => {
    const long = "x".repeat(200);
    // "xx" can be a part because of the merge that joins two of them; by itself no merge makes it.
    const pieces = { ax: 900, xb: 901, axxb: 902, xx: 903, [long]: 904 };
    const plain = byteLevelJson().model;
    const model = {
      ...plain,
      vocab: { ...plain.vocab, ...pieces },
      merges: ["a x", "x b", "ax xb"],
      ignore_merges: true,
    };
    const encoder = new WordEncoder(readModel(model), true);
    assert.deepEqual(encode(encoder, long), { ids: [904], ranges: [[0, 200]], parts: 1 });
    assert.deepEqual(encode(encoder, "xx").ids, [903]);
    const word = "yxxyaxxb".repeat(30);
    assert.deepEqual(encode(encoder, word).ids, idsOfLibrary(model, word));
    assert.ok(!encode(encoder, word).ids.includes(903));
  });
});
