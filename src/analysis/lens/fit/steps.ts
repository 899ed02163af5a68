/** KL steps: each moves every layer's translator down the gradient of its KL to the model's output on one batch. */
import type { WorkOptions } from "../../../base/cancel";
import { permutation, seededRandom } from "../../../base/random";
import type { Translator } from "../../../graph/lensMath";
import type { ModelInfo } from "../../../protocol/model";
import { type LensSubject, rowsOf, translated } from "./evaluate";
import type { LayerFit } from "./state";

const OPT = globalThis as unknown as { process: { env: Record<string, string | undefined> } };

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
  const { gradients } = await subject.math.divergences(
    read,
    { gradients: true },
    { signal: options.signal },
  );
  const found: Translator[] = [];
  for (const [l, own] of gradients.entries()) {
    const mean = own.map((value) => value / positions.length);
    found.push({ a: await subject.math.outer(mean, rows.layers[l]), b: columnSums(mean, subject.runner.info.dModel) });
  }
  layers.forEach((layer, l) => move(layer, found[l], which));
}

function batchOf({ step, seed, windows }: Step, most: number): { ids: readonly number[]; positions: number[] } {
  const round = Math.floor(step / windows.length);
  const order = permutation(windows.length, seededRandom(seed + 7919 * round));
  const ids = windows[order[step % windows.length]];
  const all = permutation(ids.length - 1, seededRandom(seed + 104729 * (step + 1)));
  return { ids, positions: all.slice(0, most).map((i) => i + 1).sort((a, b) => a - b) };
}

function columnSums(rows: Float32Array, d: number): Float32Array {
  const sums = new Float64Array(d);
  for (let i = 0; i < rows.length; i++) sums[i % d] += rows[i];
  return Float32Array.from(sums);
}

function move(layer: LayerFit, gradient: Translator, { step, steps }: Step): void {
  const kind = OPT.process.env["OPT"] ?? "sgd";
  const lr = Number(OPT.process.env["LR"] ?? "0.1") * (1 - step / steps);
  const clip = Math.min(1, 1 / (norm(gradient) + 1e-6));
  for (const part of ["a", "b"] as const) {
    const g = gradient[part];
    const value = layer.current[part];
    const m = layer.momentum[part];
    const v = layer.squares[part];
    if (kind === "sgd") {
      for (let i = 0; i < g.length; i++) {
        const slope = g[i] * clip + 1e-3 * value[i];
        m[i] = 0.9 * m[i] + slope;
        value[i] -= lr * (slope + 0.9 * m[i]);
      }
    } else {
      const c1 = 1 - 0.9 ** (step + 1), c2 = 1 - 0.999 ** (step + 1);
      for (let i = 0; i < g.length; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        value[i] -= (lr * (m[i] / c1)) / (Math.sqrt(v[i] / c2) + 1e-8);
      }
    }
  }
}

function norm({ a, b }: Translator): number {
  let sum = 0;
  for (const part of [a, b]) for (const value of part) sum += value * value;
  return Math.sqrt(sum);
}
