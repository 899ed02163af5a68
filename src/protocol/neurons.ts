/** Results about MLP neurons (`mlp.hook_post`). */
import type { About, RunWindow, TokenInfo } from "./model";

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

/** One neuron on a selection. */
export interface NeuronScore {
  readonly layer: number;
  readonly neuron: number;
  /** z-score of the mean activation on the selected tokens against `baseline`. */
  readonly score: number;
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
   */
  readonly baseline: "records" | "window" | "none";
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
