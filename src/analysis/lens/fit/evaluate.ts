/** The rows a lens is fitted on, and how far a lens is from the model's output on some windows. */
import type { WorkOptions } from "../../../base/cancel";
import type { LayerRows, LensMath, Translator } from "../../../graph/lensMath";
import type { Runner } from "../../../graph/runner";
import { indices, readAt } from "../../common/reads";
import { lensHooks } from "../hooks";

/** A model to fit a lens to. */
export interface LensSubject {
  readonly runner: Runner;
  readonly math: LensMath;
}

/** Rows of every layer at some positions of a window, all but the first where none are named. */
export async function rowsOf(
  { runner }: LensSubject,
  ids: readonly number[],
  options: WorkOptions,
  positions = indices(ids.length - 1).map((i) => i + 1),
): Promise<LayerRows> {
  const hooks = lensHooks(runner.info);
  const plan = { ids, reads: hooks.map((hook) => ({ hook, positions })), cache: "none" as const };
  const run = await runner.run(plan, { signal: options.signal });
  const rows = hooks.map((hook) => readAt(run, hook).data);
  return { layers: rows.slice(0, -1), final: rows[rows.length - 1] };
}

/** Rows of every layer through its translator; null leaves a layer as it is. */
export async function translated(
  { math }: LensSubject,
  rows: readonly Float32Array[],
  translators: readonly (Translator | null)[],
): Promise<Float32Array[]> {
  const made: Float32Array[] = [];
  for (const [l, own] of rows.entries()) {
    const translator = translators[l];
    made.push(translator === null ? own : await math.translate(translator, own));
  }
  return made;
}

/** For each of several lenses the mean KL per layer over the windows, first positions left out; and how many positions. */
export async function meanDivergences(
  subject: LensSubject,
  windows: readonly (readonly number[])[],
  lenses: readonly (readonly (Translator | null)[])[],
  options: WorkOptions & { readonly message: string },
): Promise<{ readonly kl: number[][]; readonly positions: number }> {
  const { nLayers } = subject.runner.info;
  const sums = lenses.map(() => new Array<number>(nLayers).fill(0));
  let positions = 0;
  for (const [i, ids] of windows.entries()) {
    options.onProgress?.({ done: i, total: windows.length, message: options.message });
    const { layers, final } = await rowsOf(subject, ids, options);
    for (const [j, lens] of lenses.entries()) {
      const rows = { layers: await translated(subject, layers, lens), final };
      const { kl } = await subject.math.divergences(rows, { gradients: false }, { signal: options.signal });
      kl.forEach((values, l) => (sums[j][l] += values.reduce((sum, value) => sum + value, 0)));
    }
    positions += ids.length - 1;
  }
  // Rounding may leave a distance of nothing a little below 0.
  return { kl: sums.map((of) => of.map((sum) => Math.max(0, sum / positions))), positions };
}
