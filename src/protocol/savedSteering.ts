/**
 * The outcome of an experiment as a file beside it (`NAME.introspect.result.json`): for people to review and for
 * version control to compare. Numbers are rounded, so that another machine's last digits are no change; lists of numbers
 * stand on one line, and every text on its own.
 */
import { asList, asNumber, asObject, asText, badField, parseJson } from "./decode";
import type { GenerateResult, SteerResult } from "./edit";

/** Ending of such a file, in the place of the experiment's own. */
export const resultSuffix = ".introspect.result.json";

/** Decimals that are kept: of log-probabilities in nats, far more than anybody reads and fewer than machines agree on. */
const decimals = 3;

/** A continuation as it is kept. */
export interface SavedText {
  readonly text: string | null;
  readonly ids: readonly number[];
  readonly logProbs: readonly number[];
}

/** What is kept of a result. */
export interface SavedSteering {
  readonly version: 1;
  readonly kind: "steering-result";
  readonly digest: string | null;
  readonly bos: boolean;
  /** One sentence per expectation; empty where nothing was expected. */
  readonly expectations: readonly string[];
  readonly default: readonly SavedText[];
  readonly steered: readonly SavedText[];
  readonly kl: Readonly<Record<string, number | readonly number[]>>;
  readonly percentiles: { readonly isotropic: number | null; readonly shuffled: number | null };
  readonly relativeNorm: readonly (number | null)[];
  /** Texts of the controls, by name; nulls have several. */
  readonly controls: Readonly<Record<string, readonly (string | null)[]>>;
}

/** What is kept of a result: texts, how likely their tokens were, and how they compare. */
export function savedSteering(result: SteerResult): SavedSteering {
  const { controls, kl } = result;
  const texts = (all: GenerateResult | readonly GenerateResult[]): (string | null)[] =>
    (Array.isArray(all) ? (all as readonly GenerateResult[]) : [all as GenerateResult]).map(
      ({ text }) => text,
    );
  return {
    version: 1,
    kind: "steering-result",
    digest: result.digest,
    bos: result.bos,
    expectations: (result.expectations ?? []).map(({ says }) => says),
    default: (result.samples?.default ?? [result.default]).map(savedText),
    steered: (result.samples?.steered ?? [result.steered]).map(savedText),
    kl: Object.fromEntries(
      Object.entries(kl).map(([name, value]) => [
        name,
        typeof value === "number" ? rounded(value) : (value as readonly number[]).map(rounded),
      ]),
    ),
    percentiles: result.percentiles ?? { isotropic: result.percentile, shuffled: null },
    relativeNorm: result.relativeNorm.map((one) => (one === null ? null : rounded(one))),
    controls: Object.fromEntries(
      Object.entries(controls)
        .filter(([, made]) => made !== undefined)
        .map(([name, made]) => [name, texts(made)]),
    ),
  };
}

/** The file's text. */
export function savedSteeringText(saved: SavedSteering): string {
  const text = JSON.stringify(saved, null, 2);
  // A JSON string holds no line break of its own, so that these breaks are always between entries.
  return `${text.replace(/\[\n[^[\]{}"]*\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`;
}

/**
 * What a file of an earlier run has, as far as two runs are compared by it.
 * @throws {DecodeError} "not-json", "bad-field"
 */
export function parseSavedSteering(
  text: string,
): Pick<SavedSteering, "default" | "steered" | "expectations"> {
  const object = asObject(parseJson(text, "The result"), "result");
  if (object["kind"] !== "steering-result" || object["version"] !== 1)
    throw badField("kind", "is not that of a steering result of version 1");
  const texts = (name: "default" | "steered"): SavedText[] =>
    asList(object[name], name).map((one, i) => decodeText(one, `${name}[${i}]`));
  return {
    default: texts("default"),
    steered: texts("steered"),
    expectations: asList(object["expectations"], "expectations").map((one, i) =>
      asText(one, `expectations[${i}]`),
    ),
  };
}

/** What is other in a result than in an earlier one, one sentence each; none where both say the same. */
export function steeringChanges(
  before: Pick<SavedSteering, "default" | "steered" | "expectations">,
  after: Pick<SavedSteering, "default" | "steered" | "expectations">,
): string[] {
  return [
    ...textChanges("default", before.default, after.default),
    ...textChanges("steered", before.steered, after.steered),
    ...after.expectations
      .filter((one) => !before.expectations.includes(one))
      .map((one) => `Expectation: ${one}`),
  ];
}

function textChanges(
  name: "default" | "steered",
  before: readonly SavedText[],
  after: readonly SavedText[],
): string[] {
  if (before.length !== after.length)
    return [`There are ${after.length} ${name} texts where there were ${before.length}.`];
  return after.flatMap((now, i) => {
    const old = before[i];
    const which = after.length > 1 ? `${name} text ${i + 1}` : `${name} text`;
    const n = Math.max(old.ids.length, now.ids.length);
    for (let at = 0; at < n; at++) {
      if (old.ids[at] !== now.ids[at]) return [`The ${which} is another from token ${at + 1} on.`];
    }
    const largest = now.logProbs.reduce((most, x, at) => Math.max(most, Math.abs(x - old.logProbs[at])), 0);
    return largest > moved
      ? [`The ${which} is the same; log-probabilities moved by up to ${rounded(largest)} nats.`]
      : [];
  });
}

/** Nats by which rounding and another machine's sums may move a log-probability. */
const moved = 0.002;

function savedText({ text, ids, logProbs }: GenerateResult): SavedText {
  return { text, ids, logProbs: logProbs.map(rounded) };
}

function decodeText(value: unknown, path: string): SavedText {
  const { text, ids, logProbs } = asObject(value, path);
  const numbers = (list: unknown, name: string): number[] =>
    asList(list, `${path}.${name}`).map((one, i) => asNumber(one, `${path}.${name}[${i}]`));
  const found = { ids: numbers(ids, "ids"), logProbs: numbers(logProbs, "logProbs") };
  if (found.ids.length !== found.logProbs.length) throw badField(path, "has not a number for each token");
  return { text: text === null ? null : asText(text, `${path}.text`), ...found };
}

function rounded(value: number): number {
  const whole = Number(value.toFixed(decimals));
  return Object.is(whole, -0) ? 0 : whole;
}
