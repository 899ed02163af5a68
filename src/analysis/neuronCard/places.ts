/** Places of a model's records where a neuron is strong, with the text around them. */
import type { ModelRecords, Vocabulary } from "../../graph/runner";
import type { NeuronCard } from "../../protocol/neurons";
import { recordWindow } from "../common/activations";
import { mostPlaces, tokensAround as around } from "../common/windowPlaces";

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
