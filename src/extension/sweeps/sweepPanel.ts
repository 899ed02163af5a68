/** The Sweep panel: runs a plan of steering over layers × strengths and shows it while it fills. */
import * as vscode from "vscode";
import type { Progress } from "../../base/cancel";
import { CodedError, toErrorData } from "../../base/errors";
import type { ModelInfo } from "../../protocol/model";
import type { SteeringSweepPlan, SteeringSweepRan, SweepPart } from "../../protocol/steeringSweep";
import { cellExperiment } from "../../protocol/sweepCell";
import { resultTexts } from "../messages/experiments";
import { sweepTexts } from "../messages/sweeps";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { madeNow } from "../panels/made";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import type { Services } from "../services";
import { baseOf } from "../steering/experimentRun";
import { modelReference, resolveModel } from "../steering/resolveModel";
import type { SteeringPanel } from "../steering/steeringPanel";
import { GrowingCells } from "./growingCells";
import { keepSweep, readSweep } from "./keptSweep";
import {
  keptFile,
  loadSweep,
  planOf,
  requireResultPlace,
  sweepResultUri,
  writeSweepResult,
} from "./sweepFile";

/** Least milliseconds between two tables that are shown while a sweep runs. */
const tableEveryMs = 250;
/** The plan that an empty panel offers. */
const sample = ["media", "sample", "code-or-prose.introspect-sweep.json"] as const;

/** A plan and where it stands. */
interface Sweep {
  readonly plan: SteeringSweepPlan;
  readonly file: vscode.Uri | undefined;
  /** Folder from which paths in it start; null: the model's. */
  readonly base: string | null;
}

/** The panel; its page is in `webview/panels/sweep`. */
export class SweepPanel implements vscode.Disposable {
  readonly store = new PanelStore("sweep");
  private readonly task: PanelTask<"sweep">;
  private readonly window: PanelWindow<"sweep">;
  private sweep: Sweep | undefined;

  constructor(
    private readonly services: Services,
    private readonly steering: SteeringPanel,
  ) {
    this.task = new PanelTask(this.store, () =>
      keptFile(this.sweep?.file) === undefined ? sweepTexts.stopped() : sweepTexts.cancelled(),
    );
    this.window = new PanelWindow(services, this.store, hostHandlers(this.store, this.actions(), services), {
      onRestored: () =>
        void this.restore().catch((error: unknown) => services.log.warn(toErrorData(error).message)),
      onClosed: () => this.closed(),
    });
  }

  /**
   * Runs the plan of a file, and saves its result beside it.
   * @throws {DecodeError} what is wrong with the plan; {CodedError} "file-unreadable", "sweep-of-cells", "result-unreadable"
   */
  async runFile(file: vscode.Uri): Promise<void> {
    await requireResultPlace(file);
    await this.show({ plan: await loadSweep(file), file, base: baseOf(file) });
  }

  /** Shows a plan and runs it, from what was kept of it. */
  async show(sweep: Sweep): Promise<void> {
    this.sweep = sweep;
    this.window.show();
    this.store.clear({ model: this.services.models.known, document: this.fileName() ?? undefined });
    await this.run();
  }

  /** Runs the shown plan again, or on. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    await this.run();
  }

  dispose(): void {
    this.task.drop();
    this.window.dispose();
  }

  private async run(): Promise<void> {
    const ready = await this.task.run({ message: sweepTexts.running() }, (work) => this.job(work));
    this.keep({ ended: !this.task.busy });
    const { file } = this.sweep ?? {};
    const { data } = this.store.state;
    if (!ready) return this.offerAnew();
    if (!file || !data?.outcome) return;
    const ran = { ...data.cells, ...data.outcome } as SteeringSweepRan;
    const name = vscode.workspace.asRelativePath(sweepResultUri(file));
    const isNew = await writeSweepResult(file, ran);
    vscode.window.setStatusBarMessage(isNew ? resultTexts.saved(name) : resultTexts.unchanged(name), 5000);
  }

  /** What was kept of another plan stands in the way of this one: it goes if the person says so. */
  private async offerAnew(): Promise<void> {
    const { sweep } = this;
    const { error } = this.store.state;
    const kept = keptFile(sweep?.file);
    if (kept === undefined || error?.code !== "sweep-of-another-plan") return;
    const anew = sweepTexts.beginAnew();
    if ((await vscode.window.showWarningMessage(error.message, anew)) !== anew) return;
    // The question may stand for long: by now another plan may be shown, or none.
    if (this.sweep !== sweep) return;
    await vscode.workspace.fs.delete(vscode.Uri.file(kept));
    await this.run();
  }

