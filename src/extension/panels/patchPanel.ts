/** The Patch panel: one selection's values patched into another, layer by position. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { findDocument, documentName, type DocumentTarget } from "../documents/documentTarget";
import { buttons, says, working } from "../messages";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { hostHandlers, type PanelActions } from "./hostHandlers";
import { markOtherModel } from "./otherModel";
import { PanelStore, type StateOf } from "./panelStore";
import { PanelTask, type JobWork } from "./panelTask";
import { PanelWindow } from "./panelWindow";

const memoryKey = "panel.patch";

/** Two texts, and where they came from. */
interface Texts {
  readonly base: string;
  readonly source: string;
  readonly document: string | null;
}

/** What the empty panel offers: a list is asked for its length, a user for a name. */
const exampleTexts: Texts = {
  source: "const count = items.",
  base: "const name = user.",
  document: null,
};

/** The panel; its page is in `webview/panels/patch`. */
export class PatchPanel implements vscode.Disposable {
  readonly store = new PanelStore("patch");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly window: PanelWindow<"patch">;
  private readonly watch: vscode.Disposable;
  private marked: string | undefined;
  private texts: Texts | undefined;

  constructor(private readonly services: Services) {
    const handlers = hostHandlers(this.store, this.actions(), services.log);
    this.window = new PanelWindow(services, this.store, handlers, {
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
    });
    this.watch = markOtherModel(this.store, services.models, says.otherModel);
  }

  /** Takes a selection: the first one is marked as what is patched from, the second is patched into. */
  async take(target: DocumentTarget): Promise<void> {
    const document = await findDocument(target.uri);
    const text = document.getText(
      new vscode.Range(document.positionAt(target.start), document.positionAt(target.end)),
    );
    const source = this.marked;
    if (source === undefined) return this.mark(text);
    this.marked = undefined;
    await this.show({ base: text, source, document: documentName(document.uri) });
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

  private mark(text: string): void {
    this.marked = text;
    const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    const forget = buttons.forget();
    void vscode.window.showInformationMessage(says.patchMarked(short), forget).then((chosen) => {
      if (chosen === forget && this.marked === text) this.marked = undefined;
    });
  }

  private async show(texts: Texts): Promise<void> {
    this.texts = texts;
    void this.services.context.workspaceState.update(memoryKey, texts);
    this.window.show();
    await this.task.run({ message: working.patch() }, (work) => this.job(work));
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<"patch">, "seq" | "status">>> {
    const { texts } = this;
    if (!texts) throw new CodedError("empty-selection", says.noSelection());
    const { engine, models } = this.services;
    const model = await models.open(work);
    const { base, source, document } = texts;
    const data = await engine.call("patch/run", { model: model.path, base, source, bos: bosPolicy() }, work);
    return { data, model: models.known ?? model, document: document ?? undefined };
  }

  private actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.show(exampleTexts),
    };
  }

  private async restore(): Promise<void> {
    const stored: unknown = this.services.context.workspaceState.get(memoryKey);
    if (typeof stored !== "object" || stored === null) return;
    const { base, source, document } = stored as Record<string, unknown>;
    if (typeof base !== "string" || typeof source !== "string") return;
    await this.show({ base, source, document: typeof document === "string" ? document : null });
  }

  private closed(): void {
    this.task.drop();
    this.texts = undefined;
    this.store.clear();
  }
}
