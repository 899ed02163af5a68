/** Neurons to compare a neuron with: of its layer, as close as can be in what they write on the selection. */

/** Controls of a neuron. */
const mostControls = 20;

/**
 * The 20 neurons of a layer whose value is closest to that of one, which is left out; equally close ones in order of
 * index, so that the same question always has the same controls.
 */
export function matchedNeurons(values: ArrayLike<number>, neuron: number): number[] {
  const distance = (i: number): number => Math.abs(values[i] - values[neuron]);
  const others = Array.from(values, (_, i) => i).filter((i) => i !== neuron);
  return others.sort((a, b) => distance(a) - distance(b) || a - b).slice(0, mostControls);
}
