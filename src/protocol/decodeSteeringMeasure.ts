/** Measures of steering and expectations, decoded. */
import { asFlag, asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import {
  choiceScores,
  type ChoiceItem,
  type DrawnTexts,
  type Expectation,
  isDrawn,
  type MeasureKind,
  type SteeringMeasure,
  textSplits,
  type TextSet,
} from "./steeringMeasure";

const mostTexts = 10_000;
const mostWords = 1000;
const mostItems = 10_000;
const mostDraws = 10_000;
const mostTokens = 100_000;
const longestPattern = 1000;

const fieldsOf: Readonly<Record<MeasureKind, readonly string[]>> = {
  logProb: ["text", "prompt"],
  probability: ["words"],
  perplexityRatio: ["on", "pad"],
  choiceAccuracy: ["items", "by"],
  score: ["direction", "layer", "on"],
  kl: [],
  effectiveness: ["words"],
  disruption: ["words"],
  words: ["words", "n", "tokens"],
  pattern: ["pattern", "flags", "n", "tokens"],
  count: ["words", "n", "tokens"],
};

/** Names of the measures. */
export const measureKinds = Object.keys(fieldsOf) as MeasureKind[];

type Fields = Readonly<Record<string, unknown>>;

/**
 * A measure from plain data.
 * @param also  fields that may stand beside those of the measure
 * @throws {DecodeError} "bad-field"
 */
export function decodeMeasure(value: unknown, path: string, also: readonly string[] = []): SteeringMeasure {
  const of = asOneOf(asObject(value, path)["of"], `${path}.of`, measureKinds);
  return measureOf(of, asObject(value, path, ["of", ...fieldsOf[of], ...also]), path);
}

/**
 * What an experiment expects.
 * @throws {DecodeError} "bad-field"
 */
export function decodeExpectations(value: unknown, path: string): Expectation[] {
  const list = asList(value, path);
  if (list.length > mostItems) throw badField(path, `has ${list.length} entries; ${mostItems} are the most`);
  return list.map((entry, i) => decodeExpectation(entry, `${path}[${i}]`));
}

function decodeExpectation(value: unknown, path: string): Expectation {
  const measure = decodeMeasure(value, path, ["name", "atLeast", "atMost"]);
  const { name, atLeast, atMost } = asObject(value, path);
  if (atLeast === undefined && atMost === undefined)
    throw badField(path, "has no bound", "Give atLeast, atMost or both.");
  const low = atLeast === undefined ? undefined : asNumber(atLeast, `${path}.atLeast`);
  const high = atMost === undefined ? undefined : asNumber(atMost, `${path}.atMost`);
  if (low !== undefined && high !== undefined && low > high)
    throw badField(`${path}.atLeast`, `is ${low}, above atMost, ${high}`);
  if (measure.of === "count") {
    const next = 'Expect a share of texts with "words" or "pattern".';
    throw badField(`${path}.of`, 'is "count", which has no interval to hold a bound to', next);
  }
  return {
    ...measure,
    ...(name === undefined ? {} : { name: asText(name, `${path}.name`) }),
    ...(low === undefined ? {} : { atLeast: low }),
    ...(high === undefined ? {} : { atMost: high }),
  };
}

function measureOf(of: MeasureKind, object: Fields, path: string): SteeringMeasure {
  switch (of) {
    case "logProb": {
      const prompt = object["prompt"];
      const text = filled(object["text"], `${path}.text`);
      return { of, text, ...(prompt === undefined ? {} : { prompt: asText(prompt, `${path}.prompt`) }) };
    }
    case "probability":
    case "effectiveness":
    case "disruption":
      return { of, words: decodeWords(object["words"], `${path}.words`) };
    case "perplexityRatio":
      return {
        of,
        on: decodeTexts(object["on"], `${path}.on`),
        ...(object["pad"] === undefined ? {} : { pad: asFlag(object["pad"], `${path}.pad`) }),
      };
    case "choiceAccuracy":
      return {
        of,
        items: decodeItems(object["items"], `${path}.items`),
        ...(object["by"] === undefined ? {} : { by: asOneOf(object["by"], `${path}.by`, choiceScores) }),
      };
    case "score":
      return {
        of,
        direction: filled(object["direction"], `${path}.direction`),
        ...(object["layer"] === undefined
          ? {}
          : { layer: asInteger(object["layer"], `${path}.layer`, { min: 0 }) }),
        ...(object["on"] === undefined ? {} : { on: decodeTexts(object["on"], `${path}.on`) }),
      };
    case "kl":
      return { of };
    case "pattern":
      return { of, ...decodePattern(object, path), ...decodeDrawn(object, path) };
    default:
      return { of, words: decodeWords(object["words"], `${path}.words`), ...decodeDrawn(object, path) };
  }
}

function filled(value: unknown, path: string): string {
  const text = asText(value, path);
  if (text === "") throw badField(path, "is empty");
  return text;
}

/**
 * Words, each of some length.
 * @throws {DecodeError} "bad-field"
 */
export function decodeWords(value: unknown, path: string): string[] {
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  if (list.length > mostWords) throw badField(path, `has ${list.length} entries; ${mostWords} are the most`);
  return list.map((word, i) => filled(word, `${path}[${i}]`));
}

/**
 * Texts, or the file that holds them.
 * @throws {DecodeError} "bad-field"
 */
export function decodeTexts(value: unknown, path: string): TextSet {
  const object = asObject(value, path, ["texts", "file", "split"]);
  if (object["file"] === undefined) {
    const list = asList(object["texts"], `${path}.texts`);
    if (list.length === 0) throw badField(`${path}.texts`, "is an empty list");
    if (list.length > mostTexts)
      throw badField(`${path}.texts`, `has ${list.length} entries; ${mostTexts} are the most`);
    if (object["split"] !== undefined) throw badField(`${path}.split`, "goes with a file");
    return { texts: list.map((text, i) => filled(text, `${path}.texts[${i}]`)) };
  }
  if (object["texts"] !== undefined) throw badField(path, "has both texts and a file");
  const split = object["split"];
  return {
    file: filled(object["file"], `${path}.file`),
    ...(split === undefined ? {} : { split: asOneOf(split, `${path}.split`, textSplits) }),
  };
}

function decodeItems(value: unknown, path: string): ChoiceItem[] {
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  if (list.length > mostItems) throw badField(path, `has ${list.length} entries; ${mostItems} are the most`);
  return list.map((entry, i) => {
    const at = `${path}[${i}]`;
    const { prompt, choices: given, answer } = asObject(entry, at, ["prompt", "choices", "answer"]);
    const choices = asList(given, `${at}.choices`).map((one, j) => filled(one, `${at}.choices[${j}]`));
    if (choices.length < 2) throw badField(`${at}.choices`, "needs two choices at least");
    return {
      ...(prompt === undefined ? {} : { prompt: asText(prompt, `${at}.prompt`) }),
      choices,
      answer: asInteger(answer, `${at}.answer`, { min: 0, max: choices.length - 1 }),
    };
  });
}

function decodePattern(object: Fields, path: string): { pattern: string; flags?: string } {
  const pattern = filled(object["pattern"], `${path}.pattern`);
  if (pattern.length > longestPattern)
    throw badField(`${path}.pattern`, `has ${pattern.length} characters; ${longestPattern} are the most`);
  const flags = object["flags"] === undefined ? undefined : asText(object["flags"], `${path}.flags`);
  if (flags !== undefined && !/^[imsu]*$/.test(flags))
    throw badField(`${path}.flags`, "may hold i, m, s and u alone");
  try {
    new RegExp(pattern, flags);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw badField(`${path}.pattern`, `is no regular expression: ${why.replace(/\.$/, "")}`);
  }
  return { pattern, ...(flags === undefined ? {} : { flags }) };
}

function decodeDrawn({ n, tokens }: Fields, path: string): DrawnTexts {
  return {
    ...(n === undefined ? {} : { n: asInteger(n, `${path}.n`, { min: 1, max: mostDraws }) }),
    ...(tokens === undefined
      ? {}
      : { tokens: asInteger(tokens, `${path}.tokens`, { min: 1, max: mostTokens }) }),
  };
}

/**
 * Refuses many draws where each gives the same text.
 * @throws {DecodeError} "bad-field"
 */
export function requireDraws(measure: SteeringMeasure, path: string, temperature: number): void {
  const n = isDrawn(measure.of) ? (measure as DrawnTexts).n : undefined;
  if (n === undefined || n === 1 || temperature > 0) return;
  const next = "Give sampling a temperature above 0, or leave n out.";
  throw badField(`${path}.n`, `asks for ${n} texts, but at temperature 0 all are the same`, next);
}
