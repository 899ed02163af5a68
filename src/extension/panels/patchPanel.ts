/** The Patch panel: one selection's values patched into another, layer by position. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { RunChoice } from "../../protocol/panelApi";
import type { PatchChoice } from "../../protocol/patch";
import { documentName, type DocumentTarget } from "../documents/documentTarget";
import { buttons, says, working } from "../messages";
import type { Services } from "../services";
import { hostHandlers, type PanelActions } from "./hostHandlers";
import { madeNow } from "./made";
import { markOtherModel } from "./otherModel";
import { PanelStore, type StateOf } from "./panelStore";
import { decodeMarked, decodeTexts, markedText, sideOf, type MarkedText, type Texts } from "./patchTexts";
import { alone, KeptChoice } from "./runChoice";
import { PanelTask, type JobWork } from "./panelTask";
import { PanelWindow } from "./panelWindow";

const memoryKey = "panel.patch";
const markedKey = "panel.patch.marked";

/** What the empty panel offers: a list is asked for its length, a user for a name. */
const exampleTexts: Texts = {
  source: { text: "const count = items.", at: null },
  base: { text: "const name = user.", at: null },
  document: null,
};

/** The panel; its page is in `webview/panels/patch`. */
export class PatchPanel implements vscode.Disposable {
  readonly store = new PanelStore("patch");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly window: PanelWindow<"patch">;
  private readonly watch: vscode.Disposable;
  private readonly choice: KeptChoice;
  private marked: MarkedText | undefined;
  private texts: Texts | undefined;

  constructor(private readonly services: Services) {
    this.choice = new KeptChoice(services.context.workspaceState, "patch", alone);
    this.store.update({ run: this.choice.value });
    const handlers = hostHandlers(this.store, this.actions(), services);
    this.window = new PanelWindow(services, this.store, handlers, {
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
    });
    this.watch = markOtherModel(this.store, services.models, says.otherModel);
    // A text that was marked before the window was reloaded is said again, so that nobody patches from it unawares.
    const marked = decodeMarked(services.context.workspaceState.get(markedKey));
    if (marked) this.mark(marked);
  }

  /** Takes a selection: the first one is marked as what is patched from, the second is patched into. */
  async take(target: DocumentTarget): Promise<void> {
    const taken = await markedText(target);
    const source = this.marked;
    if (source === undefined) return this.mark(taken);
    this.keepMark(undefined);
    await this.show({ base: taken, source, document: documentName(vscode.Uri.parse(target.uri)) });
  }

  /** Runs the two texts again. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    await this.task.retry();
  }

  dispose(): void {
    this.task.drop();
    this.watch.dispose();
    this.window.dispose();
  }

  private mark(taken: MarkedText): void {
    const { text } = taken;
    this.keepMark(taken);
    const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    const forget = buttons.forget();
    void vscode.window.showInformationMessage(says.patchMarked(short), forget).then((chosen) => {
      if (chosen === forget && this.marked === taken) this.keepMark(undefined);
    });
  }

  private keepMark(marked: MarkedText | undefined): void {
    this.marked = marked;
    void this.services.context.workspaceState.update(markedKey, marked);
  }

  /** Patches one text's values into another. */
  async show(texts: Texts): Promise<void> {
    this.texts = texts;
    void this.services.context.workspaceState.update(memoryKey, texts);
    this.window.show();
    await this.run();
  }

  private async run(): Promise<void> {
    await this.task.run({ message: working.patch() }, (work) => this.job(work));
    if (this.store.state.status === "error") this.services.models.blame(this.store);
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<"patch">, "seq" | "status">>> {
    const { texts } = this;
    if (!texts) throw new CodedError("empty-selection", says.noSelection());
    const { engine, models } = this.services;
    const model = await models.open(work);
    const side = (text: MarkedText) => sideOf(text, this.choice.value, model.nCtx);
    const params = {
      model: model.path,
      base: await side(texts.base),
      source: await side(texts.source),
      ...(texts.choice ? { choice: texts.choice } : {}),
    };
    const data = await engine.call("patch/run", params, work);
    const { base, source } = params;
    const { context } = base.input;
    const seen = {
      base: base.input.text,
      source: source.input.text,
      ...(context?.kind === "prefix" ? { prefix: context.prefix } : {}),
    };
    const made = madeNow(this.services, {
      bos: base.input.bos ?? "auto",
      texts: seen,
      start: 0,
      range: null,
    });
    const { document } = texts;
    return { data, made, model: models.known ?? model, document: document ?? undefined };
  }

  private actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.show(exampleTexts),
      chooseRun: (choice) => this.chooseRun(choice),
      choosePatch: (choice) => this.choosePatch(choice),
    };
  }

  private async choosePatch(choice: PatchChoice): Promise<void> {
    if (!this.texts) return;
    const chosen = Object.keys(choice).length > 0 ? choice : undefined;
    await this.show({ ...this.texts, choice: chosen });
  }

  private async chooseRun(choice: RunChoice): Promise<void> {
    if (!this.choice.change(choice)) return;
    this.store.update({ run: choice });
    if (this.texts) await this.run();
  }

  private async restore(): Promise<void> {
    const texts = decodeTexts(this.services.context.workspaceState.get(memoryKey));
    if (texts) await this.show(texts);
  }

  private closed(): void {
    this.task.drop();
    this.texts = undefined;
    this.store.clear();
  }
}
