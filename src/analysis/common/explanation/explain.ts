/**
 * One-line explanations of neurons, with what vouches for them: the best of three simple readings, chosen by
 * cross-validation inside one half of the text, scored by correlation on the other half, beside the score that
 * another neuron's explanation gets. Below 0.3 nothing simple has been found, and that is said.
 *
 * Source: scores after Bills et al., "Language models can explain neurons in language models", 2023.
 */
import type { WorkOptions } from "../../../base/cancel";
import { throwIfCancelled } from "../../../base/cancel";
import { seededRandom } from "../../../base/random";
import type { ModelRecords, Runner, Vocabulary } from "../../../graph/runner";
import type { RunWindow } from "../../../protocol/model";
import type { Explanation } from "../../../protocol/neurons";
import { neuronKey, type RecordActivations, type NeuronId } from "../activations";
import { pearson } from "../pearson";
import { describeTable } from "./naming";
import { countedActivations, heldOut, readingText, type ReadingText } from "./readingText";
import {
  crossValidated,
  fitTable,
  heldOutActivations,
  heldOutPredictions,
  readingKeys,
  readingKinds,
  type Fitting,
  type Keys,
  type ReadingKind,
  type Table,
} from "./readings";

/** Below this correlation a reading is no explanation. */
export const leastScore = 0.3;
/** A pair table is chosen over a simpler one only when it does this much better. */
const pairPenalty = 0.02;
/** Positions held back below which a correlation says nothing. */
const leastHeldOut = 16;

/** What neurons are explained by. */
export interface ExplanationBasis {
  readonly window: RunWindow;
  /** The model's records and what was already read over them; null where the model has none. */
  readonly records: RecordActivations | null;
  /** Activations over the window, by `neuronKey`, of the neurons and of those that `withControls` adds. */
  readonly overWindow: ReadonlyMap<string, Float32Array>;
}

/** The neurons, and behind them for each the neuron whose explanation is its control. */
export function withControls(neurons: readonly NeuronId[], dMlp: number): NeuronId[] {
  return [...neurons, ...neurons.map((id) => otherNeuron(id, dMlp))];
}

/**
 * Explanations of some neurons, in their order: those that the records carry; where they carry none, explanations made
 * of the records and the window, all neurons read in one pass over the records.
 */
export async function explainNeurons(
  runner: Runner,
  vocabulary: Vocabulary,
  request: ExplanationBasis & { readonly neurons: readonly NeuronId[] },
  options: WorkOptions = {},
): Promise<Explanation[]> {
  const { neurons, window, records, overWindow } = request;
  const recorded = records?.records.explanations;
  if (recorded) return neurons.map(({ layer, neuron }) => recorded[layer * runner.info.dMlp + neuron]);
  const text = readingText(window, records?.records ?? null, runner.info.nCtx);
  const keys = readingKeys(text);
  const all = withControls(neurons, runner.info.dMlp);
  const overRecords = await records?.get(all, options);
  const fittings = all.map((id) => {
    const key = neuronKey(id);
    const values = overWindow.get(key) as Float32Array;
    return { text, keys, activations: countedActivations(text, overRecords?.get(key), values) };
  });
  const basis = describeBasis(text, records?.records ?? null);
  const explanations: Explanation[] = [];
  for (const [i] of neurons.entries()) {
    // Gives way, so that a request to stop is heard between two neurons.
    await new Promise<void>((resolve) => setTimeout(resolve));
    throwIfCancelled(options.signal);
    explanations.push(explain(fittings[i], fittings[neurons.length + i], { basis, vocabulary }));
  }
  return explanations;
}

/** The explanation of one neuron; `other` is the neuron whose explanation is the control. */
export function explain(
  own: Fitting,
  other: Fitting,
  said: { readonly basis: string; readonly vocabulary: Vocabulary },
): Explanation {
  const { basis, vocabulary } = said;
  const real = heldOutActivations(own);
  if (real.length < leastHeldOut) return { text: nothingFound, kind: "none", score: 0, control: 0, basis };
  const table = bestTable(own);
  const score = pearson(heldOutPredictions(table, own.text), real);
  const control = pearson(heldOutPredictions(bestTable(other), own.text), real);
  if (!(score >= leastScore)) return { text: nothingFound, kind: "none", score, control, basis };
  return { text: describeTable(table, own.text, vocabulary), kind: table.keys.kind, score, control, basis };
}

const nothingFound = "no simple explanation found";

/** The entries of all readings of a text, for `explain`. */
export function fittingOf(text: ReadingText, activations: Float32Array): Fitting {
  const keys: Record<ReadingKind, Keys> = readingKeys(text);
  return { text, keys, activations };
}

function bestTable(fitting: Fitting): Table {
  let best: ReadingKind = "token";
  let most = -Infinity;
  for (const kind of readingKinds) {
    const score = crossValidated(kind, fitting) - (kind === "ngram" ? pairPenalty : 0);
    if (score > most) [best, most] = [kind, score];
  }
  return fitTable(best, fitting);
}

/** Another neuron of the same layer, the same one each time. */
function otherNeuron({ layer, neuron }: NeuronId, dMlp: number): NeuronId {
  if (dMlp < 2) return { layer, neuron };
  const random = seededRandom(layer * 1_000_003 + neuron);
  return { layer, neuron: (neuron + 1 + Math.floor(random() * (dMlp - 1))) % dMlp };
}

function describeBasis(text: ReadingText, records: ModelRecords | null): string {
  const count = (n: number) => `${n.toLocaleString("en-US")} tokens`;
  const window = count(text.part.length - text.nFromRecords);
  const nHeld = text.part.filter((part) => part === heldOut).length;
  if (nHeld < leastHeldOut) return `this text alone (${window}), too short to hold anything back`;
  const halves = "one half to choose, the other to score";
  if (!records) return `this text alone (${window}), ${halves}`;
  const held = `${records.text} (${count(text.nFromRecords)})`;
  if (text.nFromRecords === text.part.length) return `${held}, ${halves}`;
  return `${held} and this text (${window}), ${halves}`;
}
