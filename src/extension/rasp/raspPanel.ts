/** The RASP panel: the picture of a program, at the step under the cursor. */
import path from "node:path";
import * as vscode from "vscode";
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import type { RaspDialect, RaspProgram } from "../../protocol/raspApi";
import type { RaspGeneration, RaspPanelData } from "../../protocol/raspPanel";
import type { RaspPicture, TextRange } from "../../protocol/raspPicture";
import { inputFromText } from "../../rasp/service/example";
import { writtenExample } from "../../rasp/service/ownExample";
import { says } from "../messages";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { PanelStore } from "../panels/panelStore";
import { PanelWindow } from "../panels/panelWindow";
import type { Services } from "../services";
import type { Analyses } from "./analyses";
import type { Examples } from "./examples";
import { dialectOf, programOf, rangeIn } from "./languages";
import type { RaspThread } from "./raspThread";
import { stepAt } from "./stepAt";

const MEMORY_KEY = "panel.rasp";
/** So many tokens are written at most when a program of RASP-L is run to its end. */
const MOST_TOKENS = 200;

/** What the panel works with. */
export interface RaspParts {
  readonly thread: RaspThread;
  readonly analyses: Analyses;
  readonly examples: Examples;
}

/** The panel; its page is in `webview/panels/rasp`. */
export class RaspPanel implements vscode.Disposable {
  readonly store = new PanelStore("rasp");
  private readonly window: PanelWindow<"rasp">;
  private readonly hovered = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.wordHighlightBackground"),
    border: "1px solid",
    borderColor: new vscode.ThemeColor("editor.wordHighlightBorder"),
  });
  private readonly subscriptions: vscode.Disposable[];
  /** The program that is drawn: its document, and a place in the statement. */
  private shown: { readonly uri: vscode.Uri; readonly at: number | null } | undefined;
  /** Drawings asked for; only the newest is shown. */
  private asked = 0;

  constructor(
    private readonly services: Services,
    private readonly parts: RaspParts,
  ) {
    const handlers = hostHandlers(this.store, this.actions(), services);
    this.window = new PanelWindow(services, this.store, handlers, {
      shown: () => this.shown?.uri.toString(),
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
    });
    this.subscriptions = [
      this.hovered,
      parts.analyses.onDidAnalyse(({ document }) => {
        if (this.isShown(document.uri)) void this.paint();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.followCursor(textEditor)),
    ];
  }

  /**
   * Draws the value of the statement at a place, or the whole program where there is none; the step under the cursor is the current one.
   * @throws {CodedError} "no-program" where no program is open
   */
  async draw(uri: vscode.Uri | undefined, at: number | null): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const document = uri ? await vscode.workspace.openTextDocument(uri) : editor?.document;
    if (!document || dialectOf(document) === undefined) {
      throw new CodedError("no-program", says.noProgram(), { next: says.noProgramNext() });
    }
    this.shown = { uri: document.uri, at };
    void this.services.context.workspaceState.update(MEMORY_KEY, {
      uri: document.uri.toString(),
      at: this.shown.at,
    });
    this.window.show();
    await this.paint(true);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.window.dispose();
  }

  /** Draws anew; an error is shown where the picture is. */
  private async paint(moves = false): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    const turn = ++this.asked;
    if (!this.store.state.data) this.store.update({ status: "loading", message: says.raspDrawing() });
    try {
      const document = await vscode.workspace.openTextDocument(shown.uri);
      const dialect = dialectOf(document);
      if (!dialect) throw new CodedError("no-program", says.noProgram(), { next: says.noProgramNext() });
      const program = programOf(document, dialect, this.parts.examples.of(shown.uri));
      const picture = await this.parts.thread.call("rasp/picture", { ...program, at: shown.at });
      if (turn !== this.asked) return;
      const analysis = await this.parts.analyses.of(document);
      if (turn !== this.asked) return;
      const before = this.store.state.data;
      const current =
        moves || !before
          ? this.cursorStep(picture)
          : Math.min(before.current, Math.max(0, picture.steps.length - 1));
      const data: RaspPanelData = {
        picture,
        current,
        file: path.posix.basename(shown.uri.path),
        live: true,
        example: picture.input,
        exampleIsOwn: (analysis?.exampleAt ?? null) !== null,
        generation: dialect === "rasp-l" ? await this.begun(program) : null,
      };
      this.store.update({ status: "ready", message: undefined, error: undefined, document: data.file, data });
    } catch (error) {
      if (error instanceof CancelledError || turn !== this.asked) return;
      this.store.update({ status: "error", error: toErrorData(error), message: undefined });
    }
  }

  private actions(): PanelActions {
    return {
      retry: () => this.paint(),
      cancel: () => undefined,
      example: () => this.openSample(),
      chooseStep: (step) => {
        this.change({ current: step });
        return Promise.resolve();
      },
      reveal: (start, end) => this.select({ start, end }),
      revealStep: (step) => this.reveal(step),
      hoverStep: (step) => this.hover(step),
      setExample: (text) => this.setExample(text),
      generate: (steps) => this.generate(steps),
      resetGeneration: () => this.resetGeneration(),
    };
  }

  private change(change: Partial<RaspPanelData>): void {
    const { data } = this.store.state;
    if (data) this.store.update({ data: { ...data, ...change } });
  }

  private async openSample(): Promise<void> {
    const uri = vscode.Uri.joinPath(
      this.services.context.extensionUri,
      "media",
      "sample",
      "rasp",
      "sort.rasp",
    );
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    await this.draw(uri, document.getText().length);
  }

  private async reveal(step: number): Promise<void> {
    const range = this.store.state.data?.picture.steps[step]?.range;
    if (range) await this.select(range);
  }

  private async select(range: TextRange): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    const open = vscode.window.visibleTextEditors.find(({ document }) => this.isShown(document.uri));
    const editor = await vscode.window.showTextDocument(
      open?.document ?? (await vscode.workspace.openTextDocument(shown.uri)),
      {
        viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
      },
    );
    const place = rangeIn(editor.document, range);
    editor.selection = new vscode.Selection(place.start, place.end);
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  private hover(step: number | null): void {
    const range = step === null ? null : (this.store.state.data?.picture.steps[step]?.range ?? null);
    for (const editor of vscode.window.visibleTextEditors) {
      if (!this.isShown(editor.document.uri)) continue;
      editor.setDecorations(this.hovered, range === null ? [] : [rangeIn(editor.document, range)]);
    }
  }

  /** Rejects with what is wrong with the text. */
  private async setExample(text: string): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    const document = await vscode.workspace.openTextDocument(shown.uri);
    const dialect = dialectOf(document);
    if (!dialect) return;
    const { version } = document;
    const at = (await this.parts.analyses.of(document))?.exampleAt ?? null;
    // Typed in meanwhile: the place is another.
    if (document.version !== version) return this.setExample(text);
    if (at !== null) return this.writeExample(document, at, dialect, text);
    if (text.trim() !== "") inputFromText(dialect, text);
    this.parts.examples.set(shown.uri, text);
  }

  /** Changes the example in the program itself, as one edit that can be undone. */
  private async writeExample(
    document: vscode.TextDocument,
    at: TextRange,
    dialect: RaspDialect,
    text: string,
  ): Promise<void> {
    if (text.trim() === "")
      throw new CodedError("example-in-file", says.exampleInFile(), { next: says.exampleInFileNext() });
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, rangeIn(document, at), writtenExample(dialect, text));
    if (!(await vscode.workspace.applyEdit(edit)))
      throw new CodedError("example-not-written", says.exampleNotWritten(), {
        next: says.exampleNotWrittenNext(),
      });
  }

  private async generate(steps: 1 | "all"): Promise<void> {
    const { shown } = this;
    const before = this.store.state.data?.generation;
    if (!shown) return;
    const document = await vscode.workspace.openTextDocument(shown.uri);
    const dialect = dialectOf(document);
    if (dialect !== "rasp-l") throw new CodedError("no-generation", says.noGeneration());
    const program = programOf(document, dialect, this.parts.examples.of(shown.uri));
    const most = steps === "all" ? MOST_TOKENS : (before?.generated.length ?? 0) + 1;
    const turn = this.asked;
    const { thread } = this.parts;
    const { prompt, generated, stop, ended } = await thread.call("rasp/generate", { ...program, most });
    const state: RaspGeneration["state"] = ended === "stop" ? "ended" : steps === "all" ? "limit" : "stopped";
    // The picture is of the program on all tokens so far.
    const { at } = shown;
    const picture = await thread.call("rasp/picture", { ...program, at, written: generated.length });
    if (turn === this.asked)
      this.change({ generation: { prompt, generated, stop, state, problem: null }, picture });
  }

  private async resetGeneration(): Promise<void> {
    const { data } = this.store.state;
    if (!data?.generation) return;
    this.change({ generation: { ...data.generation, generated: [], state: "stopped" } });
    await this.paint();
  }

  /** Before the first token is written, or why none can be. */
  private async begun(program: RaspProgram): Promise<RaspGeneration> {
    try {
      const { prompt, stop } = await this.parts.thread.call("rasp/generate", { ...program, most: 0 });
      return { prompt, generated: [], stop, state: "stopped", problem: null };
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      const { message, next } = toErrorData(error);
      const problem = [message, next].filter(Boolean).join(" ");
      return { prompt: [], generated: [], stop: null, state: "stopped", problem };
    }
  }

  private followCursor(editor: vscode.TextEditor): void {
    const { data } = this.store.state;
    if (!data || !this.isShown(editor.document.uri) || this.store.state.status !== "ready") return;
    const current = stepAt(data.picture, editor.document.offsetAt(editor.selection.active));
    if (current !== null && current !== data.current) this.change({ current });
  }

  private cursorStep(picture: RaspPicture): number {
    const editor = vscode.window.visibleTextEditors.find(({ document }) => this.isShown(document.uri));
    const cursor = this.shown?.at ?? editor?.document.offsetAt(editor.selection.active);
    return (cursor === undefined ? null : stepAt(picture, cursor)) ?? picture.result;
  }

  private isShown(uri: vscode.Uri): boolean {
    return this.shown?.uri.toString() === uri.toString();
  }

  private async restore(): Promise<void> {
    const stored: unknown = this.services.context.workspaceState.get(MEMORY_KEY);
    if (typeof stored !== "object" || stored === null) return;
    const { uri, at } = stored as Record<string, unknown>;
    if (typeof uri !== "string") return;
    this.shown = { uri: vscode.Uri.parse(uri), at: typeof at === "number" ? at : null };
    await this.paint(true);
  }

  private closed(): void {
    this.hover(null);
    this.shown = undefined;
    this.store.clear();
  }
}
