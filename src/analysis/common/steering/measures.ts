/** Taking measures of steering: each of the plain model and of an edited one, then the two against each other. */
import type { WorkOptions } from "../../../base/cancel";
import type { Edit } from "../../../protocol/edit";
import type { MeasureReading } from "../../../protocol/steeringMeasure";
import { AnalysisError } from "../analysisError";
import { alignedParts, logSum } from "./aligned";
import { divergence } from "../divergence";
import { editedPositions, valueRows } from "../editValue";
import { indices } from "../reads";
import type { EditedModel } from "./editedModel";
import { injectedInFront, paddedPieces } from "./padding";
import type { ReadyChoice, ReadyMeasure } from "./readyMeasure";

/** A reading, with the draws behind it where there are some. */
export interface TakenMeasure extends MeasureReading {
  /** Of the edited model: per text, how often it has what is looked for. */
  readonly counts?: readonly number[];
  /** Texts that were left out, being no longer than what is injected; padded, than one token. */
  readonly skipped?: number;
}

/**
 * Takes a measure. What is wanted of the plain model is computed once, however many edited ones are measured against it.
 * @throws {AnalysisError} "prompt-too-short" where no text is longer than what is injected; "out-of-range"
 */
export async function takeMeasure(
  measure: ReadyMeasure,
  { plain, edited }: { readonly plain: EditedModel; readonly edited: EditedModel },
  options: WorkOptions,
): Promise<TakenMeasure> {
  switch (measure.of) {
    case "perplexityRatio":
      return perplexityRatio(measure, { plain, edited }, options);
    case "kl": {
      const { ids } = plain.subject.prompt;
      const value = divergence(
        await plain.distribution(ids, options),
        await edited.distribution(ids, options),
      );
      return { default: null, steered: value, value };
    }
    case "effectiveness":
    case "disruption": {
      const { ids } = plain.subject.prompt;
      const [p, q] = [await plain.distribution(ids, options), await edited.distribution(ids, options)];
      const { effectiveness, disruption } = alignedParts(p, q, measure.aligned);
      if (measure.of === "disruption") return { default: null, steered: disruption, value: disruption };
      const [before, after] = [logSum(p, measure.aligned), logSum(q, measure.aligned)];
      return { default: before, steered: after, value: effectiveness };
    }
    case "logProb":
    case "score": {
      const [before, after] = [await single(measure, plain, options), await single(measure, edited, options)];
      return { default: before, steered: after, value: after - before };
    }
    case "probability":
    case "choiceAccuracy": {
      const [before, after] = [await single(measure, plain, options), await single(measure, edited, options)];
      return { default: before, steered: after, value: after };
    }
    default: {
      const [before, after] = [await counts(measure, plain, options), await counts(measure, edited, options)];
      const value = share(measure.of, after);
      return { default: share(measure.of, before), steered: value, value, counts: after };
    }
  }
}

type SingleMeasure = Extract<ReadyMeasure, { of: "logProb" | "score" | "probability" | "choiceAccuracy" }>;

function single(measure: SingleMeasure, model: EditedModel, options: WorkOptions): Promise<number> {
  return model.once(measure, () => valueOf(measure, model, options));
}

async function valueOf(measure: SingleMeasure, model: EditedModel, options: WorkOptions): Promise<number> {
  switch (measure.of) {
    case "logProb":
      return sum(await model.forced(measure.run, options));
    case "probability": {
      let total = 0;
      for (const run of measure.runs) total += Math.exp(sum(await model.forced(run, options)));
      return total;
    }
    case "choiceAccuracy": {
      let right = 0;
      for (const { answer, choices } of measure.items) {
        const scores: number[] = [];
        for (const choice of choices) scores.push(await choiceScore(choice, measure.by, { model, options }));
        // Of equal ones the first counts as the answer.
        if (scores.indexOf(Math.max(...scores)) === answer) right++;
      }
      return right / measure.items.length;
    }
    case "score":
      return meanScore(measure, model, options);
  }
}

