/**
 * A steering experiment with its controls: the plain continuation, the steered one, the same edits at strength zero
 * (which must change no bit), two nulls (random directions of equal norm; shuffled labels, or random prompt pairs), what
 * is added without what is taken off, embeddings alone, prompting instead, another layer; and what the experiment was
 * expected to come to.
 *
 * Source: activation additions, Turner et al., 2023; the controls are theirs but the random prompt pairs.
 */
import type { WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import type { Edit, Experiment, GenerateResult, SingleControl, SteerResult } from "../protocol/edit";
import { AnalysisError, requireIds } from "./common/analysisError";
import { continueText } from "./common/continuation";
import { atStrengthZero, numericEdits, requireRows } from "./common/editValue";
import { EditedModel, SteeringSubject } from "./common/steering/editedModel";
import { type Steps, stepsOf } from "./common/steps";
import { controlEdits, type ControlEdits } from "./steering/controls";
import { meetExpectation, type ReadyExpectation } from "./steering/expectations";
import { type Models, Report, type SteerRequest, type Texts } from "./steering/report";

/** How an experiment is stopped and told of. */
export interface SteerOptions extends WorkOptions {
  /** Called with each control that is done: the result as far as it goes. */
  readonly onPart?: ((result: SteerResult) => void) | undefined;
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
  options: SteerOptions = {},
): Promise<SteerResult> {
  const { ids, experiment, encoder, expect = [], labels } = request;
  requireIds(ids);
  const { sampling, controls } = experiment;
  const edits = await numericEdits(runner, experiment.edits, encoder, options);
  edits.forEach((edit) => requireRows(edit, ids.length));
  const both = { given: experiment.edits, numeric: edits };
  const made = await controlEdits(runner, both, { controls, encoder, labels }, options);
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
  const report = new Report(runner, vocabulary, { request, models, made, prompting });
  const singles: Partial<Record<SingleControl, GenerateResult>> = {};
  const isotropic: GenerateResult[] = [];
  const shuffled: GenerateResult[] = [];
  const texts: Texts = { plain, steered, zero, singles, isotropic, shuffled };
  const tell = async (): Promise<void> =>
    options.onPart?.(await report.of(texts, { signal: options.signal }));
  if (options.onPart) await tell();
  for (const [name, model] of models.single) {
    [singles[name]] = await drawn(model, 1, says[name]);
    if (options.onPart) await tell();
  }
  if (prompting) {
    const asked = { ids: prompting.ids, sampling, encoder };
    singles.prompting = await continueText(runner, vocabulary, asked, steps.next(says.prompting));
    if (options.onPart) await tell();
  }
  const nulls = async (all: readonly EditedModel[], into: GenerateResult[], word: string): Promise<void> => {
    for (const [i, one] of all.entries()) {
      into.push((await drawn(one, 1, `${word} ${i + 1} of ${all.length}`))[0]);
      if (options.onPart) await tell();
    }
  };
  await nulls(models.isotropic, isotropic, "Random direction");
  await nulls(
    models.shuffled,
    shuffled,
    made.shuffledKind === "pairs" ? "Random prompt pair" : "Shuffled labels",
  );
  const work = steps.next("Comparing distributions");
  const result = await report.of(texts, work);
  return { ...result, ...(await expectations(expect, models, { steps, sampling })) };
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
