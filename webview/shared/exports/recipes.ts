/** From a figure to a command and to Python. */
import { modelName } from "../badge";
import type { FigureSource } from "./facts";
import { pythonScript } from "./python";
import { attentionRecipe } from "./recipes/attention";
import { directionRecipe } from "./recipes/direction";
import { heatmapRecipe } from "./recipes/heatmap";
import { mapRecipe } from "./recipes/map";
import { lensRecipe } from "./recipes/lens";
import { neuronsRecipe } from "./recipes/neurons";
import { patchRecipe } from "./recipes/patch";
import type { Ingredients, Recipe } from "./recipes/recipe";
import { steeringRecipe } from "./recipes/steering";
import { sweepRecipe } from "./recipes/sweep";
import { commandLine } from "../../../src/base/shell";

/** The recipe of a figure; null where nothing is shown, or it has none. */
function recipeOf(figure: string, { model, made, shown }: FigureSource): Recipe | null {
  if (!model || !made || !shown) return null;
  const from: Ingredients = { model, made };
  switch (shown.panel) {
    case "lens":
      return lensRecipe(figure, shown.data, from);
    case "attention":
      return attentionRecipe(figure, shown.data, from);
    case "neurons":
      return neuronsRecipe(figure, shown.data, from);
    case "patch":
      return patchRecipe(figure, shown.data, from);
    case "steering":
      return steeringRecipe(figure, shown.data, from);
    case "direction":
      return directionRecipe(figure, shown.data, from);
    case "sweep":
      return sweepRecipe(shown.data, from);
    case "heatmap":
      return heatmapRecipe(shown.data, from);
    case "map":
      return mapRecipe(shown.data, from);
    case "rasp":
      return null;
  }
}

/**
 * The command that gives a figure's numbers.
 * @throws {Error} where there is none, with the reason
 */
export function figureCommand(figure: string, source: FigureSource): string {
  const command = recipeOf(figure, source)?.command;
  if (!command) throw new Error("There is no one command for this picture; export its data instead.");
  return commandLine(command);
}

/** The same for a file's header; null where there is none. */
export function commandOrNull(figure: string, source: FigureSource): string | null {
  try {
    return figureCommand(figure, source);
  } catch {
    return null;
  }
}

/**
 * The script that reads a figure's numbers with TransformerLens.
 * @throws {Error} where there is none
 */
export function figurePython(figure: string, source: FigureSource): string {
  const { python: read, whyNoPython } = recipeOf(figure, source) ?? {};
  const { model, made, document, ran } = source;
  if (!read || !model || !made)
    throw new Error(
      whyNoPython ?? "TransformerLens has no counterpart of this picture; copy it as a command line instead.",
    );
  const of = `${modelName(model)} (${model.family}), digest ${model.digest ?? "not computed yet"}`;
  const on = [document, ran].filter(Boolean).join(", ");
  const heading = [`Introspect ${made.version}, ${figure}, ${made.at}`, of, ...(on === "" ? [] : [on])];
  return pythonScript(model, read, heading);
}
