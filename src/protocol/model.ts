/** What is said about a model across every boundary. */

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
}

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

/** What a run reads: text (with the place of its first unit in the whole document) or ids taken as they are. */
export type RunInput =
  | { readonly kind: "text"; readonly text: string; readonly offset: number }
  | { readonly kind: "ids"; readonly ids: readonly number[] };

/**
 * The part of the input that a run really saw: where a long text is cut, the tokens of the window.
 * `tokens[i].start` and `end` are offsets in the whole document (where ids were given: i and i + 1). Position 0 and BOS are never ranked or averaged.
 */
export interface RunWindow {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenInfo[];
  /** Offset in the document at which the window starts; larger than the input's offset when the text was cut. */
  readonly start: number;
  readonly truncated: boolean;
  /** True when the first position is a beginning-of-sequence token. */
  readonly bos: boolean;
}
