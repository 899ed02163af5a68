/** KL steps: each moves every layer's translator down the gradient of its KL to the model's output on one batch. */
import type { WorkOptions } from "../../../base/cancel";
import { permutation, seededRandom } from "../../../base/random";
import type { Translator } from "../../../graph/lensMath";
import type { ModelInfo } from "../../../protocol/model";
import { type LensSubject, rowsOf, translated } from "./evaluate";
import type { LayerFit } from "./state";

/**
 * Gradient descent with Nesterov's momentum, its rate falling in a line to 0, and each layer's gradient cut to a length.
 * The decay pulls translators towards the identity. Rates as in Belrose et al., 2023.
 */
const firstRate = 0.1;
const inertia = 0.9;
const decay = 1e-3;
const longestGradient = 1;

/** Products of a step that are worth waiting for; with large vocabularies a step has fewer positions. */
const stepCost = 4e10;
const fewest = 64;

/** Positions of one step. */
export function stepPositions({ nLayers, dModel, dVocab }: ModelInfo): number {
  return Math.max(fewest, Math.floor(stepCost / (6 * nLayers * dModel * dVocab)));
}

/** One step of a run of them. The batch depends on seed and step alone, so that a run can be cut anywhere. */
export interface Step {
  readonly step: number;
  readonly steps: number;
  readonly seed: number;
  readonly windows: readonly (readonly number[])[];
}

/** Takes one step; the layers are changed at its end and at once, so that a step that is cut off leaves them as they were. */
export async function takeStep(
  subject: LensSubject,
  layers: readonly LayerFit[],
  which: Step,
  options: WorkOptions,
): Promise<void> {
  const { ids, positions } = batchOf(which, stepPositions(subject.runner.info));
  const rows = await rowsOf(subject, ids, options, positions);
  const current = layers.map((layer) => layer.current);
  const read = { layers: await translated(subject, rows.layers, current), final: rows.final };
  const { gradients } = await subject.math.divergences(read, { gradients: true }, { signal: options.signal });
  const found: Translator[] = [];
  for (const [l, own] of gradients.entries()) {
    const mean = own.map((value) => value / positions.length);
    found.push({
      a: await subject.math.outer(mean, rows.layers[l]),
      b: columnSums(mean, subject.runner.info.dModel),
    });
  }
  layers.forEach((layer, l) => move(layer, found[l], which));
}

function batchOf(
  { step, seed, windows }: Step,
  most: number,
): { ids: readonly number[]; positions: number[] } {
  const round = Math.floor(step / windows.length);
  const order = permutation(windows.length, seededRandom(seed + 7919 * round));
  const ids = windows[order[step % windows.length]];
  const all = permutation(ids.length - 1, seededRandom(seed + 104729 * (step + 1)));
  return {
    ids,
    positions: all
      .slice(0, most)
      .map((i) => i + 1)
      .sort((a, b) => a - b),
  };
}

function columnSums(rows: Float32Array, d: number): Float32Array {
  const sums = new Float64Array(d);
  for (let i = 0; i < rows.length; i++) sums[i % d] += rows[i];
  return Float32Array.from(sums);
}

function move({ current, momentum }: LayerFit, gradient: Translator, { step, steps }: Step): void {
  const rate = firstRate * (1 - step / steps);
  const clip = Math.min(1, longestGradient / (norm(gradient) + 1e-6));
  for (const part of ["a", "b"] as const) {
    const value = current[part];
    const kept = momentum[part];
    gradient[part].forEach((own, i) => {
      const slope = own * clip + decay * value[i];
      kept[i] = inertia * kept[i] + slope;
      value[i] -= rate * (slope + inertia * kept[i]);
    });
  }
}

function norm({ a, b }: Translator): number {
  let sum = 0;
  for (const part of [a, b]) for (const value of part) sum += value * value;
  return Math.sqrt(sum);
}
