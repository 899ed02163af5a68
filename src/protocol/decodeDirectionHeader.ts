/** Headers of direction files, decoded. */
import { decodeTextPairs } from "./decodeDirectionSpec";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField, DecodeError } from "./decode";
import {
  directionChoices,
  type DirectionHeader,
  type DirectionLayer,
  directionMethods,
  directionPositions,
} from "./direction";
import type { WeightedToken } from "./neurons";

const maxIndex = 1_000_000;

/**
 * A header from plain data. Fields of later versions are passed over.
 * @throws {DecodeError} "bad-version", "bad-field"
 */
export function decodeDirectionHeader(value: unknown): DirectionHeader {
  const object = asObject(value, "direction");
  if (object["kind"] !== "direction") throw badField("kind", 'is not "direction"');
  const version = asInteger(object["version"], "version", { min: 1 });
  if (version !== 1) {
    const next = "Update Introspect, or make the direction again.";
    throw new DecodeError("bad-version", `The direction is of version ${version}; this one reads 1.`, {
      next,
    });
  }
  const model = asObject(object["model"], "model");
  const layers = asList(object["layers"], "layers").map(decodeLayer);
  if (layers.length === 0) throw badField("layers", "is an empty list");
  const bestLayer = asInteger(object["bestLayer"], "bestLayer", { min: 0, max: maxIndex });
  if (!layers.some(({ layer }) => layer === bestLayer)) throw badField("bestLayer", "is none of the layers");
  const vectors = asText(object["vectors"], "vectors");
  if (vectors === "" || /[/\\]/.test(vectors))
    throw badField("vectors", "is no name of a file beside this one");
  return {
    version,
    kind: "direction",
    name: asText(object["name"], "name"),
    model: {
      path: textOrNull(model["path"], "model.path"),
      digest: textOrNull(model["digest"], "model.digest"),
      ...(model["family"] === undefined ? {} : { family: asText(model["family"], "model.family") }),
    },
    hook: asText(object["hook"], "hook"),
    method: asOneOf(object["method"], "method", [...directionMethods, "combined"] as const),
    ...(object["template"] === undefined ? {} : { template: asText(object["template"], "template") }),
    position: asOneOf(object["position"], "position", directionPositions),
    bos: object["bos"] === true,
    layers,
    bestLayer,
    chosenOn: asOneOf(object["chosenOn"], "chosenOn", directionChoices),
    data: decodeData(object["data"]),
    ...(object["task"] === undefined ? {} : { task: decodeTask(object["task"]) }),
    ...(object["parts"] === undefined ? {} : { parts: decodeParts(object["parts"]) }),
    warnings: asList(object["warnings"], "warnings").map((one, i) => asText(one, `warnings[${i}]`)),
    vectors,
  };
}

function textOrNull(value: unknown, path: string): string | null {
  return value === null || value === undefined ? null : asText(value, path);
}

function numberOrNull(value: unknown, path: string): number | null {
  return value === null || value === undefined ? null : asNumber(value, path);
}

function decodeLayer(value: unknown, i: number): DirectionLayer {
  const path = `layers[${i}]`;
  const object = asObject(value, path);
  const real = (name: string): number | null => numberOrNull(object[name], `${path}.${name}`);
  const interval = object["interval"];
  const nulls = asObject(object["nulls"], `${path}.nulls`);
  const percentile = asObject(object["percentile"] ?? {}, `${path}.percentile`);
  return {
    layer: asInteger(object["layer"], `${path}.layer`, { min: 0, max: maxIndex }),
    accuracy: real("accuracy"),
    interval:
      interval === null || interval === undefined
        ? null
        : [
            asNumber(asList(interval, `${path}.interval`)[0], `${path}.interval[0]`),
            asNumber(asList(interval, `${path}.interval`)[1], `${path}.interval[1]`),
          ],
    nulls: {
      isotropic: numbers(nulls["isotropic"], `${path}.nulls.isotropic`),
      shuffled: numbers(nulls["shuffled"], `${path}.nulls.shuffled`),
    },
    percentile: {
      isotropic: numberOrNull(percentile["isotropic"], `${path}.percentile.isotropic`),
      shuffled: numberOrNull(percentile["shuffled"], `${path}.percentile.shuffled`),
    },
    pairAccuracy: real("pairAccuracy"),
    validation: real("validation"),
    norm: asNumber(object["norm"], `${path}.norm`, { min: 0 }),
    residNorm: real("residNorm"),
    threshold: real("threshold"),
    spread: real("spread"),
    nearest: decodeNearest(object["nearest"], `${path}.nearest`),
  };
}

function numbers(value: unknown, path: string): number[] {
  return asList(value ?? [], path).map((one, i) => asNumber(one, `${path}[${i}]`));
}

function decodeNearest(value: unknown, path: string): DirectionLayer["nearest"] {
  if (value === null || value === undefined) return null;
  const object = asObject(value, path);
  const side = (name: "promotes" | "suppresses"): WeightedToken[] =>
    asList(object[name], `${path}.${name}`).map((one, i) => {
      const at = `${path}.${name}[${i}]`;
      const token = asObject(one, at);
      return {
        id: asInteger(token["id"], `${at}.id`, { min: 0 }),
        text: textOrNull(token["text"], `${at}.text`),
        weight: asNumber(token["weight"], `${at}.weight`),
      };
    });
  return { promotes: side("promotes"), suppresses: side("suppresses") };
}

function decodeData(value: unknown): DirectionHeader["data"] {
  const object = asObject(value, "data");
  const texts = asObject(object["texts"] ?? {}, "data.texts");
  const count = (name: string): number => asInteger(texts[name] ?? 0, `data.texts.${name}`, { min: 0 });
  return {
    pairs: asInteger(object["pairs"], "data.pairs", { min: 0 }),
    digest: textOrNull(object["digest"], "data.digest"),
    testShare: asNumber(object["testShare"], "data.testShare", { min: 0, max: 1 }),
    seed: asInteger(object["seed"], "data.seed", { min: 0 }),
    ...(object["kept"] === undefined ? {} : { kept: decodeTextPairs(object["kept"], "data.kept") }),
    texts: { train: count("train"), validation: count("validation"), test: count("test") },
  };
}

function decodeTask(value: unknown): NonNullable<DirectionHeader["task"]> {
  const object = asObject(value, "task");
  const share = (name: string): number => asNumber(object[name], `task.${name}`, { min: 0, max: 1 });
  return {
    regular: share("regular"),
    zeroShot: share("zeroShot"),
    queries: asInteger(object["queries"], "task.queries", { min: 0 }),
  };
}

function decodeParts(value: unknown): NonNullable<DirectionHeader["parts"]> {
  return asList(value, "parts").map((one, i) => {
    const object = asObject(one, `parts[${i}]`);
    return {
      name: asText(object["name"], `parts[${i}].name`),
      weight: asNumber(object["weight"], `parts[${i}].weight`),
    };
  });
}
