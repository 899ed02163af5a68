/** Checks what is asked about the tokens of a text. */
import { bosPolicies } from "../base/bosPolicy";
import { asInteger, asList, asObject, asOneOf, asText, badField } from "./decode";
import { heatmapKinds, type HeatmapMeasure, type HeatmapQuestion } from "./heatmap";

const maxOffset = 2 ** 31 - 1;
const maxIndex = 1_000_000;

/**
 * The parameters of "heatmap/part".
 * @throws {DecodeError} "bad-field"
 */
export function decodeHeatmap(value: unknown): HeatmapQuestion {
  const params = asObject(value, "params");
  const offset = (name: string): number =>
    asInteger(params[name], `params.${name}`, { min: 0, max: maxOffset });
  const text = asText(params["text"], "params.text");
  const lead = offset("lead");
  if (lead > text.length) throw badField("params.lead", "is more than there is text");
  return {
    model: asText(params["model"], "params.model"),
    text,
    lead,
    offset: offset("offset"),
    bos: asOneOf(params["bos"], "params.bos", bosPolicies),
    measure: decodeMeasure(params["measure"], "params.measure"),
    most: asInteger(params["most"], "params.most", { min: 2, max: maxIndex }),
    from: offset("from"),
    ...(params["at"] === undefined ? {} : { at: offset("at") }),
  };
}

/**
 * A measure.
 * @throws {DecodeError} "bad-field"
 */
export function decodeMeasure(value: unknown, path: string): HeatmapMeasure {
  const measure = asObject(value, path);
  const kind = asOneOf(measure["kind"], `${path}.kind`, heatmapKinds);
  const index = (name: string): number =>
    asInteger(measure[name], `${path}.${name}`, { min: 0, max: maxIndex });
  switch (kind) {
    case "neuron":
      return { kind, layer: index("layer"), neuron: index("neuron") };
    case "norm":
      return { kind, hook: asText(measure["hook"], `${path}.hook`) };
    case "direction":
      return {
        kind,
        file: asText(measure["file"], `${path}.file`),
        layers: layersOf(measure["layers"], `${path}.layers`),
        centred: measure["centred"] === true,
      };
    case "attention":
      return {
        kind,
        direction: asOneOf(measure["direction"], `${path}.direction`, ["from", "to"] as const),
        layer: index("layer"),
        head: index("head"),
      };
    default:
      return { kind };
  }
}

function layersOf(value: unknown, path: string): number[] | null {
  if (value === null || value === undefined) return null;
  const layers = asList(value, path).map((one, i) =>
    asInteger(one, `${path}[${i}]`, { min: 0, max: maxIndex }),
  );
  if (layers.length === 0) throw badField(path, "is an empty list");
  return layers;
}
