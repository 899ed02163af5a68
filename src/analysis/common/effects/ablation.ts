/** Runs with neurons ablated or scaled at some positions, from one kept plain run; measured at one prediction. */
import { throwIfCancelled, type WorkOptions } from "../../../base/cancel";
import type { BaseRun, Runner } from "../../../graph/runner";
import type { Edit } from "../../../protocol/edit";
import type { RunWindow } from "../../../protocol/model";
import { restOfText, type Ablation, type RunEffect } from "../../../protocol/neuronEffects";
import { postHook, type NeuronId } from "../activations";
import { divergence, logSoftmax } from "../divergence";
import { readAt } from "../reads";
import { difference, measures, type FoundTarget } from "./target";

/** How neurons are ablated at some positions. */
export interface AblationWay {
  readonly ablation: Ablation;
  /** The positions whose mean they are set to; none where it is zero. */
  readonly over: readonly number[];
}

/**
 * How neurons are ablated on a selection. A mean is taken over the rest of the text, without its first position: over
 * the selection too, it would hold what is to be taken out, in a short text little else. Where nothing else is left
 * of the text, it is zero.
 */
export function ablationWay(
  window: RunWindow,
  {
    selected,
    asked = "mean",
  }: { readonly selected: readonly number[]; readonly asked?: Ablation | undefined },
): AblationWay {
  const over = asked === "mean" ? restOfText(window, selected) : [];
  return { ablation: over.length > 0 ? "mean" : "zero", over };
}

/** The edit that sets a neuron at some positions to what ablation makes of it; `to` has the whole layer's: [dMlp]. */
export function ablationEdit(
  { layer, neuron }: NeuronId,
  to: Float32Array,
  positions: readonly number[],
): Edit {
  return { hook: postHook(layer), op: "set", value: Array.from(to), neurons: [neuron], positions };
}

/** The edit that multiplies a neuron at some positions. */
export function scalingEdit({ layer, neuron }: NeuronId, factor: number, positions: readonly number[]): Edit {
  return { hook: postHook(layer), op: "scale", scale: factor, neurons: [neuron], positions };
}

/** What every neuron of a layer is set to by ablation: [dMlp]. */
export async function ablatedTo(
  runner: Runner,
  request: { readonly ids: readonly number[]; readonly layer: number; readonly way: AblationWay },
  options: WorkOptions = {},
): Promise<Float32Array> {
  const { ids, way } = request;
  if (way.ablation === "zero") return new Float32Array(runner.info.dMlp);
  const hook = postHook(request.layer);
  const read = { hook, positions: way.over, reduce: { kind: "mean" } as const };
  return readAt(await runner.run({ ids, reads: [read], cache: "none" }, { signal: options.signal }), hook)
    .data;
}

/** What neurons add to the target, each ablated by itself and everything after it computed anew. */
export async function ablationEffects(
  runner: Runner,
  base: BaseRun,
  request: { readonly found: FoundTarget; readonly edits: readonly Edit[]; readonly message: string },
  options: WorkOptions = {},
): Promise<RunEffect[]> {
  const { found, edits } = request;
  const { position, token, minus } = found.target;
  const { dModel } = runner.info;
  const rows = new Float32Array((edits.length + 1) * dModel);
  rows.set(found.row);
  for (const [i, edit] of edits.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: edits.length, message: request.message });
    const row = await base.final({ edits: [edit], positions: [position] }, { signal: options.signal });
    rows.set(row, (i + 1) * dModel);
  }
  const [plain, ...changed] = await measures(runner, rows, [token.id, minus.id], { signal: options.signal });
  const [, ...kl] = await divergences(runner, rows, options);
  return changed.map((one, i) => ({ ...difference(plain, one), kl: kl[i] }));
}

/** KL(first row ‖ row) of what rows of the last residual stream decode to, nats; the first is 0. */
export async function divergences(
  runner: Runner,
  rows: Float32Array,
  options: WorkOptions = {},
): Promise<number[]> {
  const { dModel } = runner.info;
  let plain: Float64Array | null = null;
  const found: number[] = [];
  for (let i = 0; i * dModel < rows.length; i++) {
    throwIfCancelled(options.signal);
    const { logits } = await runner.logitsOf(rows.slice(i * dModel, (i + 1) * dModel));
    const logProbs = logSoftmax(logits);
    plain ??= logProbs;
    found.push(divergence(plain, logProbs));
  }
  return found;
}
