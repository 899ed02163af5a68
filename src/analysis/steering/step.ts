/**
 * One strength of an experiment after another, as a slider gives them: what is read of the edits' texts, the plain
 * continuation and its prompt's run are there from the first on, so that a step costs the edited continuation alone.
 */
import type { WorkOptions } from "../../base/cancel";
import type { Runner, Vocabulary } from "../../graph/runner";
import type { Edit, Sampling, SteerStep } from "../../protocol/edit";
import { requireIds } from "../common/analysisError";
import { divergence } from "../common/divergence";
import { numericEdits, type PairEncoder, requireRows } from "../common/editValue";
import { EditedModel, SteeringSubject } from "../common/steering/editedModel";
import { PromptStreams, relativeNorms } from "../common/steering/relativeNorm";
import { partsAt } from "./partsAt";

/** What is steered, and by what; the edits' strengths come with each step. */
export interface SteppedExperiment {
  readonly ids: readonly number[];
  readonly edits: readonly Edit[];
  readonly sampling: Sampling;
  readonly encoder: PairEncoder | null;
}

/** An experiment that answers for one strength after another. */
export class StrengthSteps {
  private constructor(
    private readonly runner: Runner,
    private readonly plain: EditedModel,
    private readonly numeric: readonly Edit[],
    private readonly streams: PromptStreams,
  ) {}

  /**
   * Reads what the edits add, and continues without them.
   * @throws {AnalysisError} "empty-input", "prompt-too-short", and what common/editValue.ts finds wrong
   */
  static async prepare(
    runner: Runner,
    vocabulary: Vocabulary,
    { ids, edits, sampling, encoder }: SteppedExperiment,
    options: WorkOptions,
  ): Promise<StrengthSteps> {
    requireIds(ids);
    const numeric = await numericEdits(runner, edits, encoder, options);
    for (const edit of numeric) requireRows(edit, ids.length);
    const plain = new EditedModel(new SteeringSubject(runner, vocabulary, { ids, sampling, encoder }), []);
    await plain.drawn(1, sampling.maxTokens, options);
    await plain.distribution(ids, options);
    return new StrengthSteps(runner, plain, numeric, new PromptStreams(runner, ids));
  }

  /** The experiment at these strengths, one per edit (undefined: the edit's normal one). */
  async at(scales: readonly (number | undefined)[], options: WorkOptions): Promise<SteerStep> {
    const { subject } = this.plain;
    const { ids, sampling } = subject.prompt;
    const edits = this.numeric.map(({ scale: _, ...edit }, i) => {
      const scale = scales[i];
      return scale === undefined ? edit : { ...edit, scale };
    });
    const edited = new EditedModel(subject, edits);
    const [plain] = await this.plain.drawn(1, sampling.maxTokens, options);
    const [steered] = await edited.drawn(1, sampling.maxTokens, options);
    const before = await this.plain.distribution(ids, options);
    return {
      default: plain,
      steered,
      partsAt: partsAt(plain, steered),
      kl: divergence(before, await edited.distribution(ids, options)),
      relativeNorm: await relativeNorms(this.runner, edits, this.streams, options),
    };
  }
}
