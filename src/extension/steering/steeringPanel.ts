/** The Steering panel: runs an experiment with its controls and shows it; the experiment may have a file. */
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { modelNameOf } from "../../base/modelName";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import type { Experiment } from "../../protocol/edit";
import { experimentSuffix } from "../contributions";
import { saveAs } from "../documents/saveAs";
import { experimentTexts, says, working } from "../messages";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { madeNow } from "../panels/made";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import {
  bundledDraft,
  experimentFrom,
  experimentText,
  firstDraft,
  draftFrom,
  withStrength,
} from "./experimentDraft";
import { addResult } from "./experimentFile";
import { modelReference, resolveModel } from "./resolveModel";

const memoryKey = "panel.steering";

/** The panel; its page is in `webview/panels/steering`. */
export class SteeringPanel implements vscode.Disposable {
  readonly store = new PanelStore("steering");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly window: PanelWindow<"steering">;
  private experiment: Experiment | undefined;
  private file: vscode.Uri | undefined;

  constructor(private readonly services: Services) {
    const handlers = hostHandlers(this.store, this.actions(), services);
    this.window = new PanelWindow(services, this.store, handlers, {
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
    });
  }

  /**
   * Shows an experiment and runs it.
   * @param file  where it is saved; its folder is where a relative model path starts
   */
  async show(experiment: Experiment, file: vscode.Uri | undefined): Promise<boolean> {
    this.experiment = experiment;
    this.file = file;
    this.remember();
    this.window.show();
    const data = { experiment, result: null, file: this.fileName() };
    const document = data.file ?? undefined;
    this.store.update({ data, made: undefined, model: this.services.models.known, document });
    return this.task.run({ message: working.steering() }, (work) => this.job(work));
  }

  /** Runs and, where the file still holds just this experiment, writes the result into it. */
  async showNew(experiment: Experiment, file: vscode.Uri | undefined): Promise<void> {
    const ready = await this.show(experiment, file);
    const result = this.store.state.data?.result;
    if (ready && file && result) await addResult(file, experiment, { ...experiment, result });
  }

  /** Runs the experiment again. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    await this.task.retry();
  }

  dispose(): void {
    this.task.drop();
    this.window.dispose();
  }

  private actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.example(),
      runSteering: async (scale) => {
        // What was changed is another experiment; the file keeps the one it has.
        if (this.experiment) await this.show(withStrength(this.experiment, scale), undefined);
      },
      saveExperiment: () => this.save(),
    };
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<"steering">, "seq" | "status">>> {
    const { experiment, file } = this;
    if (!experiment) throw new CodedError("no-experiment", says.nothingToSave());
    const { engine, models } = this.services;
    const base = file?.scheme === "file" ? path.dirname(file.fsPath) : null;
    const folder = await resolveModel(experiment, base, models);
    const info = folder === models.path ? await models.open(work) : await models.inspect(folder, work);
    // Checked again, now that the model's hooks and sizes are known.
    const { model, ...rest } = decodeExperiment(experiment, info);
    const asked = { ...rest, model: { ...model, path: folder } };
    const result = await engine.call("steer/run", { experiment: asked, base: base ?? folder }, work);
    const digest = experiment.model.digest;
    const differs = digest !== null && result.digest !== null && digest !== result.digest;
    const data = { experiment, result, file: this.fileName() };
    const { bos = "auto", prompt } = experiment;
    return {
      data,
      made: madeNow(this.services, { bos, texts: { prompt }, start: 0, range: null }),
      model: info,
      document: data.file ?? undefined,
      message: differs ? experimentTexts.otherDigest(modelNameOf(info.path)) : undefined,
    };
  }

  private async example(): Promise<void> {
    const { models } = this.services;
    const info = await models.open();
    const first = info.path === models.bundled ? bundledDraft : firstDraft;
    const draft = draftFrom({ selections: [], line: "", nLayers: info.nLayers }, first);
    const path = modelReference(info.path, models.bundled);
    await this.show(experimentFrom(draft, { path, digest: info.digest }, bosPolicy()), undefined);
  }

  private async save(): Promise<void> {
    const { data } = this.store.state;
    if (!data) throw new CodedError("no-experiment", says.nothingToSave());
    const experiment = data.result ? { ...data.experiment, result: data.result } : data.experiment;
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
    const stored = { experiment: this.experiment, file: this.file?.toString() };
    void this.services.context.workspaceState.update(memoryKey, stored);
  }

  private async restore(): Promise<void> {
    const stored: unknown = this.services.context.workspaceState.get(memoryKey);
    if (typeof stored !== "object" || stored === null) return;
    const { experiment, file } = stored as Record<string, unknown>;
    try {
      await this.show(
        decodeExperiment(experiment),
        typeof file === "string" ? vscode.Uri.parse(file) : undefined,
      );
    } catch {
      // What an older version stored is not worth an error; the panel then offers its example.
      this.services.log.info("The stored experiment was not of this version and is left out.");
    }
  }

  private closed(): void {
    this.task.drop();
    this.experiment = undefined;
    this.store.clear();
  }
}
