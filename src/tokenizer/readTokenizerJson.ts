/** Checks a whole tokenizer.json before anything is done with it. */
import { listAt, objectAt, textAt, type JsonObject } from "./jsonShape";
import { readAddedTokens } from "./readAddedTokens";
import { readModel } from "./readModel";
import { readNormalizer } from "./readNormalizer";
import { readPostProcessor } from "./readPostProcessor";
import { readPreTokenizer } from "./readPreTokenizer";
import { malformed, TokenizerError, tooLarge, unsupported } from "./tokenizerError";
import type { TokenizerSpec } from "./tokenizerSpec";

/**
 * The tokenizer that a tokenizer.json describes.
 * @param dVocab the model's vocabulary; every id must be below it
 * @throws {TokenizerError} every code of its union
 */
export function readTokenizerJson(json: unknown, dVocab: number): TokenizerSpec {
  const file = objectAt(json, "the file");
  // "truncation" and "padding" say nothing here: transformers sets both anew for every call.
  const model = readModel(file["model"]);
  const addedTokens = readAddedTokens(file["added_tokens"]);
  const { before, after } = readPostProcessor(file["post_processor"]);
  const ids = [...addedTokens.map((token) => token.id), ...before, ...after];
  checkIds(maximum(model.vocab.values(), maximum(ids, -1)), dVocab);
  const { splitters, symbols } = readPreTokenizer(file["pre_tokenizer"]);
  const decoders = readDecoders(file["decoder"], "decoder", 0);
  checkDecoders(decoders, symbols.kind === "bytes");
  return {
    addedTokens,
    normalizers: readNormalizer(file["normalizer"]),
    splitters,
    symbols,
    model,
    before,
    after,
    spaceMark: symbols.kind === "metaspace" ? symbols.mark : spaceMark(decoders),
    stripsLeadingSpace: decoders.some(
      (d) =>
        (d["type"] === "Metaspace" && (d["prepend_scheme"] ?? "always") !== "never") || stripsOneSpace(d),
    ),
  };
}

const stripsOneSpace = (decoder: JsonObject): boolean =>
  decoder["type"] === "Strip" &&
  decoder["content"] === " " &&
  decoder["start"] === 1 &&
  (decoder["stop"] ?? 0) === 0;

function spaceMark(decoders: readonly JsonObject[]): string | null {
  const replace = decoders.find((d) => d["type"] === "Replace");
  return replace === undefined
    ? null
    : textAt(objectAt(replace["pattern"], "decoder")["String"], "decoder.pattern");
}

/** Ids are below this in every vocabulary in use. */
const idLimit = 2 ** 22;

function checkIds(largest: number, dVocab: number): void {
  if (largest >= idLimit) throw tooLarge(`the id ${largest} is beyond every vocabulary in use`);
  if (largest < dVocab) return;
  const message = `The tokenizer has the id ${largest}, but the model's vocabulary ends at ${dVocab - 1}.`;
  throw new TokenizerError("vocabulary-mismatch", message, {
    next: "Use the tokenizer.json that belongs to these weights.",
    details: { largest, dVocab },
  });
}

function maximum(values: Iterable<number>, least: number): number {
  let largest = least;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

const maxDepth = 8;

function readDecoders(value: unknown, where: string, depth: number): JsonObject[] {
  if (value === null || value === undefined) return [];
  const decoder = objectAt(value, where);
  if (textAt(decoder["type"], `${where}.type`) !== "Sequence") return [decoder];
  if (depth === maxDepth) throw malformed(where, "is nested too deep");
  const parts = listAt(decoder["decoders"], `${where}.decoders`);
  return parts.flatMap((part, i) => readDecoders(part, `${where}.decoders[${i}]`, depth + 1));
}

/** Decoding follows the symbols; a decoder that would do something else is refused. */
function checkDecoders(decoders: readonly JsonObject[], bytes: boolean): void {
  const known = bytes ? ["ByteLevel", "Fuse"] : ["Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"];
  for (const decoder of decoders) {
    const type = String(decoder["type"]);
    if (!known.includes(type)) {
      throw unsupported(
        "decoder",
        `is of the kind ${JSON.stringify(type.slice(0, 60))}, which does not fit the rest`,
      );
    }
    if (type === "Replace" && decoder["content"] !== " ")
      throw unsupported("decoder", "replaces by something else than a space");
    if (type === "Strip" && !stripsOneSpace(decoder))
      throw unsupported("decoder", "strips something else than one space");
  }
}
