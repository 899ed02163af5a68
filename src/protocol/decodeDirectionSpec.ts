/** What is asked of a direction, decoded: specs, pairs, the shipped templates. */
import { bosPolicies } from "../base/bosPolicy";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField, parseJson } from "./decode";
import {
  directionMethods,
  directionPositions,
  type DirectionSpec,
  type DirectionTemplate,
  type PairFrame,
  type PairsFile,
  templateOdds,
  type TextPair,
} from "./direction";

/** Most pairs of one direction. */
export const mostPairs = 20_000;
/** Fewest draws of a null. */
export const fewestDraws = 20;
const mostDraws = 10_000;
const maxIndex = 1_000_000;

const specFields = [
  "$schema",
  "method",
  "name",
  "pairs",
  "template",
  "hook",
  "layers",
  "position",
  "bos",
  "testShare",
  "seed",
  "draws",
  "tokens",
  "fold",
  "neurons",
  "head",
  "file",
  "demonstrations",
];

type Fields = Readonly<Record<string, unknown>>;

/**
 * A spec from the text of its file.
 * @throws {DecodeError} "not-json", "bad-field"
 */
export function parseDirectionSpec(text: string): DirectionSpec {
  return decodeDirectionSpec(parseJson(text, "The spec"));
}

/**
 * A spec from plain data; what is left out has its default.
 * @throws {DecodeError} "bad-field"
 */
export function decodeDirectionSpec(value: unknown): DirectionSpec {
  const object = asObject(value, "spec", specFields);
  const method = asOneOf(object["method"] ?? "mean-difference", "method", directionMethods);
  const given = <T>(name: string, decode: (value: unknown) => T): object =>
    object[name] === undefined ? {} : { [name]: decode(object[name]) };
  const hook = asText(object["hook"] ?? "hook_resid_post", "hook");
  const spec: DirectionSpec = {
    method,
    hook,
    layers: decodeLayers(object["layers"] ?? "all"),
    position: asOneOf(object["position"] ?? "last", "position", directionPositions),
    testShare: asNumber(object["testShare"] ?? 0.25, "testShare", { min: 0, max: 0.9 }),
    seed: asInteger(object["seed"] ?? 0, "seed", { min: 0, max: 2 ** 32 - 1 }),
    draws: asInteger(object["draws"] ?? fewestDraws, "draws", { min: fewestDraws, max: mostDraws }),
    demonstrations: asInteger(object["demonstrations"] ?? 5, "demonstrations", { min: 1, max: 100 }),
    ...given("name", nameOf),
    ...given("pairs", decodePairs),
    ...given("template", (one) => (typeof one === "string" ? one : decodeFrame(one, "template"))),
    ...given("bos", (one) => asOneOf(one, "bos", bosPolicies)),
    ...given("tokens", decodeTokens),
    ...given("fold", (one) => one === true || (one !== false && refuse("fold", "is neither true nor false"))),
    ...given("neurons", decodeNeurons),
    ...given("head", decodeHead),
    ...given("file", (one) => asText(one, "file")),
  };
  requireParts(spec);
  return spec;
}

function nameOf(value: unknown): string {
  const name = asText(value, "name").trim();
  if (name === "" || name.length > 200) throw badField("name", "is empty or longer than 200 characters");
  return name;
}

function refuse(path: string, message: string): never {
  throw badField(path, message);
}

const needed: Partial<Record<DirectionSpec["method"], "tokens" | "neurons" | "head" | "file">> = {
  unembed: "tokens",
  neurons: "neurons",
  head: "head",
  import: "file",
};

const fitted = new Set<DirectionSpec["method"]>([
  "mean-difference",
  "pca",
  "logistic",
  "prompt-pair",
  "task",
  "head",
]);

function requireParts(spec: DirectionSpec): void {
  const part = needed[spec.method];
  if (part !== undefined && spec[part] === undefined)
    throw badField(part, `is missing: the method "${spec.method}" needs it`);
  const named = typeof spec.template === "string";
  if (fitted.has(spec.method) && spec.pairs === undefined && !named)
    throw badField("pairs", `is missing: the method "${spec.method}" needs pairs, or the name of a template`);
}

function decodeLayers(value: unknown): DirectionSpec["layers"] {
  if (value === "all") return value;
  const list = asList(value, "layers").map((one, i) =>
    asInteger(one, `layers[${i}]`, { min: 0, max: maxIndex }),
  );
  if (list.length === 0) throw badField("layers", "is an empty list");
  return [...new Set(list)].sort((a, b) => a - b);
}

function decodePairs(value: unknown): readonly TextPair[] | PairsFile {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const object = asObject(value, "pairs", ["file", "positive", "negative"]);
    const column = (name: "positive" | "negative"): object =>
      object[name] === undefined ? {} : { [name]: asText(object[name], `pairs.${name}`) };
    return { file: asText(object["file"], "pairs.file"), ...column("positive"), ...column("negative") };
  }
  return decodeTextPairs(value, "pairs");
}

