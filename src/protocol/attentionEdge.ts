/** Results about one edge of attention: what blocking it does, and what its score is made of. */
import type { About, ScoredToken } from "./model";

/** An edge: positions index the run's ids. */
export interface AttentionEdge {
  readonly layer: number;
  readonly head: number;
  readonly query: number;
  readonly key: number;
}

/** Which of two different things blocking is. "before": −∞ before the softmax, so that the row renormalises; "after": 0 after it, so that the row loses the weight. */
export type BlockMode = "before" | "after";

/** The modes, the default first. */
export const blockModes: readonly BlockMode[] = ["before", "after"];

/**
 * Which other edges of the query an edge is compared with, over all heads of its layer. "matched": those whose weight is
 * nearest to its own; "random": any, of which most carry next to nothing.
 */
export type EdgeControls = "matched" | "random";

/** The kinds of controls, the default first. */
export const edgeControls: readonly EdgeControls[] = ["matched", "random"];

/** How an edge is blocked, and what that is compared with. */
export interface BlockParams {
  readonly softmax: BlockMode;
  /** The token whose logit is subtracted; the likeliest other one where left out. */
  readonly against?: number | undefined;
  /** Left out: the first kind. */
  readonly controls?: EdgeControls | undefined;
}

/** What a block did at the measured position: a log-probability in nats, and the difference of two logits. */
export interface EdgeEffect {
  readonly logProb: number;
  readonly logitDiff: number;
}

/** Another edge of the same query in the same layer, blocked the same way. */
export interface EdgeControl {
  readonly head: number;
  readonly key: number;
  readonly weight: number;
  readonly change: EdgeEffect;
}

/** What blocking one edge changes, beside what blocking other edges of its query changes. */
export interface EdgeBlock extends AttentionEdge {
  /** The measured token is the one after `position`. */
  readonly about: Extract<About, "next">;
  /** Where it was blocked. */
  readonly softmax: BlockMode;
  /** Attention on the edge in the plain run. */
  readonly weight: number;
  readonly position: number;
  /** The token whose log-probability is measured; `isActual` where the text goes on with it, else it is the most likely one. */
  readonly token: ScoredToken;
  readonly isActual: boolean;
  /** The token whose logit is subtracted. */
  readonly against: ScoredToken;
  /** The most likely tokens of the plain run, the best first. */
  readonly top: readonly ScoredToken[];
  readonly plain: EdgeEffect;
  readonly blocked: EdgeEffect;
  /** Blocked less plain. */
  readonly change: EdgeEffect;
  /** Which edges the controls are. */
  readonly compared: EdgeControls;
  readonly controls: readonly EdgeControl[];
  /** Share of controls whose change is smaller in size, 0 … 1; equal ones count half; null where there are none. */
  readonly percentile: Readonly<Record<keyof EdgeEffect, number | null>>;
}

/** A pair of parts: what the query has of one, times what the key has of the other. */
export interface WhyPair {
  readonly query: string;
  readonly key: string;
  readonly contribution: number;
  /** What of it the rotation by distance makes: less what it were if all keys stood where the query stands. Absent without rotary positions. */
  readonly rotation?: number;
}

/** One part with the sum of its pairs. */
export interface WhyPart {
  readonly source: string;
  readonly contribution: number;
}

/**
 * What the score of one edge is made of, under the norm scales of the run: products of parts of the query with parts of
 * the key, each less its mean over the keys that the query sees. With `rest` the pairs add up to `centred`.
 */
export interface WhyAttention extends AttentionEdge {
  readonly about: Extract<About, "this">;
  readonly weight: number;
  /** As the softmax has it. */
  readonly score: number;
  /** Score and its mean over the keys that the query sees, before a soft cap where there is one. */
  readonly uncapped: number;
  readonly mean: number;
  /** `uncapped` less `mean`: what the parts explain. */
  readonly centred: number;
  /** Sum of all pairs, listed or not, and what it misses of `centred`. */
  readonly sum: number;
  readonly residual: number;
  readonly nKeys: number;
  readonly nPairs: number;
  /** The largest pairs by size. */
  readonly pairs: readonly WhyPair[];
  readonly rest: number;
  /** What all rotation by distance makes of `centred`; null without rotary positions. */
  readonly rotation: number | null;
  readonly queryParts: readonly WhyPart[];
  readonly keyParts: readonly WhyPart[];
  /** The largest parts of either side against each other, the others joined in a last row and column. */
  readonly matrix: {
    readonly query: readonly string[];
    readonly key: readonly string[];
    readonly rows: readonly (readonly number[])[];
  };
  /** What could not be split into parts, and why. */
  readonly notes: readonly string[];
}
