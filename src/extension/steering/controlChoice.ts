/** Which controls an experiment is run with. */
import type { Experiment } from "../../protocol/edit";

/** "none": quickly, with strength zero alone; "stated": what the file says; "all": no fewer than say something. */
export const controlChoices = ["none", "stated", "all"] as const;

/** One of them. */
export type ControlChoice = (typeof controlChoices)[number];

/** What is there at once of an experiment: one text of each kind, and strength zero. Null where that is all of it. */
export function firstPart(experiment: Experiment): Experiment | null {
  const { controls, sampling, expect = [] } = experiment;
  const { isotropic, shuffled = isotropic, others = true } = controls;
  const more = isotropic + shuffled > 0 || others || expect.length > 0 || (sampling.samples ?? 1) > 1;
  if (!more) return null;
  const { expect: _, ...rest } = withControls(experiment, "none");
  const { samples: __, ...one } = sampling;
  return { ...rest, sampling: one };
}

/** Draws of a null below which a percentile says little. */
const enoughDraws = 20;

/** The experiment with the controls of a choice; its edits, prompt and seeds stay as they are. */
export function withControls(experiment: Experiment, choice: ControlChoice): Experiment {
  const { controls } = experiment;
  if (choice === "stated") return experiment;
  if (choice === "none")
    return { ...experiment, controls: { ...controls, isotropic: 0, shuffled: 0, others: false } };
  const { shuffled, others: _, ...rest } = controls;
  const isotropic = Math.max(controls.isotropic, enoughDraws);
  const pairs = shuffled === undefined ? {} : { shuffled: Math.max(shuffled, enoughDraws) };
  return { ...experiment, controls: { ...rest, isotropic, ...pairs } };
}
