/** A direction's vector made anew of its own pairs: as it is, and under shuffled labels. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { DirectionPosition } from "../../protocol/direction";
import type { Rows } from "../common/vectors";
import { halvedLabels } from "./judge";
import { fitDirection } from "./methods";
import { splitTexts } from "./split";
import { type DirectionText, readStates } from "./states";

/** What a direction was fitted to at one layer, and how. */
export interface RefitRequest {
  readonly texts: readonly DirectionText[];
  readonly position: DirectionPosition;
  /** Full name of the hook. */
  readonly hook: string;
  readonly method: Parameters<typeof fitDirection>[0];
  readonly testShare: number;
  /** Of the split and of the fit, as the direction was made with. */
  readonly seed: number;
}

/** Vectors of one layer. */
export interface Refitted {
  /** Under the labels as they are: the direction itself. */
  readonly own: Float64Array;
  /** One per draw, each with half of the pairs turned round. */
  readonly shuffled: readonly Float64Array[];
}

/** Reads the texts once, then fits to them as the direction was fitted, under its labels and under shuffled ones. */
export async function refit(
  runner: Runner,
  { texts, position, hook, method, testShare, seed }: RefitRequest,
  drawn: { readonly draws: number; readonly seed: number },
  options: WorkOptions,
): Promise<Refitted> {
  const states = await readStates(runner, { texts, position, hooks: [hook] }, options);
  const rows = states.get(hook) as Rows;
  const { train, validation } = splitTexts(texts, testShare, seed);
  const which = [...train, ...validation];
  const shuffled = Array.from({ length: drawn.draws }, (_, draw) => {
    throwIfCancelled(options.signal);
    const labels = halvedLabels(texts, which, drawn.seed + draw + 1);
    return fitDirection(method, { rows, labels, which }, seed);
  });
  return { own: fitDirection(method, { rows, labels: texts, which }, seed), shuffled };
}
