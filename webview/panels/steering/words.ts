/** What the steering page says in words. */
import type { Edit, Experiment, GenerateResult, SteerResult } from "../../../src/protocol/edit";
import type { PanelState } from "../../../src/protocol/panelApi";
import { logs, number, percent } from "../../shared/format";

/** The strength of the experiment: the factor of its first edit. */
export const strengthOf = (experiment: Experiment): number => experiment.edits[0]?.scale ?? 1;

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
  return `${sampling.maxTokens} tokens, ${how}`;
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

/** The edit's size against the residual stream. */
export const normSentence = (result: SteerResult): string =>
  `‖edit‖ / ‖residual‖: ${result.relativeNorm.map(number).join(", ")}`;

/** What stands where the result will be: how far a run is, or that none was made. */
export function pendingWords({ status, message, progress }: PanelState<unknown>): string {
  if (status !== "loading") return "Not run yet: set a strength and run.";
  return `${message ?? "Running …"}${progress === undefined ? "" : ` ${Math.round(progress * 100)}%`}`;
}
