/** The Steering panel: runs an experiment with its controls and shows it; the experiment may have a file. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { modelNameOf } from "../../base/modelName";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import type { Experiment, SteerResult } from "../../protocol/edit";
import type { ModelInfo } from "../../protocol/model";
import type { SteeringAgain } from "../../protocol/panelApi";
import { withStrength } from "../../protocol/strength";
import { experimentSuffix } from "../contributions";
import { NewestWins } from "../requests/newestWins";
import { saveAs } from "../documents/saveAs";
import { experimentTexts, says, working } from "../messages";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { madeNow } from "../panels/made";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { bundledDraft, experimentFrom, experimentText, firstDraft, draftFrom } from "./experimentDraft";
import { controlChoices, firstPart, withControls, type ControlChoice } from "./controlChoice";
import { addResult } from "./experimentFile";
import { baseOf, runExperiment, stepExperiment, type ExperimentRun } from "./experimentRun";
import type { HistoryStore } from "./historyStore";
import { modelReference, resolveModel } from "./resolveModel";

const memoryKey = "panel.steering";

/** How an experiment is shown. */
export interface ShowOptions {
  /** Where it is saved; its folder is where paths in it start. */
  readonly file?: vscode.Uri | undefined;
  /** Where they start instead; null: at the model. */
  readonly base?: string | null | undefined;
  /** Left out: what it says itself. */
  readonly controls?: ControlChoice | undefined;
  /** True for a run that the history has already. */
  readonly isKnown?: boolean;
}

/** The panel; its page is in `webview/panels/steering`. */
export class SteeringPanel implements vscode.Disposable {
  readonly store = new PanelStore("steering");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly window: PanelWindow<"steering">;
  private readonly sliding = new NewestWins();
  private experiment: Experiment | undefined;
  private file: vscode.Uri | undefined;
  private way: ShowOptions = {};
  /** The result of a run that came to its end: what is shown before may lack controls. */
  private whole: SteerResult | undefined;

  constructor(
    private readonly services: Services,
    private readonly history: HistoryStore,
  ) {
    const handlers = hostHandlers(this.store, this.actions(), services);
    this.window = new PanelWindow(services, this.store, handlers, {
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
    });
  }

  /**
   * Shows an experiment and runs it; gives its result, or null where it was not run to its end.
   */
  async show(experiment: Experiment, way: ShowOptions = {}): Promise<SteerResult | null> {
    this.experiment = experiment;
    this.file = way.file;
    this.way = way;
    this.whole = undefined;
    this.remember();
    this.window.show();
    this.sliding.cancel();
    const data = { experiment, result: null, file: this.fileName() };
    const document = data.file ?? undefined;
    this.store.update({ data, made: undefined, model: this.services.models.known, document });
    const ready = await this.task.run({ message: working.steering() }, (work) => this.job(work));
    return ready ? (this.store.state.data?.result ?? null) : null;
  }

  /** Runs and, where the file still holds just this experiment, writes the result into it. */
  async showNew(experiment: Experiment, file: vscode.Uri | undefined): Promise<void> {
    const result = await this.show(experiment, { file });
    if (file && result) await addResult(file, experiment, { ...experiment, result });
  }

  /** Runs the experiment again. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    await this.task.retry();
  }

  dispose(): void {
    this.task.drop();
    this.sliding.cancel();
    this.window.dispose();
  }

  private actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.example(),
      runSteering: async (again) => {
        // What was changed is another experiment; the file keeps the one it has. Controls come with it.
        if (!this.experiment) return;
        const { base = baseOf(this.file) } = this.way;
        await this.show(changed(this.experiment, again), { base });
      },
      slideSteering: (scale) => this.slide(scale),
      saveExperiment: () => this.save(),
    };
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<"steering">, "seq" | "status">>> {
    const { experiment, file } = this;
    if (!experiment) throw new CodedError("no-experiment", says.nothingToSave());
    const { base = baseOf(file), controls = "stated", isKnown = false } = this.way;
    const asked = { experiment, controls, base };
    const record = isKnown ? null : this.history.begin({ ...asked, file: file?.toString() });
    const ran = this.run(asked, work);
    ran.then(
      ({ result }) => record?.ready(result),
      (error: unknown) => record?.failed(error),
    );
    const { result, info } = await ran;
    if (this.experiment === experiment) this.whole = result;
    const digest = experiment.model.digest;
    const differs = digest !== null && result.digest !== null && digest !== result.digest;
    // What was dragged to meanwhile stays; the controls are of the experiment's own strength.
    const { step } = this.store.state.data ?? {};
    const data = { experiment, result, file: this.fileName(), ...(step ? { step } : {}) };
    const { bos = "auto", prompt } = experiment;
    return {
      data,
      made: madeNow(this.services, { bos, texts: { prompt }, start: 0, range: null }),
      model: info,
      document: data.file ?? undefined,
      message: differs ? experimentTexts.otherDigest(modelNameOf(info.path)) : undefined,
    };
  }

  /** Continues at another strength; a newer one takes the place of one that is being run. */
  private async slide(scale: number): Promise<void> {
    const { experiment, file } = this;
    if (!experiment) throw new CodedError("no-experiment", says.nothingToSave());
    const { base = baseOf(file) } = this.way;
    const model = await resolveModel(experiment, base, this.services.models);
    const asked = { experiment: withStrength(experiment, scale), model, base };
    const ran = await this.sliding.run((signal) =>
      stepExperiment(this.services, asked, { signal, meta: { view: "steering slide" } }),
    );
    const { data } = this.store.state;
    // Another experiment may be shown since the model was looked for.
    if (data && this.experiment === experiment)
      this.store.update({ data: { ...data, step: { scale, ran } } });
  }

