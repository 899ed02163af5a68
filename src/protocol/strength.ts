/** The strength of an experiment: what a slider moves. */
import type { Edit, EditOp, Experiment } from "./edit";

/** Ops whose scale is a share of the way: at zero nothing happens. `scale` and `edge-mask` have scales of another meaning. */
const partly: readonly EditOp[] = [
  "set",
  "zero",
  "mean",
  "resample",
  "project-out",
  "keep",
  "interchange",
  "freeze",
];

/** The edits that a strength is of: those that add, and only where none does, those that go part of the way. */
function isStrong({ edits }: Experiment): (edit: Edit) => boolean {
  const adds = edits.some(({ op }) => op === "add");
  return ({ op }) => (adds ? op === "add" : partly.includes(op));
}

/** The strength of an experiment; null where its edits have none. */
export function strengthOf(experiment: Experiment): number | null {
  const edit = experiment.edits.find(isStrong(experiment));
  return edit ? (edit.scale ?? 1) : null;
}

/** The same experiment at another strength. */
export function withStrength(experiment: Experiment, scale: number): Experiment {
  const isMeant = isStrong(experiment);
  return {
    ...experiment,
    edits: experiment.edits.map((edit) => (isMeant(edit) ? { ...edit, scale } : edit)),
  };
}
