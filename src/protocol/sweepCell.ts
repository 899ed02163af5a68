/** From a cell of a sweep to the steering experiment that it is. */
import { decodeExperiment } from "./decodeExperiment";
import { filledIn } from "./decodeSweep";
import type { Experiment } from "./edit";
import type { SteeringSweepPlan } from "./steeringSweep";

/** Draws of each null: an experiment's own least, whatever the sweep ran at one cell. */
const draws = 20;

/**
 * An edit of a plan as it is in one cell; without `scale` it has the strength for one.
 * @throws {DecodeError} "bad-field" where it names an axis that there is not
 */
export function cellEdit(
  template: Readonly<Record<string, unknown>>,
  at: { readonly layer: number; readonly strength: number },
  path: string,
): unknown {
  const whole = "scale" in template ? template : { ...template, scale: "{strength}" };
  return filledIn(whole, { layer: at.layer, strength: at.strength }, path);
}

/**
 * The experiment at a layer and a strength, with the plan's prompt, sampling and seeds.
 * @throws {DecodeError} "bad-field"
 */
export function cellExperiment(
  { prompt, bos, edits, sampling, controls }: SteeringSweepPlan,
  at: { readonly layer: number; readonly strength: number },
  model: Experiment["model"],
): Experiment {
  const { isotropic, shuffled, seed } = controls;
  return decodeExperiment({
    version: 1,
    model,
    prompt,
    ...(bos === undefined ? {} : { bos }),
    edits: edits.map((template, i) => cellEdit(template, at, `edits[${i}]`)),
    sampling,
    controls: { isotropic: Math.max(draws, isotropic), shuffled: Math.max(draws, shuffled), seed },
  });
}
