/** Which layers see a window of keys alone. */
import { count, type ModelConfig, refuse } from "./configReader";

/** Keys a query of a layer sees, its own included; null: all before it. */
export type Windows = (layer: number) => number | null;

/**
 * The windows of a config with `sliding_window` and, in newer files, `layer_types`.
 * @param how  the window where config.json has none, and which layers have it where there is no list
 * @throws {GraphError} "unsupported-config" for a kind of layer that is not known
 */
export function windowsOf(
  config: ModelConfig,
  nLayers: number,
  how: { readonly fallback: number | null; readonly slides: (layer: number) => boolean },
): Windows {
  const given = config["sliding_window"] === undefined ? how.fallback : config["sliding_window"];
  const window = given === null ? null : count(config, "sliding_window", how.fallback ?? undefined);
  const types = config["layer_types"] ?? null;
  if (types !== null && (!Array.isArray(types) || types.length !== nLayers))
    throw refuse("layer_types", types, `a list of ${nLayers} names`);
  const slides = (layer: number): boolean => {
    const type: unknown = types?.[layer];
    if (type === undefined) return how.slides(layer);
    if (type === "sliding_attention") return true;
    if (type === "full_attention") return false;
    throw refuse("layer_types", type, "sliding_attention or full_attention");
  };
  const all = Array.from({ length: nLayers }, (_, layer) => (slides(layer) ? window : null));
  return (layer) => all[layer];
}
