/** Recipes of the Steering panel's figures. */
import type { SteeringPanelData } from "../../../../src/protocol/panelApi";
import { withStrength } from "../../../../src/protocol/strength";
import type { Ingredients, Recipe } from "./recipe";

/** The experiment goes over standard input. Its edits have no counterpart in TransformerLens. */
export function steeringRecipe(
  figure: string,
  { experiment, step }: SteeringPanelData,
  { model }: Ingredients,
): Recipe {
  // The texts are those of the strength that was dragged to; the controls are of the experiment's own.
  const isStep = step !== undefined && figure === "steering-texts";
  const { result: _, ...asked } = isStep ? withStrength(experiment, step.scale) : experiment;
  const words = ["introspect", "steer", model.path, "-"];
  return { command: { words, stdin: `${JSON.stringify(asked)}\n` }, python: null };
}
