/** Checks the "normalizer" of a tokenizer.json. */
import { flagAt, listAt, objectAt, textAt, type JsonObject } from "./jsonShape";
import { readPattern } from "./patterns";
import { malformed, unsupported } from "./tokenizerError";
import type { Normalizer } from "./tokenizerSpec";

/** Sequences inside sequences are followed this far. */
const maxDepth = 8;

/**
 * The normalization as a flat list of steps, in order.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-unsupported"
 */
export function readNormalizer(value: unknown, where = "normalizer", depth = 0): Normalizer[] {
  if (value === null || value === undefined) return [];
  const normalizer = objectAt(value, where);
  const type = textAt(normalizer["type"], `${where}.type`);
  if (type !== "Sequence") return [readStep(type, normalizer, where)];
  if (depth === maxDepth) throw malformed(where, "is nested too deep");
  const steps = listAt(normalizer["normalizers"], `${where}.normalizers`);
  return steps.flatMap((step, i) => readNormalizer(step, `${where}.normalizers[${i}]`, depth + 1));
}

function readStep(type: string, step: JsonObject, where: string): Normalizer {
  switch (type) {
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return { kind: "unicode", form: type };
    case "Lowercase":
      return { kind: "lowercase" };
    case "StripAccents":
      return { kind: "strip-accents" };
    case "Prepend":
      return { kind: "prepend", text: textAt(step["prepend"], `${where}.prepend`) };
    case "Replace":
      return {
        kind: "replace",
        pattern: readPattern(step["pattern"], `${where}.pattern`),
        content: textAt(step["content"], `${where}.content`),
      };
    case "Strip":
      return {
        kind: "strip",
        left: flagAt(step, "strip_left", where),
        right: flagAt(step, "strip_right", where),
      };
    default:
      throw unsupported(
        where,
        `is of the kind ${JSON.stringify(type.slice(0, 60))}, which is not followed exactly`,
      );
  }
}
