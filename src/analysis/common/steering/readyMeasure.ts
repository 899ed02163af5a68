/** Measures of steering with their texts as ids and their files read: what can be taken of a model. */
import {
  type DrawnTexts,
  isDrawn,
  type MeasureKind,
  type SteeringMeasure,
} from "../../../protocol/steeringMeasure";

/** A continuation behind the ids it is forced upon. */
export interface ForcedText {
  readonly ids: readonly number[];
  readonly forced: readonly number[];
}

/** One choice of an item, with what its log-probability may be divided by. */
export interface ReadyChoice extends ForcedText {
  readonly bytes: number;
}

/** A measure that can be taken. */
export type ReadyMeasure =
  | { readonly of: "logProb"; readonly run: ForcedText }
  | { readonly of: "probability"; readonly runs: readonly ForcedText[] }
  | {
      readonly of: "perplexityRatio";
      readonly texts: readonly (readonly number[])[];
      /** Texts, then whole, stand behind space tokens. `bosId`: the token that stays before these; null where there is none. */
      readonly pad?: { readonly bosId: number | null };
    }
  | {
      readonly of: "choiceAccuracy";
      readonly by: "total" | "perToken" | "perByte";
      readonly items: readonly { readonly answer: number; readonly choices: readonly ReadyChoice[] }[];
    }
  | {
      readonly of: "score";
      readonly hook: string;
      readonly vector: readonly number[];
      /** Null: the prompt's last token. */
      readonly texts: readonly (readonly number[])[] | null;
    }
  | { readonly of: "kl" }
  | { readonly of: "effectiveness" | "disruption"; readonly aligned: readonly number[] }
  | {
      readonly of: "words" | "pattern" | "count";
      readonly n: number;
      readonly tokens: number;
      /** How often a text has what is looked for. */
      readonly count: (text: string) => number;
    };

/** How often one of some words stands in a text: whole words, case ignored. */
export function wordCounter(words: readonly string[]): (text: string) => number {
  const escaped = words.map((word) => word.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const any = escaped.filter((word) => word !== "").sort((a, b) => b.length - a.length);
  if (any.length === 0) return () => 0;
  // A word ends where no letter, digit or mark goes on; \b knows ASCII alone.
  const part = "[\\p{L}\\p{M}\\p{N}_]";
  const pattern = new RegExp(`(?<!${part})(?:${any.join("|")})(?!${part})`, "giu");
  return (text) => [...text.matchAll(pattern)].length;
}

/** The counter of a measure that draws. */
export function counterOf(
  measure: Extract<SteeringMeasure, { of: "words" | "pattern" | "count" }>,
): (text: string) => number {
  if (measure.of !== "pattern") return wordCounter(measure.words);
  const pattern = new RegExp(measure.pattern, measure.flags);
  return (text) => (pattern.test(text) ? 1 : 0);
}

/** How many texts a measure draws, and how long they are, where it does not say so itself. */
export function drawsOf(
  { n, tokens }: DrawnTexts,
  sampling: { readonly maxTokens: number; readonly temperature: number; readonly samples?: number },
): { n: number; tokens: number } {
  const normal = sampling.temperature === 0 ? 1 : (sampling.samples ?? usualDraws);
  return { n: n ?? normal, tokens: tokens ?? sampling.maxTokens };
}

const usualDraws = 20;

/** Whether a measure is cheap enough to be taken under every draw of a null. */
export function isCheap(of: MeasureKind): boolean {
  return of !== "perplexityRatio" && !isDrawn(of);
}
