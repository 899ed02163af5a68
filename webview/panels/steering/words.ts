/** What the steering page says in words. */
import type {
  Edit,
  Experiment,
  GenerateResult,
  SingleControl,
  SteerResult,
  SteerSamples,
} from "../../../src/protocol/edit";
import type { PanelState, SteeringPanelStep } from "../../../src/protocol/panelApi";
import { logs, number, percent } from "../../shared/format";

/** An edit as a name and what it does. */
export function editFacts(edit: Edit): readonly (readonly [string, string])[] {
  const rows: [string, string][] = [
    ["hook", edit.hook],
    ["does", `${edit.op} × ${number(edit.scale ?? 1)}`],
  ];
  if (edit.value !== undefined) rows.push(...valueFacts(edit.value));
  rows.push(["positions", typeof edit.positions === "string" ? edit.positions : edit.positions.join(", ")]);
  return rows;
}

function valueFacts(value: NonNullable<Edit["value"]>): [string, string][] {
  if ("direction" in value) return [["direction", value.direction]];
  if ("text" in value) return withMinus(["text", value.text], value.minus);
  if ("ids" in value) return withMinus(["ids", value.ids.join(", ")], value.minus?.join(", "));
  return [["value", Array.isArray(value[0]) ? `${value.length} rows` : `${value.length} numbers`]];
}

const withMinus = (row: [string, string], minus: string | undefined): [string, string][] =>
  minus === undefined ? [row] : [row, ["minus", minus]];

/** How tokens are chosen. */
export function samplingWords({ sampling }: Experiment): string {
  const how =
    sampling.temperature === 0
      ? "greedy"
      : `temperature ${number(sampling.temperature)}, seed ${sampling.seed}`;
  const { samples = 1 } = sampling;
  return `${samples > 1 ? `${samples} texts of ` : ""}${sampling.maxTokens} tokens, ${how}`;
}

/** First index at which two continuations differ; null where they do not. */
export function partsFrom(a: GenerateResult, b: GenerateResult): number | null {
  const n = Math.max(a.ids.length, b.ids.length);
  for (let i = 0; i < n; i++) if (a.ids[i] !== b.ids[i]) return i;
  return null;
}

/** True when two continuations have the same tokens and the same log-probabilities to the last bit. */
export const isSame = (a: GenerateResult, b: GenerateResult): boolean =>
  partsFrom(a, b) === null && a.logProbs.every((value, i) => Object.is(value, b.logProbs[i]));

/** What the zero-strength control shows. */
export function zeroSentence(result: SteerResult): string {
  if (isSame(result.default, result.controls.zero))
    return "Zero strength equals the default to the last bit.";
  const at = partsFrom(result.default, result.controls.zero);
  return at === null
    ? "Zero strength gives the same tokens but other log-probabilities: do not trust this experiment."
    : `Zero strength differs from the default at token ${at + 1}: do not trust this experiment.`;
}

/** Where the steered distribution stands among the random ones; first, where it is so, that the texts are the same. */
export function nullSentence({ kl, percentile, partsAt }: SteerResult): string {
  const n = kl.isotropic.length;
  const none = "No random directions were run: nothing to compare with.";
  const same = `The two texts are the same at this strength; the first distribution moves by KL ${logs(kl.steered)}`;
  if (n === 0 || percentile === null) return partsAt === null ? `${same}. ${none}` : none;
  const below = kl.isotropic.filter((one) => one < kl.steered).length;
  if (partsAt === null) {
    return `${same}, more than ${below} of ${n} random directions of equal norm (${percent(percentile)}).`;
  }
  return `Steering moves the first distribution more than ${below} of ${n} random directions of equal norm (${percent(percentile)}).`;
}

/** What the draws of the second null are, one of them by name, and how each is made. */
export function shuffledWords({ controlFacts }: Pick<SteerResult, "controlFacts">): {
  readonly what: string;
  readonly one: string;
  readonly each: string;
} {
  switch (controlFacts?.shuffled) {
    case "labels":
      return {
        what: "directions from shuffled labels",
        one: "shuffled labels",
        each: "the same direction made anew with the sides of its pairs mixed up, brought to the same length",
      };
    case "both":
      return {
        what: "shuffled labels and random prompt pairs",
        one: "shuffled labels or random pair",
        each: "shuffled labels where a direction’s pairs are known, else two random texts, brought to the same length",
      };
    default:
      return {
        what: "random prompt pairs",
        one: "random pair",
        each: "two random texts through the same pipeline, brought to the same length",
      };
  }
}

/** Where it stands among the draws of the second null; null where none were run. */
export function pairSentence(result: SteerResult): string | null {
  const { kl, percentiles } = result;
  const share = percentiles?.shuffled ?? null;
  const n = kl.shuffled?.length ?? 0;
  if (share === null || n === 0) return null;
  return `It moves more than ${Math.round(share * n)} of ${n} ${shuffledWords(result).what} (${percent(share)}).`;
}

/** A control that is run once, by the name and the sentence a reader knows it by. */
export function singleWords(
  name: SingleControl,
  { controlFacts }: SteerResult,
): { readonly name: string; readonly title: string } {
  switch (name) {
    case "positiveOnly":
      return { name: "added part alone", title: "What is added, without what is taken off." };
    case "embeddingOnly":
      return {
        name: "embeddings alone",
        title: "The difference of the texts' token embeddings, added at the same layer.",
      };
    case "prompting": {
      const text = controlFacts?.prompting;
      const title = "No edit: a text stands before the prompt instead.";
      return { name: text === undefined ? "prompting" : `prompting: “${text}”`, title };
    }
    case "otherLayer": {
      const layer = controlFacts?.otherLayer;
      const title = "The same edits at another layer.";
      return { name: layer === undefined ? "another layer" : `at layer ${layer}`, title };
    }
  }
}

/** What a strength that was dragged to does, and what of the page is of another one. */
export function stepSentence({ scale, ran }: SteeringPanelStep, own: number | null): string {
  const at = `Strength ${number(scale)}, as dragged: KL ${logs(ran.kl)}, ‖edit‖ / ‖residual‖ ${ran.relativeNorm.map(number).join(", ")}.`;
  const of = own === null ? "" : ` All else is of strength ${number(own)}: run to have it for this one.`;
  return `${at}${of}`;
}

/** How many of several pairs of texts part at all. */
export function samplesSentence({ seeds, partsAt }: SteerSamples): string {
  const parted = partsAt.filter((at) => at !== null).length;
  return `${parted} of ${seeds.length} pairs of texts part.`;
}

/** The edit's size against the residual stream. */
export const normSentence = (result: SteerResult): string =>
  `‖edit‖ / ‖residual‖: ${result.relativeNorm.map(number).join(", ")}`;

/** What stands where the result will be: how far a run is, or that none was made. */
export function pendingWords({ status, message, progress }: PanelState<unknown>): string {
  if (status !== "loading") return "Not run yet: set a strength and run.";
  return `${message ?? "Running …"}${progress === undefined ? "" : ` ${Math.round(progress * 100)}%`}`;
}
