/** Recipe of the Sweep panel's figures: one command gives them all. */
import type { SweepPanelData } from "../../../../src/protocol/sweepPanel";
import type { Ingredients, Recipe } from "./recipe";

/**
 * The plan goes over standard input, unless it names files: their paths start from the folder of the plan's own, which
 * is named from the workspace's folder, where the command is to be run.
 */
export function sweepRecipe({ plan, file }: SweepPanelData, { model }: Ingredients): Recipe {
  const words = ["introspect", "sweep", model.path];
  const text = JSON.stringify(plan);
  if (!/"(file|direction)":"/.test(text)) {
    const command = { words: [...words, "-"], stdin: `${text}\n` };
    return { command, python: null };
  }
  return { command: file === null ? null : { words: [...words, file] }, python: null };
}
