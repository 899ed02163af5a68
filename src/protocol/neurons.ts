/** Results about MLP neurons (`mlp.hook_post`). */
import type { About, RunWindow, TokenInfo } from "./model";
import type { Ablation, Effect, EffectChoice, EffectTarget, RunEffect } from "./neuronEffects";

/** A vocabulary token and how far a neuron moves its logit: the direct path only, norm gain folded, scale left out. */
export interface WeightedToken {
  readonly id: number;
  readonly text: string | null;
  readonly weight: number;
}

/** A one-line reading of a neuron with what vouches for it. */
export interface Explanation {
  readonly text: string;
  readonly kind: "token" | "next-token" | "ngram" | "none";
  /** Pearson correlation between predicted and real activation on text held back from choosing the reading. */
  readonly score: number;
  /** The same correlation for another neuron's explanation: what chance would give. */
  readonly control: number;
  /** Where the text came from on which the reading was chosen and scored. */
  readonly basis: string;
}

/** What neurons may be ranked by; the default first. */
export const neuronOrders = ["z", "write", "logProb", "logitDiff"] as const;

/**
 * What neurons are ranked by: "z"; "write", the mean |activation| on the selection times the length of what the neuron
 * writes; or the size of the direct effect on a log-probability or a logit difference.
 */
export type NeuronOrder = (typeof neuronOrders)[number];

/** An order, and for effects the prediction they are on. */
export interface RankChoice {
  readonly by: NeuronOrder;
  readonly effect?: EffectChoice;
}

/** What a ranking by effect was measured on. */
export interface RankedEffect {
  readonly measure: keyof Effect;
  readonly target: EffectTarget;
  readonly ablation: Ablation;
}

/** One neuron on a selection. */
export interface NeuronScore {
  readonly layer: number;
  readonly neuron: number;
  /**
   * What it is ranked by: the z-score of the mean activation on the selected tokens against `baseline`; what it writes;
   * or its direct effect, to first order with frozen norms, positive where it raises the measure.
   */
  readonly score: number;
  /** Ranked by effect: what it adds exactly, by ablating it alone at the selected positions. */
  readonly exact?: RunEffect;
  /** Activation on each selected token, in order. */
  readonly activations: readonly number[];
  readonly promotes: readonly WeightedToken[];
  readonly suppresses: readonly WeightedToken[];
  readonly explanation: Explanation;
}

/** Answer of `introspect neurons`, and the ranked list of the panel. */
export interface NeuronsResult {
  /** Activations are read at the token they stand on. */
  readonly about: Extract<About, "this">;
  readonly neurons: readonly NeuronScore[];
  /**
   * What the z-score compares with: the model's records, or the rest of the window. "none" where there are no records
   * and the selection leaves too little of the window: then the score is the mean activation over the layer's own RMS.
   * Other orders compare with nothing: "none".
   */
  readonly baseline: "records" | "window" | "none";
  readonly by: NeuronOrder;
  /** Ranked by z behind a gate: a neuron that is negative on the selection is ranked by how far it is below its mean. */
  readonly signed?: true;
  /** Ranked by effect: on what. */
  readonly effect?: RankedEffect;
  readonly window: RunWindow;
  /** Selected positions in the window's ids; position 0 and added tokens are left out. */
  readonly selected: readonly number[];
}

/** A part that moves a neuron's input at its strongest token: direct path, norm scale frozen. */
export interface NeuronDriver {
  /** "embed", "head 1.3", "mlp 0" … */
  readonly source: string;
  /** Contribution to the pre-activation (for gated neurons: to the gate). */
  readonly contribution: number;
  /** For gated neurons: contribution to the up projection. */
  readonly up?: number;
}

/** A place where a neuron is strong; offsets as in the document. */
export interface NeuronPlace {
  readonly pos: number;
  readonly activation: number;
  readonly token: TokenInfo;
  /** Text around the token, the token itself between `before` and `after`. */
  readonly before: string;
  readonly after: string;
}

/** How often a neuron has which activation. */
export interface NeuronHistogram {
  /** "records": over the text of the model's records, run anew; "window": over the counted tokens of this run. */
  readonly basis: "records" | "window";
  /** Activations counted. */
  readonly n: number;
  /** Ends of the bins, one more than there are bins, ascending and equally far apart. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Activations at given shares of those counted. */
  readonly quantiles: readonly { readonly share: number; readonly value: number }[];
  /** Of the selection: the mean and the strongest activation, each with the share (0 … 1) of those counted that lie below. */
  readonly selection: {
    readonly mean: { readonly value: number; readonly below: number };
    readonly strongest: { readonly value: number; readonly below: number };
  };
}

/** Everything the card of one neuron shows. */
export interface NeuronCard {
  readonly about: Extract<About, "this">;
  readonly layer: number;
  readonly neuron: number;
  readonly window: RunWindow;
  /** Activation on every position of the window. */
  readonly activations: readonly number[];
  readonly promotes: readonly WeightedToken[];
  readonly suppresses: readonly WeightedToken[];
  /** Strongest first; they add up, with `rest`, to the pre-activation at `driversAt`. */
  readonly drivers: readonly NeuronDriver[];
  readonly driversAt: number;
  readonly preActivation: number;
  /** What the listed drivers leave of the pre-activation: the smaller sources and the biases. */
  readonly rest: number;
  /** Strongest places of the window outside the selection. */
  readonly places: readonly NeuronPlace[];
  /** Strongest places in the model's own records; empty without records. */
  readonly recordPlaces: readonly {
    readonly activation: number;
    readonly before: string;
    readonly token: string;
    readonly after: string;
  }[];
  readonly record: { readonly mean: number; readonly deviation: number; readonly max: number } | null;
  readonly histogram: NeuronHistogram;
  readonly explanation: Explanation;
}

/** One neuron over a whole file, run in windows that overlap by half a context. */
export interface NeuronFile {
  readonly about: Extract<About, "this">;
  readonly layer: number;
  readonly neuron: number;
  /** The scanned text's tokens without the ones a tokenizer adds; offsets in the whole document. */
  readonly tokens: readonly TokenInfo[];
  /** Activation on each of `tokens`, behind at least half a context of text where there is as much. */
  readonly activations: readonly number[];
  /** Strongest places outside the selection. */
  readonly places: readonly NeuronPlace[];
}

/** The strongest places of a neuron in a text. */
export interface NeuronTextPlaces {
  /** Tokens of the text. */
  readonly nTokens: number;
  /** Strongest first; offsets in the text. */
  readonly places: readonly NeuronPlace[];
}