/**
 * Pairs as a list of [positive, negative]; one of the two may be null.
 * @throws {DecodeError} "bad-field"
 */
export function decodeTextPairs(value: unknown, path: string): TextPair[] {
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  if (list.length > mostPairs) throw badField(path, `has ${list.length} pairs; ${mostPairs} are the most`);
  return list.map((one, i): TextPair => {
    const pair = asList(one, `${path}[${i}]`);
    if (pair.length !== 2)
      throw badField(`${path}[${i}]`, `has ${pair.length} texts, not [positive, negative]`);
    const side = (j: 0 | 1): string | null =>
      pair[j] === null ? null : asText(pair[j], `${path}[${i}][${j}]`);
    const [positive, negative] = [side(0), side(1)];
    if (positive === null && negative === null) throw badField(`${path}[${i}]`, "has no text");
    return [positive, negative];
  });
}

function decodeFrame(value: unknown, path: string): PairFrame {
  const object = asObject(value, path, ["positive", "negative"]);
  const side = (name: "positive" | "negative"): string => {
    const text = asText(object[name], `${path}.${name}`);
    if (!text.includes("{}")) throw badField(`${path}.${name}`, "has no {} where the pair's text goes");
    return text;
  };
  return { positive: side("positive"), negative: side("negative") };
}

function decodeTokens(value: unknown): readonly [string | number, string | number] {
  const list = asList(value, "tokens");
  if (list.length !== 2) throw badField("tokens", `has ${list.length} entries, not two`);
  const token = (i: number): string | number =>
    typeof list[i] === "string" ? list[i] : asInteger(list[i], `tokens[${i}]`, { min: 0 });
  return [token(0), token(1)];
}

function decodeNeurons(value: unknown): NonNullable<DirectionSpec["neurons"]> {
  const list = asList(value, "neurons");
  if (list.length === 0) throw badField("neurons", "is an empty list");
  return list.map((one, i) => {
    const path = `neurons[${i}]`;
    if (typeof one === "string") return { ...placeOf(one, path), weight: 1 };
    const object = asObject(one, path, ["layer", "neuron", "weight"]);
    return {
      layer: asInteger(object["layer"], `${path}.layer`, { min: 0, max: maxIndex }),
      neuron: asInteger(object["neuron"], `${path}.neuron`, { min: 0, max: maxIndex }),
      weight: asNumber(object["weight"] ?? 1, `${path}.weight`, { min: -1e6, max: 1e6 }),
    };
  });
}

function placeOf(text: string, path: string): { layer: number; neuron: number } {
  const found = /^(\d{1,6})\.(\d{1,7})$/.exec(text);
  if (!found) throw badField(path, "is not LAYER.NEURON");
  return { layer: Number(found[1]), neuron: Number(found[2]) };
}

function decodeHead(value: unknown): NonNullable<DirectionSpec["head"]> {
  if (typeof value === "string") {
    const { layer, neuron } = placeOf(value, "head");
    return { layer, head: neuron };
  }
  const object = asObject(value, "head", ["layer", "head"]);
  return {
    layer: asInteger(object["layer"], "head.layer", { min: 0, max: maxIndex }),
    head: asInteger(object["head"], "head.head", { min: 0, max: maxIndex }),
  };
}

/**
 * The shipped templates.
 * @throws {DecodeError} "bad-field"
 */
export function decodeTemplates(value: unknown): DirectionTemplate[] {
  const list = asList(asObject(value, "templates file")["templates"], "templates");
  return list.map((one, i) => {
    const path = `templates[${i}]`;
    const object = asObject(one, path);
    const frame = object["frame"] === undefined ? null : decodeFrame(object["frame"], `${path}.frame`);
    return {
      name: asText(object["name"], `${path}.name`),
      about: asText(object["about"], `${path}.about`),
      smallModel: asOneOf(object["smallModel"], `${path}.smallModel`, templateOdds),
      why: asText(object["why"], `${path}.why`),
      frame,
      pairs: decodeItems(object, path),
    };
  });
}

/** Pairs, or single texts that stand on both sides of a frame. */
function decodeItems(object: Fields, path: string): (readonly [string, string])[] {
  if (object["items"] !== undefined)
    return asList(object["items"], `${path}.items`).map((one, i) => {
      const text = asText(one, `${path}.items[${i}]`);
      return [text, text];
    });
  return asList(object["pairs"], `${path}.pairs`).map((one, i) => {
    const pair = asList(one, `${path}.pairs[${i}]`);
    return [asText(pair[0], `${path}.pairs[${i}][0]`), asText(pair[1], `${path}.pairs[${i}][1]`)];
  });
}
