/** What a page says, checked before the host uses it. A page shows text from anywhere, so nothing it says is trusted. */
import { headsScoredOn } from "./attention";
import { asInteger, asNumber, asObject, asOneOf, asText, badField, parseJson } from "./decode";
import { blockParamsOf } from "./decodeBlock";
import { directionPanelDecoders } from "./decodeDirectionPanel";
import { mapPanelDecoders } from "./decodeTextMap";
import { decodeEffectChoice, decodeNote, decodeRankChoice } from "./decodeNeurons";
import { decodePatchChoice } from "./decodePatchChoice";
import { raspCallDecoders } from "./decodeRaspPanel";
import { decodeRunChoice } from "./decodeRunChoice";
import { sweepPanelDecoders } from "./decodeSweepPanel";
import { lensKinds } from "./lensFile";
import { searchScopes } from "./neuronPanel";
import type { HostApi } from "./panelApi";
import type { ParamDecoders } from "./rpc";
import { logUnits } from "./logUnit";

const maxOffset = 2 ** 31 - 1;
const maxIndex = 1_000_000;
const maxStrength = 10_000;
/** Texts that a page may ask for at once; a file may ask for more. */
const maxSamples = 100;
const maxTemperature = 10;
/** Units of exported content: a large picture in base64 is well below. */
const maxContent = 64_000_000;
const maxName = 200;
/** Tokens that are written at one go. */
const maxWritten = 512;

const nothing = (params: unknown): Record<string, never> => {
  asObject(params, "params", []);
  return {};
};

function decodeRange(params: unknown): HostApi["editor/reveal"]["params"] {
  const object = asObject(params, "params", ["start", "end"]);
  const start = asInteger(object["start"], "params.start", { min: 0, max: maxOffset });
  return { start, end: asInteger(object["end"], "params.end", { min: start, max: maxOffset }) };
}

function decodePointed(params: unknown): HostApi["focus/point"]["params"] {
  const { range } = asObject(params, "params", ["range"]);
  return { range: range === null ? null : decodeRange(range) };
}

function decodeChosen(params: unknown): HostApi["focus/choose"]["params"] {
  const { layer, ...range } = asObject(params, "params", ["start", "end", "layer"]);
  return { ...decodeRange(range), layer: layerOrNull(layer) };
}

