/** Checks the "model" and "added_tokens" of a tokenizer.json. */
import { flagAt, idAt, listAt, objectAt, textAt, type JsonObject } from "./jsonShape";
import { malformed, TokenizerError, unsupported } from "./tokenizerError";
import type { AddedToken, BpeModel } from "./tokenizerSpec";

/** More entries than any vocabulary in use (the largest have about 260 000). */
const maxEntries = 4_000_000;

/**
 * A byte-pair model: every id once, every merge made of known pieces.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-unsupported", "tokenizer-too-large"
 */
export function readModel(value: unknown): BpeModel {
  const model = objectAt(value, "model");
  checkKind(model);
  const vocab = readVocab(model["vocab"]);
  const unk = model["unk_token"] ?? null;
  const unkId = unk === null ? null : vocab.get(textAt(unk, "model.unk_token"));
  if (unkId === undefined) throw malformed("model.unk_token", "is not in the vocabulary");
  return {
    vocab,
    merges: readMerges(model["merges"], vocab),
    unkId,
    fuseUnk: flagAt(model, "fuse_unk", "model"),
    byteFallback: flagAt(model, "byte_fallback", "model"),
    ignoreMerges: flagAt(model, "ignore_merges", "model"),
  };
}

/**
 * The added tokens.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-too-large"
 */
export function readAddedTokens(value: unknown): AddedToken[] {
  if (value === undefined || value === null) return [];
  const list = listAt(value, "added_tokens");
  checkSize(list.length, "added_tokens");
  return list.map((entry, i) => {
    const where = `added_tokens[${i}]`;
    const token = objectAt(entry, where);
    const content = textAt(token["content"], `${where}.content`);
    if (content === "") throw malformed(`${where}.content`, "is empty");
    const special = flagAt(token, "special", where);
    return {
      id: idAt(token["id"], `${where}.id`),
      content,
      special,
      singleWord: flagAt(token, "single_word", where),
      lstrip: flagAt(token, "lstrip", where),
      rstrip: flagAt(token, "rstrip", where),
      normalized: flagAt(token, "normalized", where, !special),
    };
  });
}

function checkKind(model: JsonObject): void {
  // Files of the first tokenizers releases leave the type of a BPE model out.
  const type = model["type"] ?? ("merges" in model ? "BPE" : "of no kind");
  if (type !== "BPE") {
    throw unsupported(
      "model",
      `is ${JSON.stringify(String(type).slice(0, 60))}; only byte-pair models (BPE) are read`,
    );
  }
  for (const key of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    const value = model[key] ?? "";
    if (textAt(value, `model.${key}`) !== "") throw unsupported(`model.${key}`, "is set");
  }
  const dropout = model["dropout"] ?? 0;
  if (typeof dropout !== "number") throw malformed("model.dropout", "is not a number");
  if (dropout !== 0) throw unsupported("model.dropout", "makes ids random");
}

function readVocab(value: unknown): Map<string, number> {
  const entries = Object.entries(objectAt(value, "model.vocab"));
  checkSize(entries.length, "model.vocab");
  const vocab = new Map<string, number>();
  const seen = new Set<number>();
  for (const [piece, id] of entries) {
    vocab.set(piece, idAt(id, "model.vocab"));
    if (seen.has(id as number)) throw malformed("model.vocab", `gives the id ${String(id)} to two pieces`);
    seen.add(id as number);
  }
  return vocab;
}

function readMerges(value: unknown, vocab: ReadonlyMap<string, number>): Int32Array {
  const list = listAt(value, "model.merges");
  checkSize(list.length, "model.merges");
  const merges = new Int32Array(3 * list.length);
  list.forEach((entry, rank) => {
    const [left, right] = readPair(entry, rank);
    [left, right, left + right].forEach((piece, i) => {
      const id = vocab.get(piece);
      if (id === undefined) {
        const named = JSON.stringify(piece.slice(0, 60));
        throw malformed(`model.merges[${rank}]`, `names ${named}, which is not in the vocabulary`);
      }
      merges[3 * rank + i] = id;
    });
  });
  return merges;
}

function readPair(entry: unknown, i: number): readonly string[] {
  const parts: readonly unknown[] =
    typeof entry === "string" ? entry.split(" ") : listAt(entry, `model.merges[${i}]`);
  if (parts.length !== 2 || parts.some((part) => typeof part !== "string" || part === "")) {
    throw malformed(`model.merges[${i}]`, "is not a pair of pieces");
  }
  return parts as readonly string[];
}

function checkSize(n: number, where: string): void {
  if (n <= maxEntries) return;
  const message = `tokenizer.json: ${where} has ${n} entries; at most ${maxEntries} are read.`;
  throw new TokenizerError("tokenizer-too-large", message, {
    next: "Check that this is the model's tokenizer.json.",
  });
}
