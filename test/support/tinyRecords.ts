/** Records of the tiny models: random text, with each neuron's true moments and strongest places over it. */
import type { ModelRecords } from "../../src/graph/runner";
import { recordWindow } from "../../src/analysis/common/activations";
import { tinyForward, type TinyModel } from "./tinyModel";
import { randomIds } from "./tinyWindow";

/** Records over `nWindows` windows of the length the model can take (recordWindow at most); position 0 is left out. */
export function tinyRecords(model: TinyModel, nWindows: number, seed: number): ModelRecords {
  const { nLayers, dMlp, dVocab } = model.shape;
  const ids = randomIds(nWindows * recordWindow, dVocab, seed);
  const values = Array.from({ length: nLayers * dMlp }, () => new Float32Array(ids.length));
  for (let first = 0; first < ids.length; first += recordWindow) {
    const window = ids.slice(first, first + Math.min(recordWindow, model.shape.nCtx));
    tinyForward(model, window, (hook, data) => {
      const layer = /^blocks\.(\d+)\.mlp\.hook_post$/.exec(hook)?.[1];
      if (layer === undefined) return;
      data.forEach((x, i) => (values[Number(layer) * dMlp + (i % dMlp)][first + Math.floor(i / dMlp)] = x));
    });
  }
  const counted = values.map((list) =>
    list.filter((_, i) => i % recordWindow > 0 && i % recordWindow < model.shape.nCtx),
  );
  const mean = counted.map((list) => list.reduce((a, b) => a + b, 0) / list.length);
  const nPlaces = 3;
  const top = values.flatMap((list) =>
    Array.from(list.keys())
      .filter((i) => i % recordWindow > 0)
      .sort((a, b) => list[b] - list[a])
      .slice(0, nPlaces),
  );
  return {
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(counted, (list, j) =>
      Math.sqrt(list.reduce((sum, x) => sum + (x - mean[j]) ** 2, 0) / list.length),
    ),
    max: Float32Array.from(counted, (list) => Math.max(...list)),
    ids: Int32Array.from(ids),
    top: Int32Array.from(top),
    random: Int32Array.from(top),
    nPlaces,
    text: "random letters",
    explanations: null,
  };
}
