/** A tokenizer as data, after every part of its file was checked: what is here is followed exactly. */
import type { BPE } from "@huggingface/tokenizers";

/** A token that is found in the text before the model sees it. Flags as in tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly singleWord: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Looked for in the normalized text instead of the text as it is. */
  readonly normalized: boolean;
  readonly special: boolean;
}

/** One step of normalization. `pattern` has the flags "gu". */
export type Normalizer =
  | { readonly kind: "unicode"; readonly form: "NFC" | "NFD" | "NFKC" | "NFKD" }
  | { readonly kind: "lowercase" }
  | { readonly kind: "prepend"; readonly text: string }
  | { readonly kind: "replace"; readonly pattern: RegExp; readonly content: string }
  | { readonly kind: "strip"; readonly left: boolean; readonly right: boolean }
  | { readonly kind: "strip-accents" };

/** Cuts a piece at the matches of a pattern (flags "gu"); "removed" drops what does not match. */
export interface Splitter {
  readonly pattern: RegExp;
  readonly behavior: "isolated" | "contiguous" | "keep-matches";
}

/** How the last pieces become the model's symbols. */
export type Symbols =
  | {
      readonly kind: "bytes";
      /** A piece that does not begin with a space gets one. */
      readonly addPrefixSpace: boolean;
      /** Cuts pieces once more, the added space included; flags "gu". */
      readonly pattern: RegExp | null;
    }
  | {
      readonly kind: "metaspace";
      /** One character that stands for a space. */
      readonly mark: string;
      /** Which pieces get a mark before them. */
      readonly prepend: "always" | "first" | "never";
      /** Every mark begins a new piece. */
      readonly split: boolean;
    }
  | { readonly kind: "characters" };

/** A byte-pair model. Every merge is made of pieces of the vocabulary; none takes the unknown token or a fallback byte. */
export interface BpeModel {
  /** Merges the symbols of a word. It knows nothing of `fuseUnk` and `ignoreMerges`, which are followed here. */
  readonly library: BPE;
  readonly vocab: ReadonlyMap<string, number>;
  /** The id for characters that the vocabulary lacks; null: they are dropped. */
  readonly unkId: number | null;
  readonly fuseUnk: boolean;
  readonly byteFallback: boolean;
  readonly ignoreMerges: boolean;
}

/** A checked tokenizer. */
export interface TokenizerSpec {
  readonly addedTokens: readonly AddedToken[];
  readonly normalizers: readonly Normalizer[];
  readonly splitters: readonly Splitter[];
  readonly symbols: Symbols;
  readonly model: BpeModel;
  /** Ids that the tokenizer itself puts before and after a text. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The character that stands for a space in pieces, where there is one. */
  readonly spaceMark: string | null;
  /** The first decoded text loses one leading space (the one a prepended mark stood for). */
  readonly stripsLeadingSpace: boolean;
}
