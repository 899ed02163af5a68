/**
 * Steering over layers × strengths: an effect against a cost, which cells are worth it, and the controls at one of them.
 *
 * Source: the tables of activation additions, Turner et al., 2023 (perplexity ratio on and off topic by layer and
 * coefficient).
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import { badField } from "../protocol/decode";
import type { Edit } from "../protocol/edit";
import { fewDraws, isDrawn, moreIsBetter } from "../protocol/steeringMeasure";
import type {
  EffectAndCost,
  SteeringSweepPlan,
  SteeringSweepResult,
  SweepControls,
  SweepPart,
} from "../protocol/steeringSweep";
import { requireIds } from "./common/analysisError";
import { atStrengthZero, type PairEncoder } from "./common/editValue";
import { percentileOf } from "./common/percentile";
import { indices } from "./common/reads";
import { EditedModel, SteeringSubject } from "./common/steering/editedModel";
import { isotropicNulls, shuffledNulls } from "./common/steering/nulls";
import type { ReadyMeasure } from "./common/steering/readyMeasure";
import { PromptStreams, relativeNorms } from "./common/steering/relativeNorm";
import { type BothEdits, embeddingOnly, positiveOnly } from "./common/steering/variants";
import { type Cell, CellEdits, effectAndCost, requireAxes } from "./steeringSweep/cells";
import { bestCell, paretoFront } from "./steeringSweep/pareto";

/** What was measured under a name, as it outlives a crash. */
export interface KeptCell extends EffectAndCost {
  readonly relativeNorm: number | null;
  readonly skipped: number;
}

/** Remembers what was measured; what it already knows is not measured again. */
export interface SweepKeeper {
  known(name: string): KeptCell | undefined;
  keep(name: string, cell: KeptCell): Promise<void>;
}

/** What a sweep of steering runs on. */
export interface SteeringSweepRequest {
  readonly plan: SteeringSweepPlan;
  /** The prompt's ids. */
  readonly ids: readonly number[];
  readonly encoder: PairEncoder | null;
  readonly effect: ReadyMeasure;
  readonly cost: ReadyMeasure;
  /** Reads the direction files of edits. */
  readonly readFiles: (edits: readonly Edit[]) => Promise<Edit[]>;
  readonly keeper?: SweepKeeper;
}

/**
 * Runs it. Cells begin from what is kept of the plain runs of prompt and texts.
 * @throws {DecodeError} "bad-field"; {AnalysisError} what common/editValue.ts and common/steering/measures.ts find wrong
 */
export async function steeringSweep(
  runner: Runner,
  vocabulary: Vocabulary,
  request: SteeringSweepRequest,
  options: WorkOptions = {},
): Promise<SteeringSweepResult> {
  const { plan, ids } = request;
  requireIds(ids);
  const { strengths } = plan;
  const layers = layersOf(plan, runner.info.nLayers);
  requireAxes(plan.edits, { layers, strengths });
  const sweep = new Sweep(runner, vocabulary, request);
  // Every cell's edits are tried before anything is run: a plan's mistakes are found at once.
  const cells = layers.map((layer) => strengths.map((strength) => ({ layer, strength })));
  cells.flat().forEach((cell) => void sweep.edits.given(cell));
  const sign = betterOf(plan) === "higher" ? 1 : -1;
  const total = cells.flat().length + controlCount(plan);
  const progress = progressOf(total, options);
  const baseline = await sweep.baseline(options);
  const rows: KeptCell[][] = [];
  for (const [i, row] of cells.entries()) {
    const measured: KeptCell[] = [];
    for (const [j, cell] of row.entries()) {
      const found = await sweep.cell(cell, progress.step("Sweeping"));
      measured.push(found);
      progress.measured("Sweeping", partOf([i, j], found, baseline));
    }
    rows.push(measured);
  }
  const table = {
    effect: rows.map((row) => row.map(({ effect }) => effect)),
    cost: rows.map((row) => row.map(({ cost }) => cost)),
  };
  const best = bestCell({ ...table, sign }, plan.mostCost);
  const at = plan.controls.at ?? (best && cells[best[0]][best[1]]);
  const controls =
    at && (await sweep.controls(at, { baseline, sign, step: progress.step, signal: options.signal }));
  return {
    layers,
    strengths,
    ...table,
    effectOf: plan.effect.of,
    costOf: plan.cost.of,
    better: betterOf(plan),
    baseline,
    relativeNorm: rows.map((row) => row.map(({ relativeNorm }) => relativeNorm)),
    pareto: paretoFront({ ...table, sign }),
    best,
    controls,
    warnings: warningsOf(plan, { rows, controls, measures: request }),
  };
}

