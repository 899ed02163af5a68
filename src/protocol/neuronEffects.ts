/** What neurons do to a prediction: by the direct path, by ablation, suppressed and amplified. */
import { isCounted, type About, type RunWindow, type ScoredToken } from "./model";

/**
 * How a neuron is taken out: set to its mean over the rest of the text (neither the selection nor the first position),
 * or to zero, which it is too where nothing else is left of the text.
 */
export type Ablation = "mean" | "zero";

/** The positions that a mean is taken over where neurons are ablated on a selection: all that count but the selected. */
export function restOfText(window: RunWindow, selected: readonly number[]): number[] {
  const taken = new Set(selected);
  return window.tokens.flatMap((token, pos) => (isCounted(token, pos) && !taken.has(pos) ? [pos] : []));
}

/** The largest factor a neuron may be amplified by. */
export const mostAmplified = 1024;

/** A token that a prediction is asked about: an id, or a text that is one token. */
export type AskedToken = number | string;

/** The prediction that effects are measured on, as it is asked for. What is left out is chosen, see `EffectTarget`. */
export interface EffectChoice {
  /** Index into the window's ids; negative from their end. */
  readonly position?: number;
  readonly token?: AskedToken;
  readonly minus?: AskedToken;
  /** "mean" where it is left out. */
  readonly ablation?: Ablation;
  /** The largest factor that a card amplifies by; 8 where it is left out. */
  readonly strongest?: number;
}

/** A token by id and text. */
export interface NamedToken {
  readonly id: number;
  readonly text: string | null;
}

/**
 * The prediction that effects are measured on: the log-probability of `token` after a position, and the difference of
 * its logit and that of `minus`. Unless chosen, `position` is the last of the selection for a ranking and the
 * neuron's strongest for a card; `token` is the token that follows in the text, or the most likely one where none does;
 * `minus` the most likely other one.
 */
export interface EffectTarget {
  readonly position: number;
  readonly token: NamedToken;
  readonly minus: NamedToken;
}

/** A number for each measure of the target. Log-probabilities in nats. */
export interface Effect {
  readonly logProb: number;
  readonly logitDiff: number;
}

/** An effect of a change of a run, with KL(plain ‖ changed) at the target's position in nats. */
export interface RunEffect extends Effect {
  readonly kl: number;
}

/** A neuron with its effects: the run as it is, less the run without the neuron; positive where the neuron raises. */
export interface AblatedNeuron {
  readonly neuron: number;
  /** Mean |activation| over the selection times the length of what the neuron writes: what controls are matched on. */
  readonly write: number;
  /** Over the direct path with all norm scales frozen: an approximation. Null where there is none (`noDirect`). */
  readonly direct: Effect | null;
  /** The neuron ablated at all selected positions, everything after it computed anew. */
  readonly exact: RunEffect;
}

/** Shares (0 … 1) of the matched neurons whose effect is smaller in size; equal ones count half. */
export interface EffectPercentile {
  readonly direct: Effect | null;
  readonly exact: RunEffect;
}

/** A neuron at one strength: what the model says then. */
export interface StrengthRow {
  /** What the activation is multiplied by: 0 takes it out, 1 leaves it. */
  readonly factor: number;
  readonly kl: number;
  /** The most likely tokens, best first. */
  readonly top: readonly ScoredToken[];
}

/** The selection's prediction at one strength. */
export interface TargetStrengthRow extends StrengthRow {
  /** Of the target's token, in nats. */
  readonly logProb: number;
  /** Of the target's tokens. */
  readonly logitDiff: number;
}

/** What a neuron does to one prediction of the text it was looked at on. */
export interface NeuronEffects {
  /** Effects are about the token after the target's position. */
  readonly about: Extract<About, "next">;
  readonly layer: number;
  readonly neuron: number;
  readonly window: RunWindow;
  /** Positions at which the neuron is ablated, suppressed and amplified: the selected ones. */
  readonly selected: readonly number[];
  readonly target: EffectTarget;
  readonly ablation: Ablation;
  /** The neuron's activation at the target's position, and what ablation makes of it. */
  readonly activation: number;
  readonly ablatedTo: number;
  /** The plain run at the target: its measures, and the most likely tokens, from which others can be chosen. */
  readonly plain: Effect & { readonly top: readonly ScoredToken[] };
  readonly effect: AblatedNeuron;
  /** Why there is no direct effect; absent where there is one. */
  readonly noDirect?: string;
  /** Neurons of the same layer, the closest in `write` first. */
  readonly controls: readonly AblatedNeuron[];
  readonly percentile: EffectPercentile | null;
  /** The neuron multiplied at the selected positions. */
  readonly strengths: readonly TargetStrengthRow[];
  /** The same at every position of an unrelated line; `kl` is the mean over its positions. Null without a tokenizer. */
  readonly elsewhere: { readonly line: string; readonly strengths: readonly StrengthRow[] } | null;
}
