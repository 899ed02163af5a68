/** What the Direction page says, checked before the host uses it. */
import { asInteger, asList, asObject, badField } from "./decode";
import type { DirectionHostApi } from "./directionPanel";
import type { ParamDecoders } from "./rpc";

const maxIndex = 1_000_000;
/** Layers of one band. */
const mostLayers = 1000;
/** Tokens that one click may have written. */
const mostWritten = 512;

const index = (value: unknown, path: string): number => asInteger(value, path, { min: 0, max: maxIndex });

const nothing = (params: unknown): Record<string, never> => {
  asObject(params, "params", []);
  return {};
};

/** Per method of the Direction page, the check of its parameters. */
export const directionPanelDecoders: ParamDecoders<DirectionHostApi> = {
  "direction/choose": (params) => {
    const { direction } = asObject(params, "params", ["direction"]);
    return { direction: index(direction, "params.direction") };
  },
  "direction/layers": (params) => {
    const { layers } = asObject(params, "params", ["layers"]);
    if (layers === null) return { layers };
    const list = asList(layers, "params.layers").map((one, i) => index(one, `params.layers[${i}]`));
    const isPlain = Object.keys(layers as object).length === list.length;
    if (list.length === 0 || list.length > mostLayers || !isPlain)
      throw badField("params.layers", `has ${list.length} entries`);
    return { layers: list };
  },
  "direction/also": (params) => {
    const { direction, on } = asObject(params, "params", ["direction", "on"]);
    if (typeof on !== "boolean") throw badField("params.on", "is neither true nor false");
    return { direction: index(direction, "params.direction"), on };
  },
  "direction/compare": (params) => {
    const { direction } = asObject(params, "params", ["direction"]);
    return { direction: direction === null ? null : index(direction, "params.direction") };
  },
  "direction/continue": (params) => {
    const { tokens } = asObject(params, "params", ["tokens"]);
    return { tokens: asInteger(tokens, "params.tokens", { min: 1, max: mostWritten }) };
  },
  "direction/correlate": nothing,
  "direction/colour": nothing,
};
