/** Results of patching one run's values into another, layer by position. */
import type { About, RunContext, ScoredToken, TextInput, TokenInfo } from "./model";
import type { AskedToken } from "./neuronEffects";

/** Where values are patched: the stream before a block, or what attention or MLP adds to it. */
export type PatchPlace = "resid" | "attn" | "mlp";

/** The places, in the order in which they are drawn. */
export const patchPlaces: readonly PatchPlace[] = ["resid", "attn", "mlp"];

/** Which position of the source goes to which of the base. */
export interface PatchPair {
  readonly base: number;
  readonly source: number;
}

/**
 * Which positions are to correspond. "front": one to one from where the texts begin; "end": what both begin with, and
 * the rest one to one from where they end.
 */
export type PatchAlign = "front" | "end" | readonly PatchPair[];

/** What a person chose about a patch; what is left out is found from the texts and their answers. */
export interface PatchChoice {
  /** The token whose logit is measured. */
  readonly token?: AskedToken | undefined;
  /** The token whose logit is subtracted. */
  readonly minus?: AskedToken | undefined;
  readonly align?: PatchAlign | undefined;
}

/** How the tokens of two texts stand to each other. */
export interface PatchAlignment {
  /** "equal": as many tokens, one to one; "spans": what both begin and end with, and the last tokens of what differs between; "given": as asked. */
  readonly kind: "equal" | "spans" | "given";
  /** Ascending. */
  readonly pairs: readonly PatchPair[];
  /** Pairs at the front whose tokens, and all before them, are the same in both runs: nothing can differ there, so nothing is patched. */
  readonly same: number;
}

/** One place with its layers: effects[layer][pair], from the first pair that is patched on. */
export interface PatchMap {
  readonly place: PatchPlace;
  readonly effects: readonly (readonly number[])[];
  /** The base's own values at the same places: the largest change, which is to be exactly 0. */
  readonly self: { readonly largest: number; readonly n: number };
  /** Random values as far from the base's as the source's are, at the cell with the largest effect. */
  readonly noise: {
    readonly layer: number;
    readonly pair: number;
    readonly effect: number;
    readonly draws: readonly number[];
    /** Share of draws whose effect is smaller in size, 0 … 1; equal ones count half. */
    readonly percentile: number;
  };
  /** The same as a map: one random value in every cell, as far from the base's as the source's is there. */
  readonly noiseMap: {
    /** As `effects`. */
    readonly effects: readonly (readonly number[])[];
    /** Share of cells whose effect is larger in size than the random value's there, 0 … 1. */
    readonly exceeded: number;
  };
}

/** A token that is measured. */
export interface PatchToken {
  readonly id: number;
  readonly text: string | null;
}

/** One of the two runs. */
export interface PatchRun {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenInfo[];
  /** Where the text that is compared begins: what stands before it is context, which is never patched. */
  readonly from: number;
  /** The most likely next token. */
  readonly answer: ScoredToken;
  /** Its value of the measure. */
  readonly measure: number;
}

/**
 * What one run's values do in another. The measure is the logit of the source's answer less that of the base's (or see
 * `movedMost`), at the base's last position; an effect is the patched measure less the base's.
 */
export interface PatchResult {
  /** The measure is about the token after the last. */
  readonly about: Extract<About, "next">;
  readonly base: PatchRun;
  readonly source: PatchRun;
  readonly token: PatchToken;
  readonly against: PatchToken;
  /** True where both texts have the same answer: measured is what the source raises most, less what it lowers most. */
  readonly movedMost?: true;
  readonly alignment: PatchAlignment;
  /** Pairs that were patched: those behind `alignment.same`. */
  readonly patched: readonly PatchPair[];
  readonly maps: readonly PatchMap[];
}

/** One text of a patch: what the model sees of it, and from which offset on it is compared. */
export interface PatchSide {
  readonly input: TextInput;
  readonly start: number;
}

/** What both texts were run on. */
export interface PatchRan {
  /** Whether a BOS token stood before both texts. */
  readonly bos: boolean;
  readonly context: RunContext["kind"];
  /** What was chosen, where something was. */
  readonly choice?: PatchChoice | undefined;
}

/** The two texts of a patch that was refused. */
export type PatchTexts = Readonly<Record<"base" | "source", Pick<PatchRun, "ids" | "tokens" | "from">>>;

/** Codes of refusals that another choice of tokens or positions mends; their details have `texts` (`PatchTexts`) and `choice`. */
export const choicesMend: readonly string[] = ["not-aligned", "same-answer", "bad-target"];
