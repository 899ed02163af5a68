/**
 * A steering experiment with its controls: the plain continuation, the steered one, the same edits at strength zero
 * (which must change no bit), and random directions of equal norm.
 *
 * Source: activation additions, Turner et al., 2023; the isotropic control is theirs.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { gaussian, seededRandom } from "../base/random";
import type { Runner, Vocabulary } from "../graph/runner";
import type { Edit, Experiment, GenerateResult, SteerResult } from "../protocol/edit";
import { editHook, type EditHook } from "../protocol/editHook";
import { AnalysisError, requireIds } from "./common/analysisError";
import { continueText } from "./common/continuation";
import { divergence, logSoftmax } from "./common/divergence";
import {
  atStrengthZero,
  editedPositions,
  numericEdits,
  touchedEntries,
  valueRows,
  type PairEncoder,
} from "./common/editValue";
import { percentileOf } from "./common/percentile";
import { readAt, rowOf } from "./common/reads";

/** What an experiment runs on. */
export interface SteerRequest {
  readonly experiment: Experiment;
  /** The prompt's ids. */
  readonly ids: readonly number[];
  /** Whether the first of them is a BOS token. */
  readonly bos: boolean;
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
  /** The model's digest, which the answer carries. */
  readonly digest: string | null;
}

/**
 * Runs an experiment.
 * @throws {AnalysisError} "identity-broken" when strength zero changed something; "prompt-too-short" when a value has
 *   more rows than the prompt positions; "empty-input" and what common/editValue.ts finds wrong with the edits
 */
export async function steer(
  runner: Runner,
  vocabulary: Vocabulary,
  request: SteerRequest,
  options: WorkOptions = {},
): Promise<SteerResult> {
  const { ids, experiment, encoder } = request;
  requireIds(ids);
  const edits = await numericEdits(runner, experiment.edits, encoder, options);
  edits.forEach((edit) => requireLength(edit, ids.length));
  const controls = isotropicControls(runner, edits, experiment);
  const steps = stepsOf(3 + controls.length, options);
  const generate = async (with_: readonly Edit[], message: string): Promise<GenerateResult> => {
    const asked = { ids, edits: with_, sampling: experiment.sampling, encoder };
    return continueText(runner, vocabulary, asked, steps.next(message));
  };
  const plain = await generate([], "Continuing without the edit");
  const steered = await generate(edits, "Continuing with the edit");
  const zero = await generate(edits.map(atStrengthZero), "Checking strength zero");
  requireIdentity(plain, zero);
  const isotropic: GenerateResult[] = [];
  for (const [i, control] of controls.entries()) {
    isotropic.push(await generate(control, `Random direction ${i + 1} of ${controls.length}`));
  }
  const kl = await divergences(runner, { ids, steered: edits, isotropic: controls }, options);
  return {
    default: plain,
    steered,
    controls: { zero, isotropic },
    kl,
    percentile: percentileOf(kl.steered, kl.isotropic),
    relativeNorm: await relativeNorms(runner, edits, ids, options),
    partsAt: partsAt(plain, steered),
    bos: request.bos,
    digest: request.digest,
  };
}

function requireLength(edit: Edit, nPrompt: number): void {
  const rows = valueRows(edit).length;
  const given =
    typeof edit.positions === "string" ? (edit.positions === "last" ? 1 : nPrompt) : edit.positions.length;
  if (rows <= 1 || rows <= given) return;
  const message = `The edit at ${edit.hook} has values for ${rows} positions, the prompt has ${given} for it.`;
  throw new AnalysisError("prompt-too-short", message, { next: "Use a longer prompt or shorter texts." });
}

function requireIdentity(plain: GenerateResult, zero: GenerateResult): void {
  const same = (a: readonly number[], b: readonly number[]) =>
    a.length === b.length && a.every((x, i) => x === b[i]);
  if (same(plain.ids, zero.ids) && same(plain.logProbs, zero.logProbs)) return;
  const at = plain.ids.findIndex((id, i) => id !== zero.ids[i] || plain.logProbs[i] !== zero.logProbs[i]);
  const message =
    "The edit at strength zero changed the continuation, so no result of this experiment can be trusted.";
  throw new AnalysisError("identity-broken", message, {
    next: "Report this with the experiment file.",
    details: { at },
  });
}

