/** What the panels about a selection share: a target in a document, a tab, and the course of their work. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { OffsetRange } from "../../protocol/engineApi";
import type { ModelInfo, RunWindow, TextInput } from "../../protocol/model";
import type { RunChoice } from "../../protocol/panelApi";
import { Setting } from "../contributions";
import {
  captureText,
  decodeTarget,
  documentName,
  revealRange,
  selectedTarget,
  type DocumentTarget,
} from "../documents/documentTarget";
import { openSample } from "../documents/sample";
import { cutTail, hasReplaced } from "../documents/textTail";
import type { ChosenIn, Look } from "../focus/focus";
import { says } from "../messages";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { hostHandlers, type PanelActions } from "./hostHandlers";
import { madeOf } from "./made";
import { markOtherModel } from "./otherModel";
import { PanelStore, type StateOf } from "./panelStore";
import { PanelTask, type JobWork } from "./panelTask";
import { PanelWindow } from "./panelWindow";
import { pointing } from "./pointing";
import { beginOf, contextOf, KeptChoice } from "./runChoice";

/** Panels about a selection. */
export type SelectionPanelId = "neurons" | "attention";

/** A question about a selection as it goes to the engine, with the document it is about. */
export interface SelectionRequest {
  readonly model: string;
  readonly input: TextInput;
  readonly range: OffsetRange;
}

/** What is remembered beside a target. */
export type Fields = Readonly<Record<string, unknown>>;

/** What was asked and of which version of the document; kept with the data, so that follow-up questions fit it. */
export interface Asked {
  readonly request: SelectionRequest;
  readonly info: ModelInfo;
  readonly document: vscode.TextDocument;
  readonly version: number;
}

/** A panel about a selection; each kind says how it is computed and what its page may ask beside the common things. */
export abstract class SelectionPanel<Id extends SelectionPanelId> implements vscode.Disposable {
  readonly store: PanelStore<Id>;
  protected readonly task: PanelTask<Id>;
  protected asked: Asked | undefined;
  /** What must be known to read the data, whatever is asked about it next. */
  protected note: string | undefined;
  private readonly choice: KeptChoice;
  private target: DocumentTarget | undefined;
  private window: PanelWindow<Id> | undefined;
  private readonly subscriptions: vscode.Disposable[];

