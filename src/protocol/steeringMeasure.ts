/** What steering is measured by: effects, costs, and what an experiment file expects. */

/** Ways to cut a file of texts: not at all, by line, by sentence. */
export const textSplits = ["whole", "lines", "sentences"] as const;

/** Texts, or a file that holds them; its path starts from the folder of the file that names it. */
export type TextSet =
  | { readonly texts: readonly string[] }
  | { readonly file: string; readonly split?: (typeof textSplits)[number] };

/** A question with continuations, one of which is right. */
export interface ChoiceItem {
  /** What stands before each choice; the experiment's prompt where it is left out. */
  readonly prompt?: string;
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly answer: number;
}

/** How a continuation's log-probability is compared with those of others: as a whole, per token, per UTF-8 byte. */
export const choiceScores = ["total", "perToken", "perByte"] as const;

/** How many continuations are drawn, and how long they are; by default what `sampling` says. */
export interface DrawnTexts {
  readonly n?: number;
  readonly tokens?: number;
}

/**
 * One number about an edited model. All but the last three are exact: nothing is drawn.
 *
 * | of | value |
 * | --- | --- |
 * | logProb | by how much the log-probability of `text` behind the prompt rises, nats, all its tokens together |
 * | probability | the probability of `words` behind the prompt, summed |
 * | perplexityRatio | edited perplexity of texts over the plain one: exp(−mean change of log-probability), pooled over tokens, predictions made at injected positions left out; with `pad`, in both runs behind as many space tokens as are injected |
 * | choiceAccuracy | share of items whose right choice is the likeliest |
 * | score | by how much h·v/‖v‖ rises at the prompt's last token, or on average over `on` without first positions |
 * | kl | KL(plain ‖ edited) of the distribution behind the prompt, nats |
 * | effectiveness | by how much the log-probability rises that the next token is aligned: one with which one of `words` begins, nats |
 * | disruption | KL(edited ‖ plain) of the next token once it is known whether it is aligned, nats: what moves among aligned tokens and among the rest |
 * | words | share of drawn continuations that hold one of `words` (whole words, case ignored) |
 * | pattern | share of drawn continuations that a regular expression finds something in |
 * | count | occurrences of `words` per drawn continuation |
 */
export type SteeringMeasure =
  | { readonly of: "logProb"; readonly text: string; readonly prompt?: string }
  | { readonly of: "probability"; readonly words: readonly string[] }
  | {
      readonly of: "perplexityRatio";
      readonly on: TextSet;
      /** Space tokens stand before each text, behind its BOS token: what is injected in front falls on none of its words. */
      readonly pad?: boolean;
    }
  | {
      readonly of: "choiceAccuracy";
      readonly items: readonly ChoiceItem[];
      readonly by?: (typeof choiceScores)[number];
    }
  | {
      readonly of: "score";
      readonly direction: string;
      /** Block whose hook_resid_post is read; the direction's best one where its file names it. */
      readonly layer?: number;
      readonly on?: TextSet;
    }
  | { readonly of: "kl" }
  | { readonly of: "effectiveness" | "disruption"; readonly words: readonly string[] }
  | ({ readonly of: "words"; readonly words: readonly string[] } & DrawnTexts)
  | ({ readonly of: "pattern"; readonly pattern: string; readonly flags?: string } & DrawnTexts)
  | ({ readonly of: "count"; readonly words: readonly string[] } & DrawnTexts);

/** A measure's name. */
export type MeasureKind = SteeringMeasure["of"];

/** Whether more of a measure is better where nothing else is said: of surprise and of disturbance less is. */
export function moreIsBetter(of: MeasureKind): boolean {
  return of !== "perplexityRatio" && of !== "kl" && of !== "disruption";
}

/** Whether a measure's unit is that of log-probabilities. */
export function isInNats(of: MeasureKind): boolean {
  return of === "logProb" || of === "kl" || of === "effectiveness" || of === "disruption";
}

/** Whether a measure draws texts, so that its value is an estimate. */
export function isDrawn(of: MeasureKind): boolean {
  return of === "words" || of === "pattern" || of === "count";
}

/** What an experiment should come to: a measure with bounds. A drawn share is held to its Wilson interval's ends. */
export type Expectation = SteeringMeasure & {
  readonly name?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
};

/** One measure, taken: of the plain model, of the edited one, and its value as `SteeringMeasure` says. */
export interface MeasureReading {
  readonly default: number | null;
  readonly steered: number;
  readonly value: number;
}

/** How an expectation turned out. */
export interface ExpectationResult extends MeasureReading {
  readonly of: MeasureKind;
  readonly name: string;
  readonly met: boolean;
  /** The outcome as a sentence. */
  readonly says: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Of a drawn share: how many texts, how many of them count, and the 95 % Wilson interval. */
  readonly drawn?: {
    readonly n: number;
    readonly hits: number;
    readonly interval: readonly [number, number];
  };
  /** The same value under each null's edits, and the share of them below it; absent for drawn and costly measures. */
  readonly nulls?: { readonly isotropic: readonly number[]; readonly shuffled: readonly number[] };
  readonly percentiles?: { readonly isotropic: number | null; readonly shuffled: number | null };
}

/** Fewer draws than this say little of a share. */
export const fewDraws = 100;
