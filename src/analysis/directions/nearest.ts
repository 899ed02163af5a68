/** The vocabulary nearest to directions: what each adds to the logits on the direct path. */
import type { Runner, Vocabulary } from "../../graph/runner";
import { editPart } from "../../protocol/editHook";
import type { DirectionLayer } from "../../protocol/direction";
import type { WeightedToken } from "../../protocol/neurons";
import { length } from "../common/vectors";

const mostTokens = 10;

/** Tokens per hook for unit vectors, the strongest first; null where a hook is no place of the residual stream. */
export async function nearestTokens(
  runner: Runner,
  vocabulary: Vocabulary,
  hooks: readonly string[],
  directions: readonly { readonly vector: Float64Array }[],
): Promise<DirectionLayer["nearest"][]> {
  const { dModel, dVocab } = runner.info;
  const places = hooks.flatMap((hook, i) =>
    editPart(hook) === "residual" && directions[i].vector.length === dModel ? [i] : [],
  );
  const found: DirectionLayer["nearest"][] = hooks.map(() => null);
  if (places.length === 0) return found;
  const rows = new Float32Array(places.length * dModel);
  places.forEach((i, at) => {
    const { vector } = directions[i];
    const long = length(vector) || 1;
    rows.set(
      vector.map((x) => x / long),
      at * dModel,
    );
  });
  const named = (list: readonly (readonly [number, number])[]): WeightedToken[] =>
    list.map(([id, weight]) => ({ id, text: vocabulary.text(id), weight }));
  const lists = await runner.unembedDirections(rows, Math.min(mostTokens, Math.ceil(dVocab / 2)));
  places.forEach((i, at) => {
    const { top, bottom } = lists[at];
    found[i] = {
      promotes: named([...top].sort((a, b) => b[1] - a[1])),
      suppresses: named([...bottom].sort((a, b) => a[1] - b[1])),
    };
  });
  return found;
}
