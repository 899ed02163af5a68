/** How often a neuron has which activation, over the model's records or over the text at hand. */
import type { RunWindow } from "../../protocol/model";
import type { NeuronHistogram } from "../../protocol/neurons";
import { recordWindow } from "../common/activations";
import { indices } from "../common/reads";
import { isRanked } from "../common/selection";

/** Bins: fine enough to see a second hump, coarse enough for a narrow page. */
const nBins = 48;
/** Shares whose activations are listed. */
const shares = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];

/** What a histogram is made of: activations of one neuron. */
export interface HistogramSource {
  readonly window: RunWindow;
  readonly activations: Float32Array;
  readonly selected: readonly number[];
  /** The selected position with the strongest activation. */
  readonly strongest: number;
  /** At each id of the model's records; null without records. */
  readonly overRecords: Float32Array | null;
  readonly nCtx: number;
}

/** The histogram of a neuron, with the selection's activations marked. First positions of runs are never counted. */
export function neuronHistogram(source: HistogramSource): NeuronHistogram {
  const { activations, selected } = source;
  const counted = Float32Array.from(countedOf(source)).sort();
  const mean = selected.reduce((sum, pos) => sum + activations[pos] / selected.length, 0);
  const strongest = activations[source.strongest];
  const marked = selected.map((pos) => activations[pos]);
  const low = Math.min(counted[0], ...marked);
  const high = Math.max(counted[counted.length - 1], ...marked);
  // A neuron that never moves has one bin with some width.
  const width = high > low ? (high - low) / nBins : 1;
  const counts = indices(nBins).map(() => 0);
  for (const value of counted) counts[Math.min(nBins - 1, Math.floor((value - low) / width))]++;
  const at = (value: number) => ({ value, below: below(counted, value) / counted.length });
  return {
    basis: source.overRecords === null ? "window" : "records",
    n: counted.length,
    edges: indices(nBins + 1).map((i) => (i === nBins && high > low ? high : low + i * width)),
    counts,
    quantiles: shares.map((share) => ({ share, value: quantile(counted, share) })),
    selection: { mean: at(mean), strongest: at(strongest) },
  };
}

function countedOf({ window, activations, overRecords, nCtx }: HistogramSource): number[] {
  if (overRecords === null) return Array.from(activations).filter((_, pos) => isRanked(window, pos));
  const read = Math.min(recordWindow, nCtx);
  return Array.from(overRecords).filter((_, i) => i % recordWindow > 0 && i % recordWindow < read);
}

/** Between neighbours, linearly, as numpy has it by default. */
function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const before = Math.floor(at);
  const next = Math.min(before + 1, sorted.length - 1);
  return sorted[before] + (at - before) * (sorted[next] - sorted[before]);
}

/** How many of the sorted values are smaller. */
function below(sorted: Float32Array, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