  protected constructor(
    protected readonly services: Services,
    id: Id,
  ) {
    this.store = new PanelStore(id);
    this.task = new PanelTask(this.store, says.cancelled());
    this.choice = new KeptChoice(services.context.workspaceState, id);
    this.store.update({ run: this.choice.value });
    this.subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(Setting.Bos)) this.markIfOtherBos();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document === this.asked?.document) this.markIfChanged();
      }),
      services.models.onDidChange(() => this.modelChanged()),
      markOtherModel(this.store, services.models, says.otherModel),
    ];
    services.focus.onDidChoose((place) => {
      if (this.window?.isOpen) void this.follow(place);
    });
    services.focus.onRevisit((look) => {
      if (look.panel === id) void this.revisit(look);
    });
  }

  /** Makes the tab known to VS Code; to be called once, after construction. */
  register(): void {
    const handlers = hostHandlers(this.store, this.actions(), this.services);
    this.window = new PanelWindow(this.services, this.store, handlers, {
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
      shown: () => this.target?.uri,
    });
  }

  /** Looks at a range of a document, in the panel's tab. */
  async look(target: DocumentTarget): Promise<boolean> {
    this.target = target;
    this.remember();
    this.visit();
    this.window?.show();
    this.store.update({ chosen: undefined });
    return this.run();
  }

  /** Looks at a range with what was chosen there, as a saved view has it. */
  async lookAgain(target: DocumentTarget, fields: Fields, run: RunChoice | undefined): Promise<void> {
    if (run && this.choice.change(run)) this.store.update({ run });
    this.window?.show();
    await this.again(target, fields);
    this.remember();
    this.visit();
  }

  /** Notes what is shown now as a look to come back to. */
  protected visit(): void {
    const { target } = this;
    if (target) this.services.focus.visit({ panel: this.store.id, target, ...this.memory() });
  }

  /** Tries the last question again after an error; else looks anew at what now stands at the target. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    const { status, error } = this.store.state;
    // What is asked beside a ranking (a card, a head) belongs to the model that the ranking was made with.
    const isOutdated = error?.code === "model-changed";
    if (isOutdated) this.services.models.blame(this.store);
    if (status === "error" && !isOutdated) await this.task.retry();
    else await this.run();
  }

  dispose(): void {
    this.task.drop();
    this.window?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** What is being done, in words. */
  protected abstract message(): string;
  /** Asks the engine. */
  protected abstract compute(asked: Asked, work: JobWork): Promise<NonNullable<StateOf<Id>["data"]>>;
  /** The window that data is about. */
  protected abstract windowOf(data: NonNullable<StateOf<Id>["data"]>): RunWindow;
  /** Fields to remember beside the target, as plain values. */
  protected abstract memory(): Record<string, number>;
  /** Shows what belongs to a place chosen in another panel. */
  protected abstract follow(place: ChosenIn): Promise<unknown>;
  /** Further fields to remember after a reload alone: how the panel is set, wherever it looks. */
  protected settings(): Readonly<Record<string, unknown>> {
    return {};
  }

  /** Takes remembered fields back. */
  protected abstract recall(stored: Readonly<Record<string, unknown>>): void;

  /** What the page may ask; kinds add their own. */
  protected actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: async () => {
        const target = selectedTarget(await openSample());
        if (target) await this.look(target);
      },
      chooseRun: (choice) => this.chooseRun(choice),
      reveal: async (start, end) => {
        if (this.target) await revealRange(this.target.uri, start, end);
      },
      ...pointing(this.services.focus, () => this.target?.uri),
    };
  }

  /** Called when the tab was closed. */
  protected closed(): void {
    this.task.drop();
    this.asked = undefined;
    this.store.clear();
  }

  /** Says that the text is another by now, where it is. */
  protected markIfChanged(): boolean {
    const { store } = this;
    this.takeVersionIfSame();
    const { asked } = this;
    if (!asked || asked.document.version === asked.version) return false;
    if (store.state.status === "ready") store.update({ status: "stale", message: says.changed() });
    return true;
  }

  /** Where the text that was asked about stands as it was (after an undo, or an edit further down), its version is the new one. */
  private takeVersionIfSame(): void {
    const { asked } = this;
    if (!asked || asked.document.version === asked.version) return;
    const { document } = asked;
    const { input } = asked.request;
    const range = new vscode.Range(
      document.positionAt(input.offset),
      document.positionAt(input.offset + input.text.length),
    );
    if (document.getText(range) === input.text) this.asked = { ...asked, version: document.version };
  }

  /** Stores what is needed to make the panel again after a reload. */
  protected remember(): void {
    void this.services.context.workspaceState.update(this.memoryKey, {
      ...this.target,
      ...this.memory(),
      ...this.settings(),
    });
  }

  private get memoryKey(): string {
    return `panel.${this.store.id}`;
  }

  private async run(): Promise<boolean> {
    const ready = await this.task.run({ message: this.message() }, (work) => this.job(work));
    if (this.store.state.status === "error") this.services.models.blame(this.store);
    if (ready) this.markIfChanged();
    return ready;
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<Id>, "seq" | "status">>> {
    const { models } = this.services;
    if (!this.target) throw new CodedError("empty-selection", says.noSelection());
    const context = contextOf(this.choice.value, this.target.start);
    const { document, version, piece, start, end } = await captureText(
      this.target,
      beginOf(context),
      models.known?.nCtx ?? null,
    );
    if (start >= end) throw new CodedError("empty-selection", says.noSelection());
    const info = await models.open(work);
    const seen = cutTail(piece, beginOf(context), info.nCtx);
    const input: TextInput = { kind: "text", ...seen, context, bos: bosPolicy() };
    const asked: Asked = {
      request: { model: info.path, input, range: { start, end } },
      info,
      document,
      version,
    };
    const data = await this.compute(asked, work);
    this.asked = asked;
    const cut = this.windowOf(data).start > start;
    const notes = [
      ...(cut ? [says.selectionCut(models.name, info.nCtx)] : []),
      ...(hasReplaced(seen.text) ? [says.notUtf8()] : []),
    ];
    this.note = notes.length > 0 ? notes.join(" ") : undefined;
    return {
      data,
      made: madeOf(this.services, { input, window: this.windowOf(data), range: { start, end } }),
      model: models.known ?? info,
      document: documentName(document.uri),
      message: this.note,
    };
  }

  private async chooseRun(choice: RunChoice): Promise<void> {
    if (!this.choice.change(choice)) return;
    this.store.update({ run: choice });
    if (this.target && this.store.state.status !== "empty" && (await this.run())) await this.restored();
  }

  private markIfOtherBos(): void {
    const used = this.asked?.request.input.bos;
    if (used === undefined || used === bosPolicy() || this.store.state.status !== "ready") return;
    this.store.update({ status: "stale", message: says.otherBos() });
  }

  private async restore(): Promise<void> {
    const stored: unknown = this.services.context.workspaceState.get(this.memoryKey);
    const target = decodeTarget(stored);
    if (target) await this.again(target, stored as Record<string, unknown>);
  }

  private async revisit(look: Look): Promise<void> {
    this.window?.show();
    await this.again(look.target, { ...look });
    this.remember();
  }

  private async again(target: DocumentTarget, fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.recall(fields);
    this.target = target;
    if (await this.run()) await this.restored();
  }

  /** Called when the panel's data is there again: after a reload, or run behind something else. */
  protected restored(): Promise<void> {
    return Promise.resolve();
  }

  private modelChanged(): void {
    const { known } = this.services.models;
    const shown = this.store.state.model;
    if (known && shown && known.path === shown.path && known !== shown) this.store.update({ model: known });
  }
}
