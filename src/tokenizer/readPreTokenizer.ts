/** Checks the "pre_tokenizer" of a tokenizer.json. */
import { flagAt, listAt, objectAt, textAt, type JsonObject } from "./jsonShape";
import { readPattern } from "./patterns";
import { malformed, unsupported } from "./tokenizerError";
import type { Splitter, Symbols } from "./tokenizerSpec";

/** Splits in order, then how pieces become symbols. */
export interface PreTokenization {
  readonly splitters: readonly Splitter[];
  readonly symbols: Symbols;
}

const maxDepth = 8;

/**
 * GPT-2's own pattern. White space is Unicode's White_Space, as in the reference implementation: JavaScript's \s
 * would take a byte-order mark for a space and U+0085 for none.
 */
const byteLevelPattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const digitsPattern = /\p{N}/gu;
const punctuationPattern = /[\p{P}\u0021-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007E]/gu;

/**
 * The pre-tokenization; ByteLevel or Metaspace may only come last.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-unsupported"
 */
export function readPreTokenizer(value: unknown): PreTokenization {
  const splitters: Splitter[] = [];
  let symbols: Symbols | null = null;
  for (const { type, step, where } of flatten(value, "pre_tokenizer", 0)) {
    if (symbols !== null) throw unsupported(where, "comes after the step that makes symbols");
    if (type === "ByteLevel") {
      const pattern = flagAt(step, "use_regex", where, true) ? byteLevelPattern : null;
      symbols = { kind: "bytes", addPrefixSpace: flagAt(step, "add_prefix_space", where, true), pattern };
    } else if (type === "Metaspace") symbols = readMetaspace(step, where);
    else splitters.push(readSplitter(type, step, where));
  }
  return { splitters, symbols: symbols ?? { kind: "characters" } };
}

interface Step {
  readonly type: string;
  readonly step: JsonObject;
  readonly where: string;
}

function flatten(value: unknown, where: string, depth: number): Step[] {
  if (value === null || value === undefined) return [];
  const step = objectAt(value, where);
  const type = textAt(step["type"], `${where}.type`);
  if (type !== "Sequence") return [{ type, step, where }];
  if (depth === maxDepth) throw malformed(where, "is nested too deep");
  const parts = listAt(step["pretokenizers"], `${where}.pretokenizers`);
  return parts.flatMap((part, i) => flatten(part, `${where}.pretokenizers[${i}]`, depth + 1));
}

function readSplitter(type: string, step: JsonObject, where: string): Splitter {
  switch (type) {
    case "Split":
      return readSplit(step, where);
    case "Digits": {
      const each = flagAt(step, "individual_digits", where);
      return { pattern: digitsPattern, behavior: each ? "isolated" : "contiguous" };
    }
    case "Punctuation": {
      const behavior = readBehavior(step["behavior"] ?? "Isolated", where);
      if (behavior === "removed") throw unsupported(where, "removes characters");
      return { pattern: punctuationPattern, behavior };
    }
    default:
      throw unsupported(
        where,
        `is of the kind ${JSON.stringify(type.slice(0, 60))}, which is not followed exactly`,
      );
  }
}

function readSplit(step: JsonObject, where: string): Splitter {
  const pattern = readPattern(step["pattern"], `${where}.pattern`);
  const invert = flagAt(step, "invert", where);
  const behavior = readBehavior(step["behavior"], where);
  if (behavior !== "removed") return { pattern, behavior };
  if (!invert) throw unsupported(where, "removes characters");
  return { pattern, behavior: "keep-matches" };
}

function readBehavior(value: unknown, where: string): "isolated" | "contiguous" | "removed" {
  const name = textAt(value, `${where}.behavior`).toLowerCase();
  if (name === "isolated" || name === "contiguous" || name === "removed") return name;
  throw unsupported(
    where,
    `splits with the behavior ${JSON.stringify(name.slice(0, 60))}, which is not followed exactly`,
  );
}

function readMetaspace(step: JsonObject, where: string): Symbols {
  const mark = textAt(step["replacement"] ?? "\u2581", `${where}.replacement`);
  if (mark.length !== 1 || mark === " ") throw malformed(`${where}.replacement`, "is not one character");
  return {
    kind: "metaspace",
    mark,
    prepend: readScheme(step, where),
    split: flagAt(step, "split", where, true),
  };
}

/** Older files say `add_prefix_space`, which `prepend_scheme` replaced. */
function readScheme(step: JsonObject, where: string): "always" | "first" | "never" {
  const scheme = step["prepend_scheme"];
  if (scheme === undefined || scheme === null) {
    return flagAt(step, "add_prefix_space", where, true) ? "always" : "never";
  }
  if (scheme === "always" || scheme === "first" || scheme === "never") return scheme;
  throw malformed(`${where}.prepend_scheme`, 'is none of "always", "first", "never"');
}
