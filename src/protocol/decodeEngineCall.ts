/**
 * What the extension asks of the engine, checked before the engine uses it: a call that is none gets a coded error.
 * Unknown fields are passed over; both sides are of one build.
 */
import { bosPolicies } from "../base/bosPolicy";
import { decodeArrays } from "./arrays";
import { blockParamsOf } from "./decodeBlock";
import { decodeEntries } from "./catalogue";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import { decodeExperiment } from "./decodeExperiment";
import { decodeSteeringSweep } from "./decodeSteeringSweep";
import { decodeTaskVectorPlan } from "./decodeTaskVector";
import { headsScoredOn } from "./attention";
import { directionDecoders } from "./decodeDirectionCalls";
import { decodeRunInput } from "./decodeRunInput";
import { decodeHeatmap } from "./decodeHeatmap";
import { decodeEffectChoice, decodeRankChoice } from "./decodeNeurons";
import { decodePatchChoice } from "./decodePatchChoice";
import type { EdgeParams, EngineApi, OffsetRange } from "./engineApi";
import { lensKinds } from "./lensFile";
import type { RunInput } from "./model";
import type { PatchSide } from "./patch";
import type { ParamDecoders } from "./rpc";

const maxOffset = 2 ** 31 - 1;
const maxIndex = 1_000_000;
/** Most columns of a lens, and most entries of any list that is asked for. */
const maxListed = 100_000;

type Fields = Readonly<Record<string, unknown>>;

const paramsOf = (value: unknown): Fields => asObject(value, "params");
const modelOf = (params: Fields): string => asText(params["model"], "params.model");
const index = (params: Fields, name: string): number =>
  asInteger(params[name], `params.${name}`, { min: 0, max: maxIndex });
const count = (params: Fields, name: string): number =>
  asInteger(params[name], `params.${name}`, { min: 1, max: maxListed });
const offsetAt = (value: unknown, path: string): number => asInteger(value, path, { min: 0, max: maxOffset });

function rangeOf(params: Fields): OffsetRange {
  const range = asObject(params["range"], "params.range");
  const start = offsetAt(range["start"], "params.range.start");
  const end = offsetAt(range["end"], "params.range.end");
  if (end < start) throw badField("params.range", "ends before it starts");
  return { start, end };
}

function signOf(params: Fields): 1 | -1 {
  const sign = asInteger(params["sign"], "params.sign");
  if (sign !== 1 && sign !== -1) throw badField("params.sign", "is neither 1 nor -1");
  return sign;
}

function patchSideOf(params: Fields, name: "base" | "source"): PatchSide {
  const side = asObject(params[name], `params.${name}`);
  const input = inputOf(side, `params.${name}.input`);
  if (input.kind !== "text") throw badField(`params.${name}.input`, "is no text");
  return { input, start: offsetAt(side["start"], `params.${name}.start`) };
}

const inputOf = (params: Fields, path = "params.input"): RunInput => decodeRunInput(params["input"], path);

function lensOf(value: unknown): NonNullable<EngineApi["lens/view"]["params"]["lens"]> {
  const lens = asObject(value, "params.lens");
  return {
    kind: asOneOf(lens["kind"], "params.lens.kind", lensKinds),
    file: lens["file"] === null ? null : asText(lens["file"], "params.lens.file"),
  };
}

function lensedRangeOf(params: Fields): EngineApi["lens/depths"]["params"] {
  return {
    ...textRangeOf(params),
    ...(params["lens"] === undefined ? {} : { lens: lensOf(params["lens"]) }),
  };
}

function textRangeOf(params: Fields): Omit<EngineApi["lens/depths"]["params"], "lens"> {
  return { model: modelOf(params), input: inputOf(params), range: rangeOf(params) };
}

function chosenOf(params: Fields): number[] {
  const chosen = asList(params["chosen"] ?? [], "params.chosen");
  return chosen.map((id, i) => asInteger(id, `params.chosen[${i}]`, { min: 0 }));
}

function integersOf(params: Fields, name: string): number[] {
  const list = asList(params[name], `params.${name}`);
  return list.map((one, i) => asInteger(one, `params.${name}[${i}]`, { min: 0 }));
}

function numbersOf(object: Fields, name: string): number[] {
  return asList(object[name], `params.${name}`).map((one, i) => asNumber(one, `params.${name}[${i}]`));
}

function writtenOf(value: unknown): NonNullable<EngineApi["attention/view"]["params"]["written"]> {
  const written = asObject(value, "params.written");
  const [ids, logProbs] = [integersOf(written, "ids"), numbersOf(written, "logProbs")];
  if (ids.length !== logProbs.length) throw badField("params.written", "has ids without log-probabilities");
  return { ids, logProbs };
}

const experimentOf = (params: Fields): EngineApi["steer/run"]["params"] => ({
  experiment: decodeExperiment(params["experiment"]),
  base: asText(params["base"], "params.base"),
});

const edgeOf = (params: Fields): EdgeParams => ({
  model: modelOf(params),
  input: inputOf(params),
  layer: index(params, "layer"),
  head: index(params, "head"),
  query: index(params, "query"),
  key: index(params, "key"),
});