  private actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.example(),
      openCell: (cell) => this.openCell(cell),
    };
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<"sweep">, "seq" | "status">>> {
    const { sweep } = this;
    if (!sweep) throw new CodedError("no-sweep", sweepTexts.noSweep());
    this.keep({ ended: false });
    const { plan, file, base } = sweep;
    const { engine, models } = this.services;
    const folder = await this.modelOf(sweep);
    const model = folder === models.path ? await models.open(work) : await models.inspect(folder, work);
    const { bos = "auto", prompt } = plan;
    const made = madeNow(this.services, { bos, texts: { prompt }, start: 0, range: null });
    const shown = { model, made, document: this.fileName() ?? undefined };
    const kept = keptFile(file);
    const asked = { model: folder, plan, base: base ?? folder, ...(kept === undefined ? {} : { kept }) };
    const onProgress = this.filling(model, work, shown);
    const ran = await engine.call("steer/sweep", asked, { ...work, onProgress });
    const { layers, strengths, effect, cost, relativeNorm, baseline, ...outcome } = ran;
    const cells = { layers, strengths, effect, cost, relativeNorm, baseline };
    return {
      ...shown,
      model: { ...model, digest: ran.digest },
      data: { plan, file: this.fileName(), cells, outcome },
    };
  }

  /** Progress that also shows the cells as they come; the table is made anew only when it is shown. */
  private filling(
    { nLayers }: ModelInfo,
    work: JobWork,
    shown: Partial<StateOf<"sweep">>,
  ): (progress: Progress) => void {
    const { plan } = this.sweep as Sweep;
    const growing = new GrowingCells(plan, nLayers);
    const show = (): void => {
      const data = { plan, file: this.fileName(), cells: growing.table, outcome: null };
      this.store.update({ ...shown, data });
    };
    show();
    let last = 0;
    return (progress) => {
      if (work.signal.aborted) return;
      if (progress.partial !== undefined) {
        growing.take(progress.partial as SweepPart);
        // Controls follow the last cell: during them the whole table stands there.
        if (growing.isWhole || Date.now() - last >= tableEveryMs) {
          last = Date.now();
          show();
        }
      }
      work.onProgress(progress);
    };
  }

  /** The folder of the plan's model; of one that names none, that of the model in use. */
  private async modelOf({ plan, base }: Sweep): Promise<string> {
    const { models } = this.services;
    return plan.model ? resolveModel({ model: plan.model }, base, models) : models.path;
  }

  private async openCell([row, column]: readonly [number, number]): Promise<void> {
    const { sweep } = this;
    const { data, model } = this.store.state;
    const [layer, strength] = [data?.cells.layers[row], data?.cells.strengths[column]];
    if (!sweep || !model || layer === undefined || strength === undefined)
      throw new CodedError("no-cell", sweepTexts.noCell());
    const path = modelReference(model.path, this.services.models.bundled);
    const experiment = cellExperiment(sweep.plan, { layer, strength }, { path, digest: model.digest });
    await this.steering.show(experiment, { base: sweep.base });
  }

  private async example(): Promise<void> {
    const { extensionUri } = this.services.context;
    const uri = vscode.Uri.joinPath(extensionUri, ...sample);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    // Nothing is written beside it: the extension's own folder stays as it is.
    await this.show({ plan: planOf(text), file: undefined, base: baseOf(uri) });
  }

  private fileName(): string | null {
    const { file } = this.sweep ?? {};
    return file ? vscode.workspace.asRelativePath(file) : null;
  }

  private keep({ ended }: { readonly ended: boolean }): void {
    const { sweep } = this;
    if (!sweep) return;
    const { plan, file, base } = sweep;
    const shown = { plan, file: file?.toString() ?? null, base, ended };
    keepSweep(this.services.context.workspaceState, shown, this.store.state);
  }

  /** What came to its end is shown as it was; what was cut off goes on, what was stopped or failed does not. */
  private async restore(): Promise<void> {
    const kept = readSweep(this.services.context.workspaceState);
    if (!kept) return;
    const file = kept.file === null ? undefined : vscode.Uri.parse(kept.file);
    const sweep = { plan: kept.plan, file, base: kept.base };
    if (!kept.view && !kept.ended) return this.show(sweep);
    this.sweep = sweep;
    if (!kept.view)
      return this.store.update({
        message: sweepTexts.stoppedBefore(),
        document: this.fileName() ?? undefined,
      });
    const { data, model, made, document, message } = kept.view;
    this.store.update({ status: "ready", data, model, made, document: document ?? undefined, message });
  }

  private closed(): void {
    this.task.drop();
    this.sweep = undefined;
    this.store.clear();
  }
}
