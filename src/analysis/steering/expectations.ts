/** What an experiment should come to, and whether it does. */
import type { WorkOptions } from "../../base/cancel";
import type { Expectation, ExpectationResult } from "../../protocol/steeringMeasure";
import { fewDraws, isInNats } from "../../protocol/steeringMeasure";
import type { EditedModel } from "../common/steering/editedModel";
import { takeMeasure, type TakenMeasure } from "../common/steering/measures";
import { isCheap, type ReadyMeasure } from "../common/steering/readyMeasure";
import { wilson } from "../common/wilson";
import { percentileOf } from "../common/percentile";

/** An expectation with its measure made ready. */
export interface ReadyExpectation {
  readonly expectation: Expectation;
  readonly measure: ReadyMeasure;
}

/** The models an expectation is looked at with. */
export interface ExpectedModels {
  readonly plain: EditedModel;
  readonly steered: EditedModel;
  readonly isotropic: readonly EditedModel[];
  readonly shuffled: readonly EditedModel[];
  /** Whether texts are drawn at a temperature: at none there is but one text, and nothing to estimate. */
  readonly isDrawn: boolean;
}

/** Takes the measure, of the nulls too where it is cheap, and holds the bounds against it. */
export async function meetExpectation(
  { expectation, measure }: ReadyExpectation,
  models: ExpectedModels,
  options: WorkOptions,
): Promise<{ readonly result: ExpectationResult; readonly warnings: readonly string[] }> {
  const { plain, steered } = models;
  const taken = await takeMeasure(measure, { plain, edited: steered }, options);
  const valuesOf = async (edited: readonly EditedModel[]): Promise<number[]> => {
    const values: number[] = [];
    for (const one of edited)
      values.push((await takeMeasure(measure, { plain, edited: one }, options)).value);
    return values;
  };
  const hasNulls = isCheap(measure.of) && models.isotropic.length + models.shuffled.length > 0;
  const nulls = hasNulls
    ? { isotropic: await valuesOf(models.isotropic), shuffled: await valuesOf(models.shuffled) }
    : null;
  const drawn = models.isDrawn ? drawnOf(taken) : null;
  const name = expectation.name ?? nameOf(expectation);
  const met = isMet(expectation, drawn?.interval ?? [taken.value, taken.value]);
  const { atLeast, atMost, of } = expectation;
  const result: ExpectationResult = {
    of,
    name,
    default: taken.default,
    steered: taken.steered,
    value: taken.value,
    met,
    says: sentence({ name, expectation, met, drawn, value: taken.value }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(atMost === undefined ? {} : { atMost }),
    ...(drawn ? { drawn } : {}),
    ...(nulls
      ? {
          nulls,
          percentiles: {
            isotropic: percentileOf(taken.value, nulls.isotropic),
            shuffled: percentileOf(taken.value, nulls.shuffled),
          },
        }
      : {}),
  };
  return { result, warnings: warningsOf(name, taken, drawn) };
}

type Drawn = NonNullable<ExpectationResult["drawn"]>;

function drawnOf({ counts }: TakenMeasure): Drawn | null {
  if (counts === undefined) return null;
  const hits = counts.filter((count) => count > 0).length;
  return { n: counts.length, hits, interval: wilson(hits, counts.length) };
}

/** A drawn share is held to the end of its interval that speaks against it. */
function isMet(
  { atLeast = -Infinity, atMost = Infinity }: Expectation,
  [low, high]: readonly [number, number],
): boolean {
  return low >= atLeast && high <= atMost;
}

function warningsOf(name: string, { skipped }: TakenMeasure, drawn: Drawn | null): string[] {
  const warnings: string[] = [];
  if (drawn !== null && drawn.n < fewDraws)
    warnings.push(`“${name}” rests on ${drawn.n} texts; with fewer than ${fewDraws} its interval is wide.`);
  if (skipped) warnings.push(`“${name}” leaves out ${skipped} texts that are too short to be measured.`);
  return warnings;
}

/** What an expectation without a name is called. */
export function nameOf(expectation: Expectation): string {
  const quoted = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(", ");
  switch (expectation.of) {
    case "logProb":
      return `rise of the log-probability of ${JSON.stringify(expectation.text)}`;
    case "probability":
      return `probability of ${quoted(expectation.words)}`;
    case "perplexityRatio":
      return [
        "perplexity ratio",
        ...("file" in expectation.on ? [`on ${expectation.on.file}`] : []),
        ...(expectation.pad ? ["behind spaces"] : []),
      ].join(" ");
    case "choiceAccuracy":
      return "choice accuracy";
    case "score":
      return `rise of the score along ${expectation.direction}`;
    case "kl":
      return "KL to the default";
    case "effectiveness":
      return `effectiveness for ${quoted(expectation.words)}`;
    case "disruption":
      return `disruption beside ${quoted(expectation.words)}`;
    case "pattern":
      return `share of texts that match /${expectation.pattern}/${expectation.flags ?? ""}`;
    default:
      return `share of texts with ${quoted(expectation.words)}`;
  }
}

function sentence(of: {
  readonly name: string;
  readonly expectation: Expectation;
  readonly met: boolean;
  readonly drawn: Drawn | null;
  readonly value: number;
}): string {
  const { atLeast, atMost, of: kind } = of.expectation;
  const unit = isInNats(kind) ? " nats" : "";
  const found = of.drawn
    ? `${of.drawn.hits} of ${of.drawn.n} texts, 95 % interval ${of.drawn.interval.map(rounded).join(" to ")}`
    : `${rounded(of.value)}${unit}`;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  return `${of.name}: ${found}; expected ${bounds.join(" and ")}: ${of.met ? "met" : "not met"}.`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