async function choiceScore(
  choice: ReadyChoice,
  by: "total" | "perToken" | "perByte",
  { model, options }: { model: EditedModel; options: WorkOptions },
): Promise<number> {
  const total = sum(await model.forced(choice, options));
  if (by === "total") return total;
  return by === "perToken" ? total / choice.forced.length : total / Math.max(1, choice.bytes);
}

async function meanScore(
  { hook, vector, texts }: Extract<ReadyMeasure, { of: "score" }>,
  model: EditedModel,
  options: WorkOptions,
): Promise<number> {
  const { ids } = model.subject.prompt;
  if (texts === null)
    return (await model.scores(ids, { hook, vector, positions: [ids.length - 1] }, options))[0];
  const all: number[] = [];
  for (const text of texts) {
    // The first position is a sink of attention and says nothing of the text.
    const positions = indices(text.length).slice(1);
    if (positions.length > 0) all.push(...(await model.scores(text, { hook, vector, positions }, options)));
  }
  if (all.length === 0) throw tooShort("score");
  return sum(all) / all.length;
}

async function perplexityRatio(
  { texts, pad }: Extract<ReadyMeasure, { of: "perplexityRatio" }>,
  { plain, edited }: { readonly plain: EditedModel; readonly edited: EditedModel },
  options: WorkOptions,
): Promise<TakenMeasure> {
  const pooled = { before: 0, after: 0, change: 0, n: 0, skipped: 0 };
  const front = pad ? injectedInFront(edited.edits) : 0;
  const { runner, prompt } = edited.subject;
  const padding = { front, spaceId: prompt.encoder?.spaceId ?? null, nCtx: runner.info.nCtx };
  const run = pad ? texts.flatMap((ids) => paddedPieces(ids, { ...padding, ...pad })) : texts;
  for (const ids of run) {
    const injected = injectedPositions(edited.edits, ids.length);
    // Of spaces nothing is asked, also where an edit leaves some of them alone.
    const left = injected && new Set([...injected, ...indices(front)]);
    if (left === null || ids.length - 1 <= left.size) {
      pooled.skipped++;
      continue;
    }
    const before = await plain.tokens(ids, options);
    const after = await edited.tokens(ids, options);
    before.forEach((logProb, p) => {
      if (left.has(p)) return;
      pooled.before += logProb;
      pooled.after += after[p];
      pooled.change += after[p] - logProb;
      pooled.n++;
    });
  }
  if (pooled.n === 0) throw tooShort("perplexity ratio");
  return {
    default: Math.exp(-pooled.before / pooled.n),
    steered: Math.exp(-pooled.after / pooled.n),
    value: Math.exp(-pooled.change / pooled.n),
    ...(pooled.skipped > 0 ? { skipped: pooled.skipped } : {}),
  };
}

/**
 * Positions whose predictions a ratio of perplexities leaves out, being made where something is injected; none where an
 * edit is at every position, since nothing would be left. Null for a text that is shorter than what is injected.
 */
export function injectedPositions(edits: readonly Edit[], length: number): ReadonlySet<number> | null {
  const injected = new Set<number>();
  for (const edit of edits) {
    const rows = valueRows(edit).length;
    const isEverywhere = (edit.positions === "prefill-all" || edit.positions === "every-step") && rows <= 1;
    if (isEverywhere) continue;
    if (rows > 1 && rows > length) return null;
    const chosen = editedPositions(edit, length);
    if (chosen.some((position) => position < 0 || position >= length)) return null;
    chosen.forEach((position) => injected.add(position));
  }
  return injected;
}

async function counts(
  measure: Extract<ReadyMeasure, { n: number }>,
  model: EditedModel,
  options: WorkOptions,
): Promise<number[]> {
  const texts = await model.drawn(measure.n, measure.tokens, options);
  return texts.map(({ text }) => measure.count(text ?? ""));
}

function share(of: "words" | "pattern" | "count", all: readonly number[]): number {
  return sum(of === "count" ? all : all.map((count) => (count > 0 ? 1 : 0))) / all.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function tooShort(what: string): AnalysisError {
  const message = `No text is long enough for the ${what}: nothing of any is left that could be measured.`;
  return new AnalysisError("prompt-too-short", message, { next: "Give longer texts." });
}