/** Per random direction the edits with every added value replaced; none where nothing is added. */
function isotropicControls(runner: Runner, edits: readonly Edit[], { controls }: Experiment): Edit[][] {
  const added = (edit: Edit) => edit.op === "add" && valueRows(edit).length > 0;
  if (!edits.some(added)) return [];
  const normal = gaussian(seededRandom(controls.seed));
  return Array.from({ length: controls.isotropic }, () =>
    edits.map((edit) =>
      added(edit) ? randomized(edit, editHook(edit.hook, runner.info) as EditHook, normal) : edit,
    ),
  );
}

/** The edit with each row turned to a random direction of the same norm among the entries it touches. */
function randomized(edit: Edit, hook: EditHook, normal: () => number): Edit {
  const entries = touchedEntries(edit, hook);
  const rows = valueRows(edit).map((row) => {
    const drawn = new Array<number>(hook.width).fill(0);
    for (const e of entries) drawn[e] = normal();
    const ratio = norm(row, entries) / norm(drawn, entries);
    return drawn.map((x) => x * ratio);
  });
  return { ...edit, value: Array.isArray((edit.value as readonly unknown[])[0]) ? rows : rows[0] };
}

function norm(row: ArrayLike<number>, entries: readonly number[]): number {
  return Math.sqrt(entries.reduce((sum, e) => sum + row[e] * row[e], 0));
}

/** KL(plain ‖ edited) of the distributions at the prompt's end, nats. */
async function divergences(
  runner: Runner,
  of: { ids: readonly number[]; steered: readonly Edit[]; isotropic: readonly (readonly Edit[])[] },
  options: WorkOptions,
): Promise<SteerResult["kl"]> {
  const at = async (edits: readonly Edit[]): Promise<Float64Array> => {
    throwIfCancelled(options.signal);
    const { logits } = await runner.logitsAt(
      { ids: of.ids, edits, position: -1 },
      { signal: options.signal },
    );
    return logSoftmax(logits);
  };
  const plain = await at([]);
  const steered = divergence(plain, await at(of.steered));
  const isotropic: number[] = [];
  for (const edits of of.isotropic) isotropic.push(divergence(plain, await at(edits)));
  return { steered, isotropic };
}

async function relativeNorms(
  runner: Runner,
  edits: readonly Edit[],
  ids: readonly number[],
  options: WorkOptions,
): Promise<(number | null)[]> {
  const norms: (number | null)[] = [];
  for (const edit of edits) {
    const rows = valueRows(edit);
    if (rows.length === 0) {
      norms.push(null);
      continue;
    }
    const run = await runner.run({ ids, reads: [{ hook: edit.hook }] }, { signal: options.signal });
    const there = readAt(run, edit.hook);
    const entries = touchedEntries(edit, editHook(edit.hook, runner.info) as EditHook);
    const all = editedPositions(edit, ids.length).map((pos, i) => ({
      pos,
      row: rows[rows.length > 1 ? i : 0],
    }));
    const counted = all.some(({ pos }) => pos > 0) ? all.filter(({ pos }) => pos > 0) : all;
    const shares = counted.map(({ pos, row }) => {
      const old = rowOf(there, pos);
      const change = entries.map((e) => (edit.scale ?? 1) * (edit.op === "add" ? row[e] : row[e] - old[e]));
      return Math.hypot(...change) / norm(old, entries);
    });
    norms.push(shares.reduce((a, b) => a + b, 0) / shares.length);
  }
  return norms;
}

function partsAt(a: GenerateResult, b: GenerateResult): number | null {
  const n = Math.max(a.ids.length, b.ids.length);
  for (let i = 0; i < n; i++) if (a.ids[i] !== b.ids[i]) return i;
  return null;
}

/** Progress over several continuations: each gets its share of the whole. */
function stepsOf(total: number, options: WorkOptions): { next(message: string): WorkOptions } {
  let step = -1;
  return {
    next: (message) => {
      throwIfCancelled(options.signal);
      step++;
      const before = step;
      options.onProgress?.({ done: before, total, message });
      const report = ({ done, total: of }: { done: number; total: number }): void =>
        options.onProgress?.({ done: before + done / Math.max(1, of), total, message });
      return { signal: options.signal, onProgress: report };
    },
  };
}