/** Per method of the engine, the check of what the extension sends; each throws DecodeError "bad-field" and its like. */
export const engineCallDecoders: ParamDecoders<EngineApi> = {
  "engine/hello": (value) => ({ build: asText(paramsOf(value)["build"], "params.build") }),
  "model/open": (value) => ({ model: modelOf(paramsOf(value)) }),
  "model/digest": (value) => ({ model: modelOf(paramsOf(value)) }),
  "model/list": (value) => {
    const params = paramsOf(value);
    return {
      bundled: asText(params["bundled"], "params.bundled"),
      used: asList(params["used"], "params.used").map((path, i) => asText(path, `params.used[${i}]`)),
      catalogue: decodeEntries(params["catalogue"], "params.catalogue"),
    };
  },
  "text/tokens": (value) => {
    const params = paramsOf(value);
    return { model: modelOf(params), text: asText(params["text"], "params.text") };
  },
  "lens/view": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      input: inputOf(params),
      columns: count(params, "columns"),
      k: count(params, "k"),
      ...(params["lens"] === undefined ? {} : { lens: lensOf(params["lens"]) }),
      chosen: chosenOf(params),
    };
  },
  "lens/perplexity": (value) => lensedRangeOf(paramsOf(value)),
  "lens/depths": (value) => lensedRangeOf(paramsOf(value)),
  "neurons/rank": (value) => {
    const params = paramsOf(value);
    const all = params["layer"] === null || params["layer"] === undefined;
    const layer = all ? null : index(params, "layer");
    const { choice } = params;
    return {
      model: modelOf(params),
      input: inputOf(params),
      range: rangeOf(params),
      k: count(params, "k"),
      layer,
      ...(choice === undefined ? {} : { choice: decodeRankChoice(choice, "params.choice") }),
    };
  },
  "neurons/effects": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      input: inputOf(params),
      range: rangeOf(params),
      layer: index(params, "layer"),
      neuron: index(params, "neuron"),
      choice: decodeEffectChoice(params["choice"], "params.choice"),
    };
  },
  "neurons/places": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      text: asText(params["text"], "params.text"),
      bos: asOneOf(params["bos"], "params.bos", bosPolicies),
      layer: index(params, "layer"),
      neuron: index(params, "neuron"),
      sign: signOf(params),
    };
  },
  "neurons/card": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      input: inputOf(params),
      range: rangeOf(params),
      layer: index(params, "layer"),
      neuron: index(params, "neuron"),
    };
  },
  "neurons/file": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      text: asText(params["text"], "params.text"),
      offset: offsetAt(params["offset"], "params.offset"),
      bos: asOneOf(params["bos"], "params.bos", bosPolicies),
      range: rangeOf(params),
      layer: index(params, "layer"),
      neuron: index(params, "neuron"),
      sign: signOf(params),
    };
  },
  "attention/view": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      input: inputOf(params),
      range: rangeOf(params),
      layer: index(params, "layer"),
      head: index(params, "head"),
      ...(params["scoredOn"] === undefined
        ? {}
        : { scoredOn: asOneOf(params["scoredOn"], "params.scoredOn", headsScoredOn) }),
      ...(params["written"] === undefined ? {} : { written: writtenOf(params["written"]) }),
    };
  },
  "attention/next": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      ids: integersOf(params, "ids"),
      layer: index(params, "layer"),
      head: index(params, "head"),
      positions: integersOf(params, "positions"),
      ...(params["valueNorms"] === undefined ? {} : { valueNorms: numbersOf(params, "valueNorms") }),
    };
  },
  "attention/why": (value) => {
    const params = paramsOf(value);
    return { ...edgeOf(params), top: count(params, "top") };
  },
  "attention/block": (value) => {
    const params = paramsOf(value);
    return { ...edgeOf(params), ...blockParamsOf(params) };
  },
  "patch/run": (value) => {
    const params = paramsOf(value);
    return {
      model: modelOf(params),
      base: patchSideOf(params, "base"),
      source: patchSideOf(params, "source"),
      ...(params["choice"] === undefined
        ? {}
        : { choice: decodePatchChoice(params["choice"], "params.choice") }),
    };
  },
  "heatmap/part": decodeHeatmap,
  "arrays/save": decodeArrays,
  ...directionDecoders,
  "steer/run": (value) => experimentOf(paramsOf(value)),
  "steer/step": (value) => experimentOf(paramsOf(value)),
  "steer/sweep": (value) => {
    const params = paramsOf(value);
    const { kept } = params;
    return {
      model: modelOf(params),
      plan: decodeSteeringSweep(params["plan"]),
      base: asText(params["base"], "params.base"),
      ...(kept === undefined ? {} : { kept: asText(kept, "params.kept") }),
    };
  },
  "tasks/vector": (value) => {
    const params = paramsOf(value);
    const plan = decodeTaskVectorPlan(params["plan"]);
    return { model: modelOf(params), plan, base: asText(params["base"], "params.base") };
  },
};
