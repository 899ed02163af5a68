// Trains the byte-level BPE tokenizer and encodes the corpus with it.
//
//   node tokenizer.mjs [--cache DIR] [--model DIR] [--encode-only]
//
// Writes tokenizer.json and tokenizer_config.json (GPT-2 style, 4,096 entries)
// into the model folder, and tokens/{train,heldOut}.{ts,js,md}.bin (uint16, each
// document followed by <|endoftext|>) into the cache folder.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const option = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const cache = option("--cache", join(homedir(), ".cache", "introspect-train"));
const modelFolder = option(
  "--model",
  fileURLToPath(new URL("../../models/introspect-small", import.meta.url)),
);
const encodeOnly = process.argv.includes("--encode-only");

const vocabSize = 4096;
const endOfText = "<|endoftext|>";
/** Characters of each kind the merges are learned from: code and English in balance. */
const sampleSize = { ts: 3_500_000, js: 1_500_000, md: 5_000_000 };
const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** GPT-2's printable character for every byte. */
const byteCharacters = (() => {
  const printable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const spelled = (word) => Array.from(Buffer.from(word, "utf8"), (byte) => byteCharacters[byte]);

function readDocuments(split, kind) {
  const lines = readFileSync(join(cache, "text", `${split}.${kind}.jsonl`), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line).text);
}

/** Every n-th document, so that about `size` characters of all packages are seen. */
function sampled(documents, size) {
  const total = documents.reduce((sum, text) => sum + text.length, 0);
  let credit = 0;
  return documents.filter(() => {
    credit += size / total;
    if (credit < 1) return false;
    credit -= 1;
    return true;
  });
}

function learnMerges() {
  const counts = new Map();
  for (const [kind, size] of Object.entries(sampleSize)) {
    for (const text of sampled(readDocuments("train", kind), size)) {
      for (const [word] of text.matchAll(wordPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const words = [...counts]
    .filter(([, count]) => count > 1)
    .map(([word, count]) => ({ parts: spelled(word), count }));
  const pairCounts = new Map();
  const pairWords = new Map();
  const add = (word, index, sign) => {
    for (let at = 0; at + 1 < word.parts.length; at++) {
      const pair = `${word.parts[at]} ${word.parts[at + 1]}`;
      pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + sign * word.count);
      if (sign > 0) {
        if (!pairWords.has(pair)) pairWords.set(pair, new Set());
        pairWords.get(pair).add(index);
      }
    }
  };
  words.forEach((word, index) => add(word, index, 1));
  const merges = [];
  while (256 + merges.length + 1 < vocabSize) {
    let best;
    let most = 0;
    for (const [pair, count] of pairCounts) {
      if (count > most || (count === most && pair < best)) [best, most] = [pair, count];
    }
    merges.push(best);
    const [left, right] = best.split(" ");
    for (const index of pairWords.get(best)) {
      const word = words[index];
      add(word, index, -1);
      const parts = [];
      for (let at = 0; at < word.parts.length; at++) {
        if (word.parts[at] === left && word.parts[at + 1] === right) {
          parts.push(left + right);
          at++;
        } else parts.push(word.parts[at]);
      }
      word.parts = parts;
      add(word, index, 1);
    }
    pairCounts.delete(best);
    pairWords.delete(best);
  }
  return merges;
}

function tokenizerFrom(merges) {
  const vocabulary = [...byteCharacters].sort().concat(
    merges.map((merge) => merge.replace(" ", "")),
    endOfText,
  );
  if (new Set(vocabulary).size !== vocabSize) throw new Error("the vocabulary has repeated entries");
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: vocabSize - 1,
        content: endOfText,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges: merges.map((merge) => merge.split(" ")),
    },
  };
}

function encoderOf(tokenizer) {
  const ids = new Map(Object.entries(tokenizer.model.vocab));
  const ranks = new Map(tokenizer.model.merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const known = new Map();
  const encodeWord = (word) => {
    let parts = spelled(word);
    for (;;) {
      let best = Infinity;
      let place = -1;
      for (let at = 0; at + 1 < parts.length; at++) {
        const rank = ranks.get(`${parts[at]} ${parts[at + 1]}`) ?? Infinity;
        if (rank < best) [best, place] = [rank, at];
      }
      if (place < 0) return parts.map((part) => ids.get(part));
      parts = [...parts.slice(0, place), parts[place] + parts[place + 1], ...parts.slice(place + 2)];
    }
  };
  return (text) => {
    const result = [];
    for (const [word] of text.matchAll(wordPattern)) {
      let encoded = known.get(word);
      if (!encoded) known.set(word, (encoded = encodeWord(word)));
      for (const id of encoded) result.push(id);
    }
    return result;
  };
}

mkdirSync(modelFolder, { recursive: true });
mkdirSync(join(cache, "tokens"), { recursive: true });
const tokenizerFile = join(modelFolder, "tokenizer.json");
if (!encodeOnly) {
  writeFileSync(tokenizerFile, `${JSON.stringify(tokenizerFrom(learnMerges()))}\n`);
  const config = {
    tokenizer_class: "GPT2Tokenizer",
    add_bos_token: false,
    add_prefix_space: false,
    bos_token: endOfText,
    eos_token: endOfText,
    unk_token: endOfText,
    model_max_length: 512,
  };
  writeFileSync(join(modelFolder, "tokenizer_config.json"), `${JSON.stringify(config, undefined, 2)}\n`);
}
const encode = encoderOf(JSON.parse(readFileSync(tokenizerFile, "utf8")));
for (const split of ["heldOut", "train"]) {
  for (const kind of ["ts", "js", "md"]) {
    const documents = readDocuments(split, kind);
    const all = [];
    for (const text of documents) {
      for (const id of encode(text)) all.push(id);
      all.push(vocabSize - 1);
    }
    writeFileSync(
      join(cache, "tokens", `${split}.${kind}.bin`),
      new Uint8Array(Uint16Array.from(all).buffer),
    );
    const bytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    console.log(
      split,
      kind,
      documents.length,
      "documents",
      bytes,
      "bytes",
      all.length,
      "tokens",
      (bytes / all.length).toFixed(2),
      "bytes/token",
    );
  }
}
