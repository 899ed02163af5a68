/** Sweeps: one template of edits over all combinations of some axes, measured against the plain run. */

/** What an axis runs over: numbers, or all of the model's layers or heads, or all positions of the base. */
export type SweepAxis = "layers" | "heads" | "positions" | readonly number[];

/** A text, tokenised as a prompt is, or ids as they are. */
export type SweepText = { readonly text: string } | { readonly ids: readonly number[] };

/** A token, by its id or by a text that is one token. */
export type SweepToken = number | string;

/**
 * One number per cell, about the token after `position` (an index into the base's ids, negative from their end; -1 by
 * default): a token's logit, log-probability (nats) or rank (1 is the most likely), the difference of two logits, or
 * KL(plain ‖ edited) in nats.
 */
export type SweepMeasure =
  | { readonly of: "logit" | "logProb" | "rank"; readonly token: SweepToken; readonly position: number }
  | {
      readonly of: "logitDiff";
      readonly token: SweepToken;
      readonly minus: SweepToken;
      readonly position: number;
    }
  | { readonly of: "kl"; readonly position: number };

/**
 * A sweep, as PLAN.json says it. In `edits`, a text that is `{axis}` stands for that axis's number, and `{axis}` inside
 * a longer text for its digits: `"hook": "blocks.{layer}.hook_resid_pre"`, `"positions": ["{position}"]`. The value
 * "source" stands for what the source run has at the hook, position by position: with op "set", activation patching.
 */
export interface SweepPlan {
  readonly version: 1;
  readonly base: SweepText;
  /** The run that "source" values are read from; as many tokens as the base. */
  readonly source?: SweepText;
  readonly axes: Readonly<Record<string, SweepAxis>>;
  /** Edits as in an edit file, with axes in braces. */
  readonly edits: readonly Readonly<Record<string, unknown>>[];
  readonly measures: readonly SweepMeasure[];
}

/** One combination of the axes' values, and its measures in the plan's order. */
export interface SweepCell {
  readonly at: Readonly<Record<string, number>>;
  readonly values: readonly number[];
}

/** Answer of `introspect sweep`. Cells come with the last axis fastest. */
export interface SweepResult {
  readonly ids: readonly number[];
  readonly axes: Readonly<Record<string, readonly number[]>>;
  readonly measures: readonly SweepMeasure[];
  /** The measures of the run without edits. */
  readonly baseline: readonly number[];
  readonly cells: readonly SweepCell[];
}
