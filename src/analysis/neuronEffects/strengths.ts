/** A neuron suppressed and amplified: what the model says at a prediction of the selection, and on an unrelated line. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { BaseRun, Runner, Vocabulary } from "../../graph/runner";
import type { NeuronEffects, StrengthRow, TargetStrengthRow } from "../../protocol/neuronEffects";
import type { NeuronId } from "../common/activations";
import { topTokens } from "../common/decodeRows";
import { divergences, scalingEdit } from "../common/effects/ablation";
import { measures, type FoundTarget } from "../common/effects/target";
import { indices } from "../common/reads";

/** Tokens listed at each strength. */
const listed = 5;

/** The line on which a neuron is scaled as a control: plain, short, and about nothing that is looked at. */
export const unrelatedText = "It was raining again this morning.";

/** The unrelated line, as text and as the model reads it. */
export interface UnrelatedLine {
  readonly line: string;
  readonly ids: readonly number[];
}

/** Taken out, halved, as it is, and doubled up to `strongest`. */
export function factorsUpTo(strongest: number): number[] {
  const factors = [0, 0.5, 1];
  for (let factor = 2; factor < strongest; factor *= 2) factors.push(factor);
  return strongest > 1 ? [...factors, strongest] : factors;
}

/** The target's prediction with the neuron multiplied at the selected positions. */
export async function strengthsHere(
  runner: Runner,
  vocabulary: Vocabulary,
  of: NeuronId & {
    readonly base: BaseRun;
    readonly found: FoundTarget;
    readonly selected: readonly number[];
    readonly factors: readonly number[];
  },
  options: WorkOptions,
): Promise<TargetStrengthRow[]> {
  const { base, found, factors } = of;
  const { position, token, minus } = found.target;
  const { dModel } = runner.info;
  const work = { signal: options.signal };
  const rows = new Float32Array((factors.length + 1) * dModel);
  rows.set(found.row);
  for (const [i, factor] of factors.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: factors.length, message: "Suppressing and amplifying" });
    const edits = [scalingEdit(of, factor, of.selected)];
    rows.set(await base.final({ edits, positions: [position] }, work), (i + 1) * dModel);
  }
  const measured = await measures(runner, rows, [token.id, minus.id], work);
  const kl = await divergences(runner, rows, work);
  const decoded = await runner.decode({ rows, k: Math.min(listed, runner.info.dVocab) }, work);
  return factors.map((factor, i) => ({
    factor,
    kl: kl[i + 1],
    ...measured[i + 1],
    top: topTokens(decoded, i + 1, vocabulary),
  }));
}

/** The unrelated line with the neuron multiplied at each of its positions but the first. */
export async function strengthsElsewhere(
  runner: Runner,
  vocabulary: Vocabulary,
  of: NeuronId & { readonly unrelated: UnrelatedLine; readonly factors: readonly number[] },
  options: WorkOptions,
): Promise<NonNullable<NeuronEffects["elsewhere"]>> {
  const { ids, line } = of.unrelated;
  const { dModel } = runner.info;
  const work = { signal: options.signal };
  const positions = ids.length > 1 ? indices(ids.length).slice(1) : [0];
  const base = await runner.base(ids, work);
  const plain = await base.final({ edits: [], positions }, work);
  const strengths: StrengthRow[] = [];
  for (const [i, factor] of of.factors.entries()) {
    options.onProgress?.({ done: i, total: of.factors.length, message: "Running an unrelated line" });
    const changed = await base.final({ edits: [scalingEdit(of, factor, positions)], positions }, work);
    let kl = 0;
    for (const at of indices(positions.length)) {
      const pair = new Float32Array(2 * dModel);
      pair.set(plain.subarray(at * dModel, (at + 1) * dModel));
      pair.set(changed.subarray(at * dModel, (at + 1) * dModel), dModel);
      kl += (await divergences(runner, pair, work))[1] / positions.length;
    }
    const decoded = await runner.decode(
      { rows: changed.slice(-dModel), k: Math.min(listed, runner.info.dVocab) },
      work,
    );
    strengths.push({ factor, kl, top: topTokens(decoded, 0, vocabulary) });
  }
  return { line, strengths };
}
