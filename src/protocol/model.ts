/** What is said about a model across every boundary. */
import type { BosPolicy } from "../base/bosPolicy";

/** Family and sizes of a decoder, under the field's names. */
export interface ModelSizes {
  /** `model_type` of config.json, for example "gpt2" or "llama". */
  readonly family: string;
  readonly nLayers: number;
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dModel: number;
  readonly dHead: number;
  readonly dMlp: number;
  readonly dVocab: number;
  readonly nCtx: number;
}

/** A model as `introspect model` prints it. */
export interface ModelInfo extends ModelSizes {
  /** The folder as it was named. */
  readonly path: string;
  readonly nParams: number;
  /** SHA-256 over config.json, tokenizer.json and the shards in name order, as hex; null until computed. */
  readonly digest: string | null;
  /** Hook names this model has, in the order a token passes them. */
  readonly hooks: readonly string[];
  /** False when the folder has no tokenizer.json: only ids can be given. */
  readonly hasTokenizer: boolean;
  /** True when the tokenizer itself puts a beginning-of-sequence token before a text. */
  readonly addsBos: boolean;
  /** True when a gate multiplies the MLP's activation (then neurons are signed). */
  readonly gatedMlp: boolean;
  /** True when the folder carries records of its neurons on held-out text. */
  readonly hasRecords: boolean;
  /** What was odd about the checkpoint and how it was read, as sentences; absent when nothing was. */
  readonly warnings?: readonly string[];
}

/** A token and where it stands in the text it came from. Offsets are UTF-16 units, `end` exclusive. */
export interface TokenInfo {
  readonly id: number;
  /** What the range covers; for added tokens their name; null where there is no tokenizer. */
  readonly text: string | null;
  readonly start: number;
  readonly end: number;
  readonly special?: true;
  /** The range could not be made exact. */
  readonly approximate?: true;
  /** It belongs to a custom prefix and stands in no document: `start` and `end` are where the document's text begins. */
  readonly prefix?: true;
  /** It was written by the chat template and belongs to no message. */
  readonly template?: true;
  /** The model wrote it behind the text: it stands in no document. */
  readonly generated?: true;
}

/**
 * Which token a scalar at a position is about. "this": the token at that position; a probability or rank of it is what
 * was predicted from its left (the first of a window has none), an activation or an attention weight is what was read
 * where the model stood on it. "next": the token after it, known or not. A lens cell and all that is made of a column of
 * cells is about the next token; a scalar that is painted on the token it speaks of (surprisal, rank, prediction depth
 * over a text) is about this one.
 */
export type About = "this" | "next";

/** Answer of `introspect tokens`. */
export interface TokensResult {
  readonly text: string;
  readonly tokens: readonly TokenInfo[];
}

/** A token with its log-probability in nats. */
export interface ScoredToken {
  readonly id: number;
  readonly text: string | null;
  readonly logProb: number;
}

/**
 * What the model sees before the text that is looked at. "document": what the document has there. "selection": nothing,
 * the text begins at `from`. "prefix": a text of the reader's own, put right before `from` as it is and always whole.
 * `from` is an offset in the document; a window that must be cut is cut as in a document that begins there.
 */
export type RunContext =
  | { readonly kind: "document" }
  | { readonly kind: "selection"; readonly from: number }
  | { readonly kind: "prefix"; readonly from: number; readonly prefix: string };

/** The kinds of context, the default first. */
export const contextKinds: readonly RunContext["kind"][] = ["document", "selection", "prefix"];

/** A text to run: a piece of a document that ends where the run ends. */
export interface TextInput {
  readonly kind: "text";
  readonly text: string;
  /** Place of the text's first unit in the whole document, UTF-16 units. */
  readonly offset: number;
  /** "document" where it is left out. */
  readonly context?: RunContext;
  /** "auto" where it is left out. */
  readonly bos?: BosPolicy;
}

/** What a run reads: text, or ids taken as they are. */
export type RunInput = TextInput | { readonly kind: "ids"; readonly ids: readonly number[] };

/**
 * The part of the input that a run really saw: where a long text is cut, the tokens of the window.
 * `tokens[i].start` and `end` are offsets in the whole document (where ids were given: i and i + 1). Position 0, BOS and
 * a custom prefix are never ranked or averaged (`isCounted`).
 */
export interface RunWindow {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenInfo[];
  /** Offset in the document at which the window starts; larger than the input's offset when the text was cut. */
  readonly start: number;
  readonly truncated: boolean;
  /** True when the first position is a beginning-of-sequence token. */
  readonly bos: boolean;
  /** What stood before the text; "document" for ids. */
  readonly context: RunContext["kind"];
}

/** Whether the token at a position may be ranked, averaged or used for a scale: not at position 0, not added, not of a prefix. */
export function isCounted(token: TokenInfo, pos: number): boolean {
  return pos > 0 && token.special !== true && token.prefix !== true;
}