  private async run(
    { experiment, base, controls }: { experiment: Experiment; base: string | null; controls: ControlChoice },
    work: JobWork,
  ): Promise<ExperimentRun> {
    const model = await resolveModel(experiment, base, this.services.models);
    const asked = withControls(experiment, controls);
    const first = firstPart(asked);
    const place = { model, base };
    if (!first) return runExperiment(this.services, { experiment: asked, ...place }, work);
    const { result, info } = await runExperiment(this.services, { experiment: first, ...place }, work);
    this.showPart(result, info);
    // The controls make way for whoever drags the strength, and for other views.
    const behind = { ...work, meta: { ...work.meta, priority: "background" } } as const;
    return runExperiment(this.services, { experiment: asked, ...place }, behind, (part) =>
      this.showPart(part, info),
    );
  }

  /** The texts are there before the controls are, and each control before the next. */
  private showPart(result: SteerResult, info: ModelInfo): void {
    const { data } = this.store.state;
    if (data) this.store.update({ data: { ...data, result }, model: info });
  }

  private async example(): Promise<void> {
    const { models } = this.services;
    const info = await models.open();
    const first = info.path === models.bundled ? bundledDraft : firstDraft;
    const draft = draftFrom({ selections: [], line: "", nLayers: info.nLayers }, first);
    const path = modelReference(info.path, models.bundled);
    await this.show(experimentFrom(draft, { path, digest: info.digest }, bosPolicy()));
  }

  private async save(): Promise<void> {
    const { data } = this.store.state;
    if (!data) throw new CodedError("no-experiment", says.nothingToSave());
    const { whole } = this;
    const experiment = whole ? { ...data.experiment, result: whole } : data.experiment;
    const content = new TextEncoder().encode(experimentText(experiment));
    const target = await saveAs({ name: `experiment${experimentSuffix}`, format: "json", content });
    if (!target) return;
    this.file = target;
    this.remember();
    const name = this.fileName();
    this.store.update({ data: { ...data, file: name }, document: name ?? undefined });
  }

  private fileName(): string | null {
    return this.file ? vscode.workspace.asRelativePath(this.file) : null;
  }

  private remember(): void {
    const { base, controls } = this.way;
    const stored = { experiment: this.experiment, file: this.file?.toString(), base, controls };
    void this.services.context.workspaceState.update(memoryKey, stored);
  }

  private async restore(): Promise<void> {
    const stored: unknown = this.services.context.workspaceState.get(memoryKey);
    if (typeof stored !== "object" || stored === null) return;
    const { experiment, file, base, controls } = stored as Record<string, unknown>;
    try {
      await this.show(decodeExperiment(experiment), {
        file: typeof file === "string" ? vscode.Uri.parse(file) : undefined,
        base: typeof base === "string" || base === null ? base : undefined,
        controls: controlChoices.find((choice) => choice === controls),
        isKnown: true,
      });
    } catch {
      // What an older version stored is not worth an error; the panel then offers its example.
      this.services.log.info("The stored experiment was not of this version and is left out.");
    }
  }

  private closed(): void {
    this.task.drop();
    this.sliding.cancel();
    this.experiment = undefined;
    this.store.clear();
  }
}

/** The experiment as a person wants it run again. */
function changed(experiment: Experiment, { scale, samples, temperature }: SteeringAgain): Experiment {
  const { samples: before, ...sampling } = experiment.sampling;
  const n = samples ?? before;
  const drawn = { ...sampling, ...(temperature === undefined ? {} : { temperature }) };
  return withStrength(
    { ...experiment, sampling: { ...drawn, ...(n === undefined ? {} : { samples: n }) } },
    scale,
  );
}
