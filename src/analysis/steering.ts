/**
 * A steering experiment with its controls: the plain continuation, the steered one, the same edits at strength zero
 * (which must change no bit), two nulls (random directions of equal norm, random prompt pairs), what is added without
 * what is taken off, embeddings alone, prompting instead, another layer; and what the experiment was expected to come to.
 *
 * Source: activation additions, Turner et al., 2023; the controls are theirs but the random prompt pairs.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import type { Edit, Experiment, GenerateResult, SingleControl, SteerResult } from "../protocol/edit";
import { AnalysisError, requireIds } from "./common/analysisError";
import { continueText } from "./common/continuation";
import { divergence } from "./common/divergence";
import { atStrengthZero, numericEdits, type PairEncoder, requireRows } from "./common/editValue";
import { EditedModel, SteeringSubject } from "./common/steering/editedModel";
import { PromptStreams, relativeNorms } from "./common/steering/relativeNorm";
import { type Steps, stepsOf } from "./common/steps";
import { controlEdits, type ControlEdits } from "./steering/controls";
import { meetExpectation, type ReadyExpectation } from "./steering/expectations";
import { movedTokens } from "./steering/moved";
import { partsAt } from "./steering/partsAt";
import { percentileOf } from "./common/percentile";

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
  /** The prompt behind the text that stands for steering; left out or null where there is none. */
  readonly prompting?: { readonly text: string; readonly ids: readonly number[] } | null;
  readonly expect?: readonly ReadyExpectation[];
}

/** The models of one experiment. */
interface Models {
  readonly plain: EditedModel;
  readonly steered: EditedModel;
  readonly isotropic: readonly EditedModel[];
  readonly shuffled: readonly EditedModel[];
  readonly single: readonly (readonly [SingleControl, EditedModel])[];
}

/**
 * Runs an experiment.
 * @throws {AnalysisError} "identity-broken" when strength zero changed something; "prompt-too-short" when a value has
 *   more rows than the prompt positions; "empty-input", what common/editValue.ts finds wrong with the edits, and what
 *   common/steering/measures.ts finds wrong with what is expected
 */
export async function steer(
  runner: Runner,
  vocabulary: Vocabulary,
  request: SteerRequest,
  options: WorkOptions = {},
): Promise<SteerResult> {
  const { ids, experiment, encoder, expect = [] } = request;
  requireIds(ids);
  const { sampling, controls } = experiment;
  const edits = await numericEdits(runner, experiment.edits, encoder, options);
  edits.forEach((edit) => requireRows(edit, ids.length));
  const both = { given: experiment.edits, numeric: edits };
  const made = await controlEdits(runner, both, { controls, encoder }, options);
  const prompting = controls.others === false ? null : (request.prompting ?? null);
  const subject = new SteeringSubject(runner, vocabulary, { ids, sampling, encoder });
  const models = modelsOf(subject, edits, made);
  const nSingle = models.single.length + (prompting ? 1 : 0);
  const nNulls = made.isotropic.length + made.shuffled.length;
  const steps = stepsOf(4 + nNulls + nSingle + expect.length, options);
  const n = sampling.samples ?? 1;
  const drawn = (model: EditedModel, count: number, message: string): Promise<readonly GenerateResult[]> =>
    model.drawn(count, sampling.maxTokens, steps.next(message));
  const plain = await drawn(models.plain, n, "Continuing without the edit");
  const steered = await drawn(models.steered, n, "Continuing with the edit");
  const atZero = new EditedModel(subject, edits.map(atStrengthZero));
  const [zero] = await drawn(atZero, 1, "Checking strength zero");
  requireIdentity(plain[0], zero);
  const singles: Partial<Record<SingleControl, GenerateResult>> = {};
  for (const [name, model] of models.single) [singles[name]] = await drawn(model, 1, says[name]);
  if (prompting) {
    const asked = { ids: prompting.ids, sampling, encoder };
    singles.prompting = await continueText(runner, vocabulary, asked, steps.next(says.prompting));
  }
  const nulls = async (all: readonly EditedModel[], word: string): Promise<GenerateResult[]> => {
    const texts: GenerateResult[] = [];
    for (const [i, one] of all.entries())
      texts.push((await drawn(one, 1, `${word} ${i + 1} of ${all.length}`))[0]);
    return texts;
  };
  const isotropic = await nulls(models.isotropic, "Random direction");
  const shuffled = await nulls(models.shuffled, "Random prompt pair");
  const work = steps.next("Comparing distributions");
  const kl = await divergences(models, prompting?.ids ?? null, work);
  const expected = await expectations(expect, models, { steps, sampling });
  const streams = new PromptStreams(runner, ids);
  const norms = (of: readonly Edit[]): Promise<(number | null)[]> => relativeNorms(runner, of, streams, work);
  const relative: Partial<Record<SingleControl, readonly (number | null)[]>> = {};
  for (const [name, model] of models.single) relative[name] = await norms(model.edits);
  return {
    default: plain[0],
    steered: steered[0],
    controls: { zero, isotropic, ...(shuffled.length > 0 ? { shuffled } : {}), ...singles },
    kl,
    percentile: percentileOf(kl.steered, kl.isotropic),
    relativeNorm: await norms(edits),
    partsAt: partsAt(plain[0], steered[0]),
    bos: request.bos,
    digest: request.digest,
    percentiles: {
      isotropic: percentileOf(kl.steered, kl.isotropic),
      shuffled: percentileOf(kl.steered, kl.shuffled ?? []),
    },
    controlFacts: {
      ...(prompting ? { prompting: prompting.text } : {}),
      ...(made.otherLayer ? { otherLayer: made.otherLayer.layer } : {}),
      relativeNorm: relative,
    },
    ...(n > 1 ? { samples: samplesOf(plain, steered, sampling.seed) } : {}),
    ...(await crossed(models, { plain: plain[0], steered: steered[0] }, work)),
    moved: movedTokens(
      await models.plain.distribution(ids, work),
      await models.steered.distribution(ids, work),
      vocabulary,
    ),
    ...expected,
  };
}

