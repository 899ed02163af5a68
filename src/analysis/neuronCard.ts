/** Everything that is said about one neuron on a selection: strip, drivers, what it writes, where else it is strong. */
import type { WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import type { RunWindow } from "../protocol/model";
import type { NeuronCard, NeuronDriver } from "../protocol/neurons";
import {
  neuronActivations,
  neuronKey,
  requireNeuron,
  type NeuronId,
  type RecordActivations,
} from "./common/activations";
import { writtenTokens } from "./common/directions";
import { explainNeurons, withControls } from "./common/explanation/explain";
import { selectedPositions, strongestOf, type SelectionRange } from "./common/selection";
import { windowPlaces } from "./common/windowPlaces";
import { neuronDrivers, type Drivers } from "./neuronCard/drivers";
import { neuronHistogram } from "./neuronCard/histogram";
import { recordPlaces } from "./neuronCard/places";

/** Drivers listed; the others are summed up in `rest`. */
const driversListed = 12;
/** Promoted and suppressed tokens listed. */
const tokensListed = 12;

/** What a neuron's card asks for. */
export interface CardRequest extends NeuronId {
  readonly window: RunWindow;
  readonly range: SelectionRange;
  /** The model's records and what was read over them; null where the model has none. */
  readonly records: RecordActivations | null;
}

/**
 * The card of one neuron.
 * @throws {AnalysisError} "out-of-range", "empty-selection"
 */
export async function neuronCard(
  runner: Runner,
  vocabulary: Vocabulary,
  request: CardRequest,
  options: WorkOptions = {},
): Promise<NeuronCard> {
  const { window, layer, neuron } = request;
  const id = { layer, neuron };
  requireNeuron(runner, id);
  const selected = selectedPositions(window, request.range);
  const read = { ids: window.ids, neurons: withControls([id], runner.info.dMlp) };
  const overWindow = await neuronActivations(runner, read, options);
  const activations = overWindow.get(neuronKey(id)) as Float32Array;
  const driversAt = strongestOf(selected, activations, runner.info.gatedMlp);
  const sign = activations[driversAt] < 0 && runner.info.gatedMlp ? -1 : 1;
  const records = request.records?.records ?? null;
  const drivers = await neuronDrivers(
    runner,
    { ...id, ids: window.ids.slice(0, driversAt + 1), pos: driversAt },
    options,
  );
  const [written] = await writtenTokens(runner, vocabulary, { neurons: [{ ...id, sign }], k: tokensListed });
  const basis = { window, records: request.records, neurons: [id], overWindow };
  const [explanation] = await explainNeurons(runner, vocabulary, basis, options);
  const at = layer * runner.info.dMlp + neuron;
  const overRecords = (await request.records?.get([id], options))?.get(neuronKey(id));
  return {
    about: "this",
    ...id,
    window,
    activations: Array.from(activations),
    ...written,
    ...listed(drivers),
    driversAt,
    places: windowPlaces(window, { activations, sign }, selected),
    recordPlaces: records && overRecords ? recordPlaces(records, at, overRecords, vocabulary) : [],
    histogram: neuronHistogram({
      window,
      activations,
      selected,
      strongest: driversAt,
      overRecords: overRecords ?? null,
      nCtx: runner.info.nCtx,
    }),
    record: records && { mean: records.mean[at], deviation: records.deviation[at], max: records.max[at] },
    explanation,
  };
}

function listed(drivers: Drivers): Pick<NeuronCard, "drivers" | "preActivation" | "rest"> {
  const size = (part: NeuronDriver) => Math.max(Math.abs(part.contribution), Math.abs(part.up ?? 0));
  const strongest = [...drivers.parts].sort((a, b) => size(b) - size(a)).slice(0, driversListed);
  const sum = strongest.reduce((total, part) => total + part.contribution, 0);
  return { drivers: strongest, preActivation: drivers.preActivation, rest: drivers.preActivation - sum };
}