function layersOf({ layers }: SteeringSweepPlan, nLayers: number): readonly number[] {
  if (layers === "all") return indices(nLayers);
  const wrong = layers.findIndex((layer) => layer >= nLayers);
  if (wrong < 0) return layers;
  throw badField(`layers[${wrong}]`, `is ${layers[wrong]}, but the model has ${nLayers} layers`);
}

function partOf(
  cell: SweepPart["cell"],
  { effect, cost, relativeNorm }: KeptCell,
  baseline: EffectAndCost,
): SweepPart {
  return { cell, effect, cost, relativeNorm, baseline };
}

function betterOf({ effect }: SteeringSweepPlan): "higher" | "lower" {
  return effect.better ?? (moreIsBetter(effect.of) ? "higher" : "lower");
}

/** Zero, the nulls' draws, positive part and embeddings alone. */
function controlCount({ controls }: SteeringSweepPlan): number {
  return 3 + controls.isotropic + controls.shuffled;
}

type Step = (message: string) => WorkOptions;

/** Progress that goes on by one with each step; `measured` tells what a step came to. */
function progressOf(
  total: number,
  options: WorkOptions,
): { readonly step: Step; readonly measured: (message: string, partial: SweepPart) => void } {
  let done = 0;
  return {
    step: (message) => {
      throwIfCancelled(options.signal);
      options.onProgress?.({ done: Math.min(done++, total), total, message });
      return { signal: options.signal };
    },
    measured: (message, partial) =>
      options.onProgress?.({ done: Math.min(done, total), total, message, partial }),
  };
}

/** What controls are compared with, and how they report. */
interface ControlsOf {
  readonly baseline: EffectAndCost;
  readonly sign: 1 | -1;
  readonly step: Step;
  readonly signal: WorkOptions["signal"];
}

/** The runs of one sweep. */
class Sweep {
  readonly edits: CellEdits;
  private readonly subject: SteeringSubject;
  private readonly plain: EditedModel;
  private readonly streams: PromptStreams;

  constructor(
    private readonly runner: Runner,
    vocabulary: Vocabulary,
    private readonly request: SteeringSweepRequest,
  ) {
    const { plan, ids, encoder, readFiles } = request;
    this.subject = new SteeringSubject(runner, vocabulary, { ids, sampling: plan.sampling, encoder });
    this.plain = new EditedModel(this.subject, []);
    this.streams = new PromptStreams(runner, ids);
    this.edits = new CellEdits(runner, {
      templates: plan.edits,
      encoder,
      readFiles,
      promptLength: ids.length,
    });
  }

  async baseline(options: WorkOptions): Promise<EffectAndCost> {
    const work = { signal: options.signal };
    const { effect, cost } = await effectAndCost(
      this.request,
      { plain: this.plain, edited: this.plain },
      work,
    );
    return { effect, cost };
  }

  cell(cell: Cell, options: WorkOptions): Promise<KeptCell> {
    return this.measured(`${cell.layer} × ${cell.strength}`, options, async () => {
      return (await this.edits.at(cell, options)).numeric;
    });
  }

