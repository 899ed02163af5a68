/** The tokenizer of a model: text to ids with exact ranges, and back. */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { isObject } from "./jsonShape";
import { readTokenizerJson } from "./readTokenizerJson";
import { SpanEncoder } from "./spanEncoder";
import type { Encoding } from "./spanCollector";
import { TokenTexts } from "./tokenTexts";

/** How a text is encoded. */
export interface EncodeOptions {
  /** Whether the tokenizer adds what it adds by its own policy (true by default). */
  readonly addSpecial?: boolean;
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
   * leave no place to cut, such as a million equal signs; half of that takes some seconds.
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
  return {
    dVocab,
    addsBos: spec.before.length > 0,
    bosId: spec.before[0] ?? named("bos_token"),
    eosId: named("eos_token") ?? spec.after.at(-1) ?? null,
    encode: (text, options) => {
      const steps = encoder.encode(text, options?.addSpecial ?? true);
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    },
    encodeLong: async (text, options) => {
      const steps = encoder.encode(text, options?.addSpecial ?? true);
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

/** The id of the token that tokenizer_config.json names under a key, as a string or as {content}. */
function namedToken(config: unknown, key: string, texts: TokenTexts): number | null {
  if (!isObject(config)) return null;
  const value = config[key];
  const name = isObject(value) ? value["content"] : value;
  return typeof name === "string" ? texts.idOf(name) : null;
}
