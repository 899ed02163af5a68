/** A neuron's activation, the norm of a hook, the score along a direction: what is read where the model stands on a token. */
import { scoresOf } from "../common/alongDirection";
import { postHook } from "../common/activations";
import { AnalysisError } from "../common/analysisError";
import { indices, readAt } from "../common/reads";
import { idsOf, type Measure, type MeasuredWindow } from "./window";

/** The activation of one neuron; `mlp.hook_post`. */
export const neuron: Measure = async (runner, measured, { signal }) => {
  const { measure } = measured;
  if (measure.kind !== "neuron") return { values: [], top: null };
  const { nLayers, dMlp } = runner.info;
  if (measure.layer >= nLayers || measure.neuron >= dMlp) {
    const next = `Choose a layer below ${nLayers} and a neuron below ${dMlp}.`;
    const said = `The model has no neuron ${measure.layer}.${measure.neuron}.`;
    throw new AnalysisError("out-of-range", said, { next });
  }
  const hook = postHook(measure.layer);
  const read = { hook, neurons: [measure.neuron], positions: ownPositions(measured) };
  const run = await runner.run({ ids: idsOf(measured), reads: [read], cache: "none" }, { signal });
  return { values: Array.from(readAt(run, hook).data), top: null };
};

/** The l2 norm of a hook, taken in the graph. */
export const norm: Measure = async (runner, measured, { signal }) => {
  const { measure } = measured;
  if (measure.kind !== "norm") return { values: [], top: null };
  const { hook } = measure;
  const read = { hook, positions: ownPositions(measured), reduce: { kind: "norm" } } as const;
  const run = await runner.run({ ids: idsOf(measured), reads: [read], cache: "none" }, { signal });
  return { values: Array.from(readAt(run, hook).data), top: null };
};

/** The score along a direction, the mean over its layers. */
export const direction: Measure = async (runner, measured, { signal }) => {
  const { along } = measured;
  if (along === undefined) return { values: [], top: null };
  const request = { ids: idsOf(measured), along: along.vectors, positions: ownPositions(measured) };
  const scores = await scoresOf(runner, request, { signal });
  const values = request.positions.map(
    (_, i) => scores.reduce((sum, one) => sum + one[i], 0) / scores.length - along.threshold,
  );
  return { values, top: null };
};

function ownPositions({ window: { start, from, end } }: MeasuredWindow): number[] {
  return indices(end - from).map((i) => from - start + i);
}