const says: Readonly<Record<SingleControl, string>> = {
  positiveOnly: "Continuing with what is added alone",
  embeddingOnly: "Continuing with embeddings alone",
  prompting: "Continuing behind the text itself",
  otherLayer: "Continuing with the edit at another layer",
};

function modelsOf(subject: SteeringSubject, edits: readonly Edit[], made: ControlEdits): Models {
  const model = (of: readonly Edit[]): EditedModel => new EditedModel(subject, of);
  const { positiveOnly, embeddingOnly, otherLayer } = made;
  return {
    plain: model([]),
    steered: model(edits),
    isotropic: made.isotropic.map(model),
    shuffled: made.shuffled.map(model),
    single: [
      ...(positiveOnly ? [["positiveOnly", model(positiveOnly)] as const] : []),
      ...(embeddingOnly ? [["embeddingOnly", model(embeddingOnly)] as const] : []),
      ...(otherLayer ? [["otherLayer", model(otherLayer.edits)] as const] : []),
    ],
  };
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

/** KL(plain ‖ edited) of the distributions at the prompt's end, nats. */
async function divergences(
  models: Models,
  prompting: readonly number[] | null,
  options: WorkOptions,
): Promise<SteerResult["kl"]> {
  const { ids } = models.plain.subject.prompt;
  const plain = await models.plain.distribution(ids, options);
  const of = async (model: EditedModel, behind = ids): Promise<number> => {
    throwIfCancelled(options.signal);
    return divergence(plain, await model.distribution(behind, options));
  };
  const each = async (all: readonly EditedModel[]): Promise<number[]> => {
    const values: number[] = [];
    for (const model of all) values.push(await of(model));
    return values;
  };
  const steered = await of(models.steered);
  const [isotropic, shuffled] = [await each(models.isotropic), await each(models.shuffled)];
  const single: Partial<Record<SingleControl, number>> = {};
  for (const [name, model] of models.single) single[name] = await of(model);
  if (prompting) single.prompting = await of(models.plain, prompting);
  return { steered, isotropic, ...(shuffled.length > 0 ? { shuffled } : {}), ...single };
}

async function expectations(
  expect: readonly ReadyExpectation[],
  models: Models,
  { steps, sampling }: { readonly steps: Steps; readonly sampling: Experiment["sampling"] },
): Promise<Pick<SteerResult, "expectations" | "met" | "warnings">> {
  if (expect.length === 0) return {};
  const all = { ...models, isDrawn: sampling.temperature > 0 };
  const found: Awaited<ReturnType<typeof meetExpectation>>[] = [];
  for (const [i, one] of expect.entries()) {
    found.push(await meetExpectation(one, all, steps.next(`Expectation ${i + 1} of ${expect.length}`)));
  }
  const warnings = found.flatMap((one) => one.warnings);
  return {
    expectations: found.map(({ result }) => result),
    met: found.every(({ result }) => result.met),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

function samplesOf(
  plain: readonly GenerateResult[],
  steered: readonly GenerateResult[],
  seed: number,
): NonNullable<SteerResult["samples"]> {
  return {
    seeds: plain.map((_, i) => seed + i),
    default: plain,
    steered,
    partsAt: plain.map((one, i) => partsAt(one, steered[i])),
  };
}

/** What each model thinks of the other's words. */
async function crossed(
  { plain, steered }: Models,
  texts: { readonly plain: GenerateResult; readonly steered: GenerateResult },
  options: WorkOptions,
): Promise<Pick<SteerResult, "crossed">> {
  if (texts.plain.ids.length === 0 || texts.steered.ids.length === 0) return {};
  const { ids } = plain.subject.prompt;
  return {
    crossed: {
      steered: await plain.forced({ ids, forced: texts.steered.ids }, options),
      default: await steered.forced({ ids, forced: texts.plain.ids }, options),
    },
  };
}
