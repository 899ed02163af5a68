/** Shape of the Sweep panel's data. */
import { measureKinds } from "../decodeSteeringMeasure";
import { decodeSteeringSweep } from "../decodeSteeringSweep";
import type { EffectAndCost, SweepCells, SweepControls } from "../steeringSweep";
import type { SweepOutcome, SweepPanelData } from "../sweepPanel";
import { flag, index, list, nullable, number, object, optional, text, two, word } from "./shapes";

const most = 10_000;
const both = object<EffectAndCost>({ effect: number, cost: number });
const rows = list(list(nullable(number)));
const place = two(index);

const cells = object<SweepCells>({
  layers: list(index),
  strengths: list(number),
  effect: rows,
  cost: rows,
  relativeNorm: rows,
  baseline: nullable(both),
});

const controls = object<SweepControls>({
  at: object<SweepControls["at"]>({ layer: index, strength: number }),
  chosen: word("given", "best"),
  real: both,
  zero: object<SweepControls["zero"]>({ effect: number, cost: number, same: flag }),
  isotropic: list(both, most),
  shuffled: list(both, most),
  percentiles: object<SweepControls["percentiles"]>({
    isotropic: nullable(number),
    shuffled: nullable(number),
  }),
  positiveOnly: optional(both),
  embeddingOnly: optional(both),
});

const outcome = object<SweepOutcome>({
  effectOf: word(...measureKinds),
  costOf: word(...measureKinds),
  better: word("higher", "lower"),
  pareto: list(place),
  best: nullable(place),
  controls: nullable(controls),
  warnings: list(text, most),
  bos: flag,
  digest: text,
});

/** The data of a sweep; its plan is checked as that of a file. */
export const sweepShape = object<SweepPanelData>({
  plan: (value) => decodeSteeringSweep(value),
  file: nullable(text),
  cells,
  outcome: nullable(outcome),
});
