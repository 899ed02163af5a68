/** Small tokenizer.json files for tests, made of a list of merges. */
import { characterOfByte } from "../../src/tokenizer/byteAlphabet";

/** What differs between the small tokenizers. Merges are written "left right". */
export interface TokenizerParts {
  readonly merges?: readonly string[];
  readonly added?: readonly (Record<string, unknown> & { readonly content: string })[];
  readonly normalizer?: unknown;
  readonly preTokenizer?: unknown;
  readonly postProcessor?: unknown;
  readonly model?: Record<string, unknown>;
}

/** A tokenizer.json as an object that a test may change. */
export type TokenizerJson = Record<string, unknown> & {
  model: Record<string, unknown> & { vocab: Record<string, number> };
};

/** Byte-level, as GPT-2: a piece for each byte, then those that merges make. */
export function byteLevelJson(parts: TokenizerParts = {}): TokenizerJson {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return assemble([...characterOfByte], parts, {
    pre_tokenizer: parts.preTokenizer ?? byteLevel,
    decoder: byteLevel,
  });
}

/** Metaspace with byte fallback, as Llama 2: unknown, begin, end, the 256 bytes, then characters and merges. */
export function metaspaceJson(parts: TokenizerParts = {}): TokenizerJson {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const merges = parts.merges ?? [];
  const characters = new Set(["▁", ..."abcdefghijklmnopqrstuvwxyzé", ...merges.join("").replaceAll(" ", "")]);
  const json = assemble(["<unk>", "<s>", "</s>", ...bytes, ...characters], parts, {
    normalizer:
      parts.normalizer === undefined
        ? {
            type: "Sequence",
            normalizers: [
              { type: "Prepend", prepend: "▁" },
              { type: "Replace", pattern: { String: " " }, content: "▁" },
            ],
          }
        : parts.normalizer,
    pre_tokenizer: parts.preTokenizer ?? null,
    post_processor: parts.postProcessor ?? template("<s>", 1),
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
  });
  json.model = { ...json.model, unk_token: "<unk>", fuse_unk: true, byte_fallback: true, ...parts.model };
  json["added_tokens"] = [
    ...[0, 1, 2].map((id) => ({
      id,
      content: ["<unk>", "<s>", "</s>"][id],
      special: true,
      normalized: false,
    })),
    ...(json["added_tokens"] as unknown[]),
  ];
  return json;
}

/** A post-processor that puts one token before the text. */
export function template(name: string, id: number): unknown {
  return {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: name, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: { [name]: { id: name, ids: [id], tokens: [name] } },
  };
}

function assemble(
  pieces: readonly string[],
  parts: TokenizerParts,
  rest: Record<string, unknown>,
): TokenizerJson {
  const vocab: Record<string, number> = {};
  let next = 0;
  const merges = parts.merges ?? [];
  for (const piece of [...pieces, ...merges.map((merge) => merge.replace(" ", ""))]) vocab[piece] ??= next++;
  const added = (parts.added ?? []).map((token) => ({
    id: vocab[token.content] ?? next++,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
    ...token,
  }));
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: parts.normalizer ?? null,
    post_processor: parts.postProcessor ?? null,
    ...rest,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      vocab,
      merges: [...merges],
      ...parts.model,
    },
  };
}
