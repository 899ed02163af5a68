/** The tokenizer of a model: text to ids with exact ranges, and back. */
import type { BosPolicy } from "../base/bosPolicy";
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { isObject } from "./jsonShape";
import { readTokenizerJson } from "./readTokenizerJson";
import { SpanEncoder, type AddedIds } from "./spanEncoder";
import type { Encoding } from "./spanCollector";
import { TokenizerError } from "./tokenizerError";
import type { TokenizerSpec } from "./tokenizerSpec";
import { TokenTexts } from "./tokenTexts";

/** How a text is encoded. */
export interface EncodeOptions {
  /** Whether the tokenizer adds what it adds by its own policy (true by default). */
  readonly addSpecial?: boolean;
  /** What stands before the text, whatever `addSpecial` says unless it is "auto" (the default). */
  readonly bos?: BosPolicy;
}

/** A tokenizer that says where in the text each token stands. */
export interface TextTokenizer {
  /** The model's vocabulary; ids are below it. */
  readonly dVocab: number;
  /** The tokenizer puts `bosId` before every text. */
  readonly addsBos: boolean;
  /** Beginning and end of a sequence; null where the tokenizer has none. */
  readonly bosId: number | null;
  readonly eosId: number | null;
  /**
   * Tokens of a text. Ranges are UTF-16 offsets, in order and without holes; tokens within one character share it.
   * Throws "text-too-long" for a text with a run of more than 500 000 bytes (characters, for metaspace) that merges
   * leave no place to cut, such as a million equal signs; half of that takes some seconds. Throws "no-bos-token" where
   * a BOS token is asked for and the tokenizer has none.
   */
  encode(text: string, options?: EncodeOptions): Encoding;
  /** The same, giving way to other work in between; can be cancelled. Progress counts units of the text. */
  encodeLong(text: string, options?: EncodeOptions & WorkOptions): Promise<Encoding>;
  /** One id by itself: spaces as they are, bytes that are no character as <0xE2>, an unknown id in brackets. */
  text(id: number): string;
  /** Text of a sequence of ids. */
  decode(ids: readonly number[]): string;
}

/**
 * The tokenizer that a tokenizer.json describes.
 * @param tokenizerConfig tokenizer_config.json, null when absent; only names bos_token and eos_token
 * @param dVocab the model's vocabulary
 * @throws {TokenizerError} when the file is not what it should be, or would not be followed exactly
 */
export function createTokenizer(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  dVocab: number,
): TextTokenizer {
  const spec = readTokenizerJson(tokenizerJson, dVocab);
  const texts = new TokenTexts(spec);
  const encoder = new SpanEncoder(spec, (id) => texts.text(id));
  const named = (key: string) => namedToken(tokenizerConfig, key, texts);
  const bosId = spec.before[0] ?? named("bos_token");
  return {
    dVocab,
    addsBos: spec.before.length > 0,
    bosId,
    eosId: named("eos_token") ?? spec.after.at(-1) ?? null,
    encode: (text, options) => {
      const steps = encoder.encode(text, addedIds(spec, bosId, options));
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    },
    encodeLong: async (text, options) => {
      const steps = encoder.encode(text, addedIds(spec, bosId, options));
      for (;;) {
        throwIfCancelled(options?.signal);
        const step = steps.next();
        if (step.done === true) return step.value;
        options?.onProgress?.({ done: step.value, total: text.length, message: "Reading the text's tokens" });
        await new Promise<void>((resolve) => setTimeout(resolve));
      }
    },
    text: (id) => texts.text(id),
    decode: (ids) => texts.decode(ids),
  };
}

/** The ids that stand around a text, by the tokenizer's own policy and what was asked for. */
function addedIds(spec: TokenizerSpec, bosId: number | null, options: EncodeOptions = {}): AddedIds {
  const { addSpecial = true, bos = "auto" } = options;
  const own = addSpecial ? spec : { before: [], after: [] };
  if (bos === "auto") return own;
  if (bos === "never") return { before: [], after: own.after };
  if (spec.before.length > 0) return { before: spec.before, after: own.after };
  if (bosId !== null) return { before: [bosId], after: own.after };
  const message = "This tokenizer has no beginning-of-sequence token, so none can be put before a text.";
  throw new TokenizerError("no-bos-token", message, {
    next: "Choose auto or never for BOS with this model.",
  });
}

/** The id of the token that tokenizer_config.json names under a key, as a string or as {content}. */
function namedToken(config: unknown, key: string, texts: TokenTexts): number | null {
  if (!isObject(config)) return null;
  const value = config[key];
  const name = isObject(value) ? value["content"] : value;
  return typeof name === "string" ? texts.idOf(name) : null;
}