function decodeStrength(value: unknown): number {
  return asNumber(value, "params.scale", { min: -maxStrength, max: maxStrength });
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

/** Units of a text for the clipboard: a command with a whole context in it is well below. */
const maxCopied = 4_000_000;

function decodeNpz(params: unknown): HostApi["export/npz"]["params"] {
  const object = asObject(params, "params", ["figure", "facts"]);
  const figure = asText(object["figure"], "params.figure");
  if (!/^[a-z][a-z-]{0,60}$/.test(figure)) throw badField("params.figure", "is not the name of a figure");
  const facts = asText(object["facts"], "params.facts");
  if (facts.length > maxCopied) throw badField("params.facts", "is too long");
  asObject(parseJson(facts, "params.facts"), "params.facts");
  return { figure, facts };
}

/** Units of what a page says of its failure. */
const maxReason = 1000;

function decodeReload(params: unknown): HostApi["page/reload"]["params"] {
  const reason = asText(asObject(params, "params", ["reason"])["reason"], "params.reason");
  if (reason.length > maxReason) throw badField("params.reason", "is too long");
  return { reason };
}

/** Units of a text that may be one token. */
const maxToken = 1000;

function decodeFollow(params: unknown): HostApi["lens/follow"]["params"] {
  const text = asText(asObject(params, "params", ["text"])["text"], "params.text");
  if (text.length > maxToken) throw badField("params.text", "is too long");
  return { text };
}

function decodeMark(params: unknown): HostApi["lens/mark"]["params"] {
  const object = asObject(params, "params", ["mark", "on"]);
  return {
    mark: asOneOf(object["mark"], "params.mark", ["depth", "inline"] as const),
    on: isOn(object["on"]),
  };
}

function isOn(value: unknown): boolean {
  if (typeof value !== "boolean") throw badField("params.on", "is neither true nor false");
  return value;
}

const index = (value: unknown, path: string): number => asInteger(value, path, { min: 0, max: maxIndex });
const layerOrNull = (value: unknown): number | null => (value === null ? null : index(value, "params.layer"));

/** Per method of the host, the check of what a page sends; each throws DecodeError "bad-field". */
export const panelCallDecoders: ParamDecoders<HostApi> = {
  "page/ready": nothing,
  "page/reload": decodeReload,
  "model/choose": nothing,
  "page/retry": nothing,
  "page/example": nothing,
  "page/cancel": nothing,
  "run/choose": (params) => decodeRunChoice(params, "params"),
  "unit/choose": (params) => {
    const object = asObject(params, "params", ["unit"]);
    return { unit: asOneOf(object["unit"], "params.unit", logUnits) };
  },
  "lens/choose": (params) => {
    const object = asObject(params, "params", ["kind"]);
    return { kind: asOneOf(object["kind"], "params.kind", lensKinds) };
  },
  "lens/file": nothing,
  "editor/reveal": decodeRange,
  "focus/point": decodePointed,
  "focus/choose": decodeChosen,
  "lens/follow": decodeFollow,
  "lens/toggle": (params) => ({ id: index(asObject(params, "params", ["id"])["id"], "params.id") }),
  "lens/pin": (params) => ({ on: isOn(asObject(params, "params", ["on"])["on"]) }),
  "lens/mark": decodeMark,
  "neurons/only": (params) => ({ layer: layerOrNull(asObject(params, "params", ["layer"])["layer"]) }),
  "neurons/choose": (params) => {
    const object = asObject(params, "params", ["layer", "neuron"]);
    return {
      layer: index(object["layer"], "params.layer"),
      neuron: index(object["neuron"], "params.neuron"),
    };
  },
  "neurons/order": (params) => decodeRankChoice(params, "params"),
  "neurons/effects": (params) => decodeEffectChoice(params, "params"),
  "neurons/search": (params) => {
    const object = asObject(params, "params", ["scope"]);
    return { scope: asOneOf(object["scope"], "params.scope", searchScopes) };
  },
  "neurons/place": (params) => {
    const object = asObject(params, "params", ["place"]);
    return { place: index(object["place"], "params.place") };
  },
  "neurons/note": (params) => {
    const object = asObject(params, "params", ["layer", "neuron", "before", "after"]);
    return {
      layer: index(object["layer"], "params.layer"),
      neuron: index(object["neuron"], "params.neuron"),
      before: decodeNote(object["before"], "params.before"),
      after: decodeNote(object["after"], "params.after"),
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
  "attention/continue": (params) => {
    const object = asObject(params, "params", ["tokens"]);
    return { tokens: asInteger(object["tokens"], "params.tokens", { min: 1, max: maxWritten }) };
  },
  "attention/colour": (params) => {
    const { query, start } = asObject(params, "params", ["query", "start"]);
    if (typeof start !== "boolean") throw badField("params.start", "is neither true nor false");
    return { query: index(query, "params.query"), start };
  },
  "attention/edge": (params) => {
    const object = asObject(params, "params", ["query", "key"]);
    return { query: index(object["query"], "params.query"), key: index(object["key"], "params.key") };
  },
  "attention/block": (params) =>
    blockParamsOf(asObject(params, "params", ["softmax", "against", "controls"])),
  "patch/choose": (params) => decodePatchChoice(params, "params"),
  "steering/run": (params) => {
    const object = asObject(params, "params", ["scale", "samples", "temperature"]);
    const { samples, temperature } = object;
    return {
      scale: decodeStrength(object["scale"]),
      ...(samples === undefined
        ? {}
        : { samples: asInteger(samples, "params.samples", { min: 1, max: maxSamples }) }),
      ...(temperature === undefined
        ? {}
        : { temperature: asNumber(temperature, "params.temperature", { min: 0, max: maxTemperature }) }),
    };
  },
  "steering/slide": (params) => ({ scale: decodeStrength(asObject(params, "params", ["scale"])["scale"]) }),
  "steering/save": nothing,
  ...raspCallDecoders,
  ...directionPanelDecoders,
  ...sweepPanelDecoders,
  ...mapPanelDecoders,
  "export/save": decodeExport,
  "export/npz": decodeNpz,
  "export/copy": (params) => {
    const text = asText(asObject(params, "params", ["text"])["text"], "params.text");
    if (text.length > maxCopied) throw badField("params.text", "is too long");
    return { text };
  },
  "view/save": nothing,
  "view/live": nothing,
};
