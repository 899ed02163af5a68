/** Experiment files (`NAME.introspect.json`), decoded. */
import { bosPolicies } from "../base/bosPolicy";
import {
  asFlag,
  asInteger,
  asNumber,
  asObject,
  asOneOf,
  asText,
  badField,
  DecodeError,
  parseJson,
} from "./decode";
import { decodeEdits } from "./decodeEdit";
import { decodeExpectations, decodeWords, requireDraws } from "./decodeSteeringMeasure";
import type { Experiment, ExperimentControls, Sampling } from "./edit";
import type { ModelInfo } from "./model";

/** Continuation length where a file names none. */
const defaultMaxTokens = 40;
/** Random directions where a file names no number: the least that a percentile of five in a hundred can rest on. */
const defaultIsotropic = 20;
const mostTokens = 100_000;
const mostControls = 1000;
/** Below this share no token would be left but the first. */
const leastTopP = 1e-9;
const mostAlternatives = 1000;
const mostSamples = 1000;

/**
 * An experiment from the text of its file.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 */
export function parseExperiment(text: string, info?: ModelInfo): Experiment {
  return decodeExperiment(parseJson(text, "The experiment file"), info);
}

/**
 * An experiment from plain data. Unknown fields are passed over, since later versions only add some; a saved `result`
 * is one of them, because running gives it anew. Sampling and controls that are left out have defaults.
 * @param info  where it is given, the edits are checked against it
 * @throws {DecodeError} "bad-version", "bad-field"
 */
export function decodeExperiment(value: unknown, info?: ModelInfo): Experiment {
  const object = asObject(value, "experiment");
  const version = asInteger(object["version"], "version", { min: 1 });
  if (version !== 1) {
    const next = "Update Introspect, or open the file with the version that wrote it.";
    throw new DecodeError("bad-version", `The experiment is of version ${version}; this one reads 1.`, {
      next,
    });
  }
  const sampling = decodeSampling(object["sampling"]);
  const expect = object["expect"] === undefined ? undefined : decodeExpectations(object["expect"], "expect");
  expect?.forEach((one, i) => requireDraws(one, `expect[${i}]`, sampling.temperature));
  return {
    version,
    model: decodeModel(object["model"]),
    prompt: asText(object["prompt"], "prompt"),
    ...(object["bos"] === undefined ? {} : { bos: asOneOf(object["bos"], "bos", bosPolicies) }),
    edits: decodeEdits(object["edits"], "edits", info),
    sampling,
    controls: decodeControls(object["controls"]),
    ...(object["aligned"] === undefined ? {} : { aligned: decodeWords(object["aligned"], "aligned") }),
    ...(expect === undefined ? {} : { expect }),
  };
}

/**
 * The model that a file names.
 * @throws {DecodeError} "bad-field"
 */
export function decodeModel(value: unknown): Experiment["model"] {
  const object = asObject(value, "model");
  const digest = object["digest"] ?? null;
  return {
    path: asText(object["path"], "model.path"),
    digest: digest === null ? null : asText(digest, "model.digest"),
  };
}

/**
 * How tokens are chosen, with defaults for what is left out.
 * @throws {DecodeError} "bad-field"
 */
export function decodeSampling(value: unknown): Sampling {
  const { maxTokens, temperature, seed, topK, topP, alternatives, samples } = asObject(
    value ?? {},
    "sampling",
  );
  if (samples !== undefined && samples !== 1 && (temperature ?? 0) === 0) {
    const next = "Give a temperature above 0, or leave samples out.";
    throw badField("sampling.samples", "asks for several texts, but at temperature 0 all are the same", next);
  }
  return {
    maxTokens: asInteger(maxTokens ?? defaultMaxTokens, "sampling.maxTokens", { min: 1, max: mostTokens }),
    temperature: asNumber(temperature ?? 0, "sampling.temperature", { min: 0 }),
    seed: asInteger(seed ?? 0, "sampling.seed"),
    ...(topK === undefined ? {} : { topK: asInteger(topK, "sampling.topK", { min: 0 }) }),
    ...(topP === undefined ? {} : { topP: asNumber(topP, "sampling.topP", { min: leastTopP, max: 1 }) }),
    ...(alternatives === undefined
      ? {}
      : {
          alternatives: asInteger(alternatives, "sampling.alternatives", { min: 0, max: mostAlternatives }),
        }),
    ...(samples === undefined
      ? {}
      : { samples: asInteger(samples, "sampling.samples", { min: 1, max: mostSamples }) }),
  };
}

function decodeControls(value: unknown): ExperimentControls {
  const { isotropic, seed, shuffled, others, prompting, otherLayer } = asObject(value ?? {}, "controls");
  const limits = { min: 0, max: mostControls };
  return {
    isotropic: asInteger(isotropic ?? defaultIsotropic, "controls.isotropic", limits),
    seed: asInteger(seed ?? 0, "controls.seed"),
    ...(shuffled === undefined ? {} : { shuffled: asInteger(shuffled, "controls.shuffled", limits) }),
    ...(others === undefined ? {} : { others: asFlag(others, "controls.others") }),
    ...(prompting === undefined ? {} : { prompting: asText(prompting, "controls.prompting") }),
    ...(otherLayer === undefined
      ? {}
      : { otherLayer: asInteger(otherLayer, "controls.otherLayer", { min: 0 }) }),
  };
}
