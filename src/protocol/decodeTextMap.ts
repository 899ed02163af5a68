/** How labelled texts are to be mapped, checked. */
import { bosPolicies } from "../base/bosPolicy";
import { asInteger, asNumber, asObject, asOneOf, badField } from "./decode";
import { directionPositions } from "./direction";
import type { ParamDecoders } from "./rpc";
import { mapMetrics, usualTextMap, type TextMapSpec } from "./textMap";
import type { MapChoice, MapHostApi } from "./textMapPanel";

/** What numbers may be. */
const ranges = {
  perplexity: { min: 1, max: 500 },
  seed: { min: 0, max: 2 ** 32 - 1 },
  draws: { min: 20, max: 10_000 },
} as const;

/**
 * A spec; what is left out is as usual.
 * @throws {DecodeError} "bad-field"
 */
export function decodeTextMapSpec(value: unknown, path: string): TextMapSpec {
  const object = { ...usualTextMap, ...asObject(value, path, Object.keys(usualTextMap)) };
  return {
    position: asOneOf(object.position, `${path}.position`, directionPositions),
    bos: asOneOf(object.bos, `${path}.bos`, bosPolicies),
    metric: asOneOf(object.metric, `${path}.metric`, mapMetrics),
    perplexity: asNumber(object.perplexity, `${path}.perplexity`, ranges.perplexity),
    seed: asInteger(object.seed, `${path}.seed`, ranges.seed),
    draws: asInteger(object.draws, `${path}.draws`, ranges.draws),
  };
}

/** What the page chooses, all of it each time. */
const chosen: readonly (keyof MapChoice)[] = ["position", "metric", "perplexity", "seed"];

/** Per method of the Map page, the check of its parameters. */
export const mapPanelDecoders: ParamDecoders<MapHostApi> = {
  "map/choose": (params) => {
    const choice = asObject(params, "params", chosen);
    const missing = chosen.find((name) => choice[name] === undefined);
    if (missing !== undefined) throw badField(`params.${missing}`, "is missing");
    const { position, metric, perplexity, seed } = decodeTextMapSpec(choice, "params");
    return { position, metric, perplexity, seed };
  },
  "map/file": (params) => {
    asObject(params, "params", []);
    return {};
  },
};