  async controls(at: Cell, { baseline, sign, step, signal }: ControlsOf): Promise<SweepControls> {
    const { plan, encoder } = this.request;
    const { seed, isotropic, shuffled, at: asked } = plan.controls;
    const both = await this.edits.at(at, { signal });
    const of = async (name: string, edits: readonly Edit[]): Promise<EffectAndCost> => {
      const options = step(`Control: ${name}`);
      const key = `${at.layer} × ${at.strength}, ${name}`;
      const { effect, cost } = await this.measured(key, options, () => Promise.resolve(edits));
      return { effect, cost };
    };
    const each = async (name: string, draws: readonly (readonly Edit[])[]): Promise<EffectAndCost[]> => {
      const all: EffectAndCost[] = [];
      for (const [i, edits] of draws.entries()) all.push(await of(`${name} ${i + 1}`, edits));
      return all;
    };
    const real = await this.cell(at, { signal });
    const zero = await of("zero", both.numeric.map(atStrengthZero));
    const nulls = {
      isotropic: await each(
        "isotropic",
        isotropicNulls(this.runner, both.numeric, { draws: isotropic, seed }),
      ),
      shuffled: await each("shuffled", await this.shuffled(both, shuffled, { signal })),
    };
    const positive = await positiveOnly(this.runner, both, encoder, { signal });
    const embedding = await embeddingOnly(this.runner, both, encoder, { signal });
    const share = (draws: readonly EffectAndCost[]): number | null =>
      percentileOf(
        sign * real.effect,
        draws.map(({ effect }) => sign * effect),
      );
    return {
      at,
      chosen: asked === undefined ? "best" : "given",
      real: { effect: real.effect, cost: real.cost },
      zero: { ...zero, same: zero.effect === baseline.effect && zero.cost === baseline.cost },
      ...nulls,
      percentiles: { isotropic: share(nulls.isotropic), shuffled: share(nulls.shuffled) },
      ...(positive ? { positiveOnly: await of("positive part alone", positive) } : {}),
      ...(embedding ? { embeddingOnly: await of("embeddings alone", embedding) } : {}),
    };
  }

  private shuffled({ given, numeric }: BothEdits, draws: number, options: WorkOptions): Promise<Edit[][]> {
    const { plan, encoder } = this.request;
    return shuffledNulls(this.runner, numeric, { given, encoder, draws, seed: plan.controls.seed }, options);
  }

  private async measured(
    name: string,
    options: WorkOptions,
    edits: () => Promise<readonly Edit[]>,
  ): Promise<KeptCell> {
    const { keeper } = this.request;
    const known = keeper?.known(name);
    if (known) return known;
    const made = await edits();
    const models = { plain: this.plain, edited: new EditedModel(this.subject, made) };
    const found = await effectAndCost(this.request, models, options);
    const norms = await relativeNorms(this.runner, made, this.streams, options);
    const cell = { ...found, relativeNorm: norms.find((one) => one !== null) ?? null };
    await keeper?.keep(name, cell);
    return cell;
  }
}

function warningsOf(
  plan: SteeringSweepPlan,
  found: {
    readonly rows: readonly (readonly KeptCell[])[];
    readonly controls: SweepControls | null;
    readonly measures: Pick<SteeringSweepRequest, "effect" | "cost">;
  },
): string[] {
  const warnings: string[] = [];
  const { effect } = found.measures;
  if (isDrawn(effect.of) && plan.sampling.temperature > 0 && "n" in effect && effect.n < fewDraws)
    warnings.push(
      `The effect of each cell rests on ${effect.n} texts; differences between cells may be chance.`,
    );
  const skipped = Math.max(...found.rows.flat().map((cell) => cell.skipped));
  if (skipped > 0) warnings.push(`${skipped} texts are too short to be measured and were left out.`);
  if (found.controls?.chosen === "best")
    warnings.push(
      "The controls are those of the best cell, whose effect is flattered by having been chosen by it.",
    );
  if (found.controls?.zero.same === false)
    warnings.push("Strength zero did not give the plain model's numbers: do not trust this sweep.");
  return warnings;
}
