/** Recipes of the Direction panel's figures. Files are named from the workspace's folder, where the command is to be run. */
import type { DirectionPanelData } from "../../../../src/protocol/directionPanel";
import { onText, pythonText, type Ingredients, type Recipe } from "./recipe";

/** By the figure's name. */
export function directionRecipe(figure: string, data: DirectionPanelData, from: Ingredients): Recipe | null {
  const { listed, chosen, compared, reading, layers, header } = data;
  const file = listed[chosen]?.file;
  if (file === undefined) return null;
  if (figure === "direction-cosines") {
    const other = compared && listed[compared.with]?.file;
    return other
      ? { command: { words: ["introspect", "direction", "compare", file, other] }, python: null }
      : null;
  }
  // The document that was correlated is not part of what the page was sent.
  if (figure === "direction-scatter") return null;
  if (figure === "direction-strips" || figure === "direction-layers") {
    if (!reading) return null;
    const written = reading.window.tokens.filter(({ generated }) => generated).length;
    const on = written === 0 ? [] : ["--generate", String(written)];
    const command = onText(from, "read", ["--direction", file, ...layerOptions(layers), ...on]);
    const [layer = header.bestLayer] = layers ?? [];
    const vectors = file.replace(/\.json$/, ".npz");
    const hook = `blocks.${layer}.${header.hook}`;
    const lines = [
      "import numpy as np",
      `direction = torch.tensor(np.load(${JSON.stringify(vectors)})[${JSON.stringify(hook)}])`,
      "logits, cache = model.run_with_cache(tokens)",
      `print(cache[${JSON.stringify(hook)}][0] @ (direction / direction.norm()))  # a score per position`,
    ];
    const one = layers === null || layers.length === 1;
    const python = one ? { tokens: { tokens: pythonText(from, reading.window) }, lines } : null;
    return { command, python };
  }
  return { command: { words: ["introspect", "direction", "show", file] }, python: null };
}

function layerOptions(layers: readonly number[] | null): readonly string[] {
  const [first, last] = [layers?.[0], layers?.at(-1)];
  if (first === undefined || last === undefined) return [];
  return first === last ? ["--layer", String(first)] : ["--layers", `${first}-${last}`];
}
