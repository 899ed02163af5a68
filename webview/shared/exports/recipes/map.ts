/** Recipes of the Map panel's figures. The file is named from the workspace's folder, where the command is to be run. */
import type { MapPanelData } from "../../../../src/protocol/textMapPanel";
import type { Ingredients, Recipe } from "./recipe";

/** One command gives all of them. */
export function mapRecipe({ map, file, perplexity }: MapPanelData, { model, made }: Ingredients): Recipe {
  const bos = made.bos === "auto" ? [] : ["--bos", made.bos];
  const options = { where: map.position, metric: map.metric, perplexity, seed: map.seed, draws: map.draws };
  const words = [
    ...["introspect", "direction", "map", model.path],
    ...(file === null ? [] : [file]),
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...bos,
  ];
  return { command: { words }, python: null };
}
