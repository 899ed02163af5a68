/** Checks the "model" of a tokenizer.json and makes the library's model of it. */
import { BPE } from "@huggingface/tokenizers";
import { fallbackNames } from "./characterFate";
import { checkSize, flagAt, idAt, listAt, objectAt, textAt, type JsonObject } from "./jsonShape";
import { malformed, unsupported } from "./tokenizerError";
import type { BpeModel } from "./tokenizerSpec";

type Merge = [left: string, right: string];

/**
 * A byte-pair model: every id once, every merge made of known pieces.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-unsupported", "tokenizer-too-large"
 */
export function readModel(value: unknown): BpeModel {
  const model = objectAt(value, "model");
  checkKind(model);
  const given = objectAt(model["vocab"], "model.vocab") as Readonly<Record<string, number>>;
  const vocab = readVocab(given);
  const unk = (model["unk_token"] ?? null) === null ? null : textAt(model["unk_token"], "model.unk_token");
  const unkId = unk === null ? null : vocab.get(unk);
  if (unkId === undefined) throw malformed("model.unk_token", "is not in the vocabulary");
  const byteFallback = flagAt(model, "byte_fallback", "model");
  const merges = readMerges(model["merges"], vocab);
  if (byteFallback) checkFallback(vocab, unk);
  checkMergesOf(new Set([...(byteFallback ? fallbackNames : []), ...(unk === null ? [] : [unk])]), merges);
  const library = new BPE({
    type: "BPE",
    vocab: given,
    merges,
    unk_token: unk,
    byte_fallback: byteFallback,
    ignore_merges: false,
  });
  return {
    library,
    vocab: library.tokens_to_ids,
    unkId,
    fuseUnk: flagAt(model, "fuse_unk", "model"),
    byteFallback,
    ignoreMerges: flagAt(model, "ignore_merges", "model"),
  };
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

function readVocab(given: JsonObject): Map<string, number> {
  const entries = Object.entries(given);
  checkSize(entries.length, "model.vocab");
  const vocab = new Map<string, number>();
  const seen = new Set<number>();
  for (const [piece, value] of entries) {
    const id = idAt(value, "model.vocab");
    if (seen.has(id)) throw malformed("model.vocab", `gives the id ${id} to two pieces`);
    seen.add(id);
    vocab.set(piece, id);
  }
  return vocab;
}

function readMerges(value: unknown, vocab: ReadonlyMap<string, number>): Merge[] {
  const list = listAt(value, "model.merges");
  checkSize(list.length, "model.merges");
  return list.map((entry, rank) => {
    const [left, right] = readPair(entry, rank);
    for (const piece of [left, right, left + right]) {
      if (vocab.has(piece)) continue;
      const named = JSON.stringify(piece.slice(0, 60));
      throw malformed(`model.merges[${rank}]`, `names ${named}, which is not in the vocabulary`);
    }
    return [left, right];
  });
}

function readPair(entry: unknown, i: number): Merge {
  const parts: readonly unknown[] =
    typeof entry === "string" ? entry.split(" ") : listAt(entry, `model.merges[${i}]`);
  if (parts.length !== 2 || parts.some((part) => typeof part !== "string" || part === "")) {
    throw malformed(`model.merges[${i}]`, "is not a pair of pieces");
  }
  return parts as Merge;
}

/** With some bytes only, the reference implementation gives unknown characters and bytes another order. */
function checkFallback(vocab: ReadonlyMap<string, number>, unk: string | null): void {
  const n = fallbackNames.filter((name) => vocab.has(name)).length;
  if (unk === null || n === 0 || n === fallbackNames.length) return;
  throw unsupported(
    "model.byte_fallback",
    `has ${n} of 256 bytes in the vocabulary, which is not followed exactly`,
  );
}

/** The library merges characters; the reference implementation merges what stands for unknown ones as well. */
function checkMergesOf(standIns: ReadonlySet<string>, merges: readonly Merge[]): void {
  const rank = merges.findIndex(([left, right]) => standIns.has(left) || standIns.has(right));
  if (rank < 0) return;
  const problem = "takes a fallback byte or the unknown token, which is not followed exactly";
  throw unsupported(`model.merges[${rank}]`, problem);
}
