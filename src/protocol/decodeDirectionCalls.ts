/** What the extension asks of the engine about directions, checked. */
import { bosPolicies } from "../base/bosPolicy";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import { decodeDirectionSpec } from "./decodeDirectionSpec";
import { decodeRunInput } from "./decodeRunInput";
import { decodeTextMapSpec } from "./decodeTextMap";
import { directionFormats } from "./direction";
import type { EngineApi } from "./engineApi";
import type { ParamDecoders } from "./rpc";

const maxIndex = 1_000_000;
/** Most files that one call names. */
const mostFiles = 64;

type DirectionMethods = Extract<keyof EngineApi, `directions/${string}`>;

const filesOf = (value: unknown, path: string): string[] => {
  const files = asList(value, path).map((one, i) => asText(one, `${path}[${i}]`));
  if (files.length === 0 || files.length > mostFiles) throw badField(path, `has ${files.length} files`);
  return files;
};

function layersOf(value: unknown, path: string): number[] | null {
  if (value === null) return null;
  const layers = asList(value, path).map((one, i) =>
    asInteger(one, `${path}[${i}]`, { min: 0, max: maxIndex }),
  );
  if (layers.length === 0) throw badField(path, "is an empty list");
  return layers;
}

const idsOf = (value: unknown, path: string): number[] =>
  asList(value, path).map((one, i) => asInteger(one, `${path}[${i}]`, { min: 0, max: 2 ** 31 - 1 }));

function rangeOf(value: unknown): { start: number; end: number } {
  const object = asObject(value, "params.range");
  const start = asInteger(object["start"], "params.range.start", { min: 0 });
  return { start, end: asInteger(object["end"], "params.range.end", { min: start }) };
}

/** Per method; each throws DecodeError "bad-field". */
export const directionDecoders: Pick<ParamDecoders<EngineApi>, DirectionMethods> = {
  "directions/make": (value) => {
    const params = asObject(value, "params");
    return {
      model: asText(params["model"], "params.model"),
      spec: decodeDirectionSpec(params["spec"]),
      base: asText(params["base"], "params.base"),
      out: asText(params["out"], "params.out"),
    };
  },
  "directions/read": (value) => {
    const params = asObject(value, "params");
    return {
      model: asText(params["model"], "params.model"),
      input: decodeRunInput(params["input"], "params.input"),
      files: filesOf(params["files"], "params.files"),
      layers: layersOf(params["layers"], "params.layers"),
      ...(params["range"] === undefined ? {} : { range: rangeOf(params["range"]) }),
      ...(params["most"] === undefined
        ? {}
        : { most: asInteger(params["most"], "params.most", { min: 1, max: maxIndex }) }),
      ...(params["strip"] === undefined ? {} : { strip: layersOf(params["strip"], "params.strip") }),
      ...(params["room"] === undefined
        ? {}
        : { room: asInteger(params["room"], "params.room", { min: 0, max: maxIndex }) }),
      ...(params["written"] === undefined ? {} : { written: idsOf(params["written"], "params.written") }),
    };
  },
  "directions/next": (value) => {
    const params = asObject(value, "params");
    const ids = idsOf(params["ids"], "params.ids");
    if (ids.length === 0) throw badField("params.ids", "is an empty list");
    return {
      model: asText(params["model"], "params.model"),
      ids,
      files: filesOf(params["files"], "params.files"),
      layers: layersOf(params["layers"], "params.layers"),
      strip: layersOf(params["strip"], "params.strip"),
    };
  },
  "directions/templates": (value) => {
    asObject(value, "params");
    return {};
  },
  "directions/compare": (value) => {
    const files = filesOf(asObject(value, "params")["files"], "params.files");
    if (files.length !== 2) throw badField("params.files", "is not of two files");
    return { files: [files[0], files[1]] };
  },
  "directions/correlate": (value) => {
    const params = asObject(value, "params");
    const files = filesOf(params["files"], "params.files");
    if (files.length !== 2) throw badField("params.files", "is not of two files");
    return {
      model: asText(params["model"], "params.model"),
      text: asText(params["text"], "params.text"),
      bos: asOneOf(params["bos"], "params.bos", bosPolicies),
      files: [files[0], files[1]],
      layers: layersOf(params["layers"], "params.layers"),
    };
  },
  "directions/map": (value) => {
    const params = asObject(value, "params");
    const { file } = params;
    return {
      model: asText(params["model"], "params.model"),
      file: file === null ? null : asText(file, "params.file"),
      name: asText(params["name"], "params.name"),
      spec: decodeTextMapSpec(params["spec"], "params.spec"),
    };
  },
  "directions/combine": (value) => {
    const params = asObject(value, "params");
    const parts = asList(params["parts"], "params.parts").map((one, i) => {
      const part = asObject(one, `params.parts[${i}]`);
      return {
        file: asText(part["file"], `params.parts[${i}].file`),
        weight: asNumber(part["weight"], `params.parts[${i}].weight`, { min: -1e6, max: 1e6 }),
      };
    });
    if (parts.length === 0 || parts.length > mostFiles)
      throw badField("params.parts", `has ${parts.length} parts`);
    return { parts, out: asText(params["out"], "params.out") };
  },
  "directions/export": (value) => {
    const params = asObject(value, "params");
    return {
      file: asText(params["file"], "params.file"),
      format: asOneOf(params["format"], "params.format", directionFormats),
      out: asText(params["out"], "params.out"),
    };
  },
};
