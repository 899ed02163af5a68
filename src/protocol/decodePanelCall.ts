/** What a page says, checked before the host uses it. A page shows text from anywhere, so nothing it says is trusted. */
import { headsScoredOn } from "./attention";
import { blockModes } from "./attentionEdge";
import { asInteger, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import { decodeRunChoice } from "./decodeRunChoice";
import type { HostApi } from "./panelApi";
import type { ParamDecoders } from "./rpc";

const maxOffset = 2 ** 31 - 1;
const maxIndex = 1_000_000;
const maxStrength = 10_000;
/** Units of exported content: a large picture in base64 is well below. */
const maxContent = 64_000_000;
const maxName = 200;

const nothing = (params: unknown): Record<string, never> => {
  asObject(params, "params", []);
  return {};
};

function decodeRange(params: unknown): HostApi["editor/reveal"]["params"] {
  const object = asObject(params, "params", ["start", "end"]);
  const start = asInteger(object["start"], "params.start", { min: 0, max: maxOffset });
  return { start, end: asInteger(object["end"], "params.end", { min: start, max: maxOffset }) };
}

function decodeExport(params: unknown): HostApi["export/save"]["params"] {
  const object = asObject(params, "params", ["name", "format", "content", "encoding"]);
  const name = asText(object["name"], "params.name");
  // Only a proposal for the save dialog, but still a name and not a path.
  if (name === "" || name.length > maxName || /[\p{Cc}/\\:*?"<>|]/u.test(name) || name.startsWith(".")) {
    throw badField("params.name", "is not a plain file name");
  }
  const content = asText(object["content"], "params.content");
  if (content.length > maxContent) throw badField("params.content", "is too long");
  const encoding = asOneOf(object["encoding"], "params.encoding", ["utf8", "base64"]);
  if (encoding === "base64" && !/^[A-Za-z0-9+/]*={0,2}$/.test(content)) {
    throw badField("params.content", "is not base64");
  }
  return {
    name,
    format: asOneOf(object["format"], "params.format", ["png", "svg", "csv", "json"]),
    content,
    encoding,
  };
}

const index = (value: unknown, path: string): number => asInteger(value, path, { min: 0, max: maxIndex });

/** Per method of the host, the check of what a page sends; each throws DecodeError "bad-field". */
export const panelCallDecoders: ParamDecoders<HostApi> = {
  "page/ready": nothing,
  "model/choose": nothing,
  "page/retry": nothing,
  "page/example": nothing,
  "page/cancel": nothing,
  "run/choose": (params) => decodeRunChoice(params, "params"),
  "editor/reveal": decodeRange,
  "neurons/choose": (params) => {
    const object = asObject(params, "params", ["layer", "neuron"]);
    return {
      layer: index(object["layer"], "params.layer"),
      neuron: index(object["neuron"], "params.neuron"),
    };
  },
  "editor/clear": nothing,
  "attention/choose": (params) => {
    const object = asObject(params, "params", ["layer", "head"]);
    return { layer: index(object["layer"], "params.layer"), head: index(object["head"], "params.head") };
  },
  "attention/score": (params) => {
    const object = asObject(params, "params", ["on"]);
    return { on: asOneOf(object["on"], "params.on", headsScoredOn) };
  },
  "attention/edge": (params) => {
    const object = asObject(params, "params", ["query", "key"]);
    return { query: index(object["query"], "params.query"), key: index(object["key"], "params.key") };
  },
  "attention/block": (params) => {
    const object = asObject(params, "params", ["softmax", "against"]);
    const { against } = object;
    return {
      softmax: asOneOf(object["softmax"], "params.softmax", blockModes),
      ...(against === undefined ? {} : { against: asInteger(against, "params.against", { min: 0 }) }),
    };
  },
  "steering/run": (params) => {
    const object = asObject(params, "params", ["scale"]);
    return { scale: asNumber(object["scale"], "params.scale", { min: -maxStrength, max: maxStrength }) };
  },
  "steering/save": nothing,
  "export/save": decodeExport,
};
