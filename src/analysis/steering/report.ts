/** What a steering experiment came to, as far as it was run. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Runner, Vocabulary } from "../../graph/runner";
import type {
  AlignedParts,
  Edit,
  Experiment,
  GenerateResult,
  SingleControl,
  SteerResult,
} from "../../protocol/edit";
import { divergence } from "../common/divergence";
import type { PairEncoder } from "../common/editValue";
import { percentileOf } from "../common/percentile";
import { alignedParts } from "../common/steering/aligned";
import type { EditedModel } from "../common/steering/editedModel";
import type { PairDraws } from "../common/steering/nulls";
import { PromptStreams, relativeNorms } from "../common/steering/relativeNorm";
import type { ControlEdits } from "./controls";
import type { ReadyExpectation } from "./expectations";
import { movedTokens } from "./moved";
import { partsAt } from "./partsAt";

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
  /** Per edit, its direction under shuffled labels where that is known; random prompt pairs stand in where not. */
  readonly labels?: PairDraws["labels"];
  readonly expect?: readonly ReadyExpectation[];
  /** Tokens that the edits should make likelier behind the prompt. */
  readonly aligned?: readonly number[];
}

/** The models of one experiment. */
export interface Models {
  readonly plain: EditedModel;
  readonly steered: EditedModel;
  readonly isotropic: readonly EditedModel[];
  readonly shuffled: readonly EditedModel[];
  readonly single: readonly (readonly [SingleControl, EditedModel])[];
}

/** What was written so far. */
export interface Texts {
  readonly plain: readonly GenerateResult[];
  readonly steered: readonly GenerateResult[];
  readonly zero: GenerateResult;
  readonly singles: Partial<Record<SingleControl, GenerateResult>>;
  readonly isotropic: readonly GenerateResult[];
  readonly shuffled: readonly GenerateResult[];
}

/** What an experiment came to, as far as it was run. */
export class Report {
  private readonly streams: PromptStreams;
  private readonly norms = new Map<readonly Edit[], Promise<(number | null)[]>>();
  private crossed: Promise<Pick<SteerResult, "crossed">> | undefined;

  constructor(
    private readonly runner: Runner,
    private readonly vocabulary: Vocabulary,
    private readonly about: {
      readonly request: SteerRequest;
      readonly models: Models;
      readonly made: ControlEdits;
      readonly prompting: SteerRequest["prompting"];
    },
  ) {
    this.streams = new PromptStreams(runner, about.request.ids);
  }

  /** The result of these texts; controls that are not among them are left out. */
  async of(texts: Texts, work: WorkOptions): Promise<SteerResult> {
    const { request, models: all, made, prompting } = this.about;
    const { plain, steered, zero, singles, isotropic, shuffled } = texts;
    const { sampling } = request.experiment;
    const models = {
      ...all,
      isotropic: all.isotropic.slice(0, isotropic.length),
      shuffled: all.shuffled.slice(0, shuffled.length),
      single: all.single.filter(([name]) => singles[name] !== undefined),
    };
    const asked = singles.prompting === undefined ? null : (prompting ?? null);
    const kl = await divergences(models, asked?.ids ?? null, work);
    const relative: Partial<Record<SingleControl, readonly (number | null)[]>> = {};
    for (const [name, model] of models.single) relative[name] = await this.normsOf(model.edits, work);
    this.crossed ??= crossed(models, { plain: plain[0], steered: steered[0] }, work);
    const percentile = percentileOf(kl.steered, kl.isotropic);
    return {
      default: plain[0],
      steered: steered[0],
      controls: {
        zero,
        isotropic: [...isotropic],
        ...(shuffled.length > 0 ? { shuffled: [...shuffled] } : {}),
        ...singles,
      },
      kl,
      percentile,
      relativeNorm: await this.normsOf(models.steered.edits, work),
      partsAt: partsAt(plain[0], steered[0]),
      bos: request.bos,
      digest: request.digest,
      percentiles: { isotropic: percentile, shuffled: percentileOf(kl.steered, kl.shuffled ?? []) },
      controlFacts: {
        ...(shuffled.length > 0 && made.shuffledKind !== null ? { shuffled: made.shuffledKind } : {}),
        ...(asked ? { prompting: asked.text } : {}),
        ...(made.otherLayer && singles.otherLayer ? { otherLayer: made.otherLayer.layer } : {}),
        relativeNorm: relative,
      },
      ...((sampling.samples ?? 1) > 1 ? { samples: samplesOf(plain, steered, sampling.seed) } : {}),
      ...(await this.crossed),
      moved: movedTokens(
        await models.plain.distribution(request.ids, work),
        await models.steered.distribution(request.ids, work),
        this.vocabulary,
      ),
      ...(request.aligned ? { aligned: await this.aligned(request.aligned, models, work) } : {}),
    };
  }

  /** Of distributions that are known: their KLs were taken before. */
  private async aligned(
    ids: readonly number[],
    { plain, steered, isotropic, shuffled }: Models,
    work: WorkOptions,
  ): Promise<NonNullable<SteerResult["aligned"]>> {
    const { ids: prompt } = this.about.request;
    const [before, after] = [
      await plain.distribution(prompt, work),
      await steered.distribution(prompt, work),
    ];
    const each = async (all: readonly EditedModel[]): Promise<AlignedParts[]> => {
      const parts: AlignedParts[] = [];
      for (const one of all) parts.push(alignedParts(before, await one.distribution(prompt, work), ids));
      return parts;
    };
    return {
      tokens: ids.map((id) => ({
        id,
        text: this.vocabulary.text(id),
        default: before[id],
        steered: after[id],
      })),
      steered: alignedParts(before, after, ids),
      isotropic: await each(isotropic),
      ...(shuffled.length > 0 ? { shuffled: await each(shuffled) } : {}),
    };
  }

  private normsOf(edits: readonly Edit[], work: WorkOptions): Promise<(number | null)[]> {
    const known = this.norms.get(edits);
    if (known) return known;
    const norms = relativeNorms(this.runner, edits, this.streams, work);
    this.norms.set(edits, norms);
    return norms;
  }
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
