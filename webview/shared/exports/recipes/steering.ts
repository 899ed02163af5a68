/** Recipes of the Steering panel's figures. */
import type { SteeringPanelData } from "../../../../src/protocol/panelApi";
import type { Ingredients, Recipe } from "./recipe";

/** The experiment goes over standard input. Its edits have no counterpart in TransformerLens. */
export function steeringRecipe({ experiment }: SteeringPanelData, { model }: Ingredients): Recipe {
  const { result: _, ...asked } = experiment;
  const words = ["introspect", "steer", model.path, "-"];
  return { command: { words, stdin: `${JSON.stringify(asked)}\n` }, python: null };
}
