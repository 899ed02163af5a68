/** Places where a neuron is strong, with the text around them. */
import type { ModelRecords, Vocabulary } from "../../graph/runner";
import type { RunWindow } from "../../protocol/model";
import type { NeuronCard, NeuronPlace } from "../../protocol/neurons";
import { recordWindow } from "../common/activations";
import { indices } from "../common/reads";
import { isRanked } from "../common/selection";

/** Places listed. */
const mostPlaces = 6;
/** Tokens shown on either side of a place. */
const around = 8;

/** A neuron's activations over a window, and which way counts as strong: −1 where it is negative on the selection. */
export interface Strip {
  readonly activations: Float32Array;
  readonly sign: 1 | -1;
}

/** The strongest places of the window that are not selected, the strongest first. */
export function windowPlaces(
  window: RunWindow,
  { activations, sign }: Strip,
  selected: readonly number[],
): NeuronPlace[] {
  const strong = indices(activations.length)
    .filter((pos) => isRanked(window, pos) && !selected.includes(pos) && sign * activations[pos] > 0)
    .sort((a, b) => sign * (activations[b] - activations[a]) || a - b);
  return strong.slice(0, mostPlaces).map((pos) => ({
    pos,
    activation: activations[pos],
    token: window.tokens[pos],
    before: textOf(window, pos - around, pos),
    after: textOf(window, pos + 1, pos + 1 + around),
  }));
}

/** Text of a range of positions; tokens that share a character bring it once. */
function textOf(window: RunWindow, from: number, to: number): string {
  let text = "";
  let covered = from > 0 ? (window.tokens[from - 1]?.end ?? 0) : 0;
  for (const token of window.tokens.slice(Math.max(0, from), Math.max(0, to))) {
    if (token.special && token.end === token.start) continue;
    if (token.end > covered) text += token.text ?? ` ${token.id}`;
    covered = Math.max(covered, token.end);
  }
  return text;
}

/**
 * The places that the model's records name for a neuron, with what it does there in a run of their window.
 * @param overRecords  the neuron's activation at each of `records.ids`
 */
export function recordPlaces(
  records: ModelRecords,
  index: number,
  overRecords: Float32Array,
  vocabulary: Vocabulary,
): NeuronCard["recordPlaces"] {
  const named = records.top.subarray(index * records.nPlaces, (index + 1) * records.nPlaces);
  const places = Array.from(named).filter((place) => place >= 0 && place < records.ids.length);
  return places.slice(0, mostPlaces).map((place) => {
    const first = place - (place % recordWindow);
    const end = Math.min(first + recordWindow, records.ids.length);
    const text = (from: number, to: number) => plainText(vocabulary, records.ids.subarray(from, to));
    return {
      activation: overRecords[place],
      before: text(Math.max(first, place - around), place),
      token: text(place, place + 1),
      after: text(place + 1, Math.min(place + 1 + around, end)),
    };
  });
}

function plainText(vocabulary: Vocabulary, ids: Int32Array): string {
  const list = Array.from(ids);
  const single = list.length === 1 ? vocabulary.text(list[0]) : vocabulary.decode(list);
  return single ?? list.join(" ");
}
