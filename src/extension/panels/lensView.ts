/** The Lens in the side bar: follows cursor and typing in whatever text editor is active. */
import * as vscode from "vscode";
import type { LensPerplexity, LensView } from "../../protocol/lens";
import type { LensKind, LensRequested } from "../../protocol/lensFile";
import type { LensMark } from "../../protocol/lensPanel";
import type { TextPiece } from "../../base/window";
import type { Made } from "../../protocol/made";
import type { RunContext, RunWindow } from "../../protocol/model";
import type { RunChoice } from "../../protocol/panelApi";
import { Setting } from "../contributions";
import { documentName, readTail, revealRange, textEditor } from "../documents/documentTarget";
import { openSample } from "../documents/sample";
import { cutTail, hasReplaced } from "../documents/textTail";
import { says, working } from "../messages";
import { Follower } from "../requests/follower";
import { Pace } from "../requests/pace";
import type { Services } from "../services";
import { bosPolicy, readSetting } from "../settings";
import type { KeptLens } from "./keptLens";
import { hostHandlers } from "./hostHandlers";
import { madeOf } from "./made";
import { LensExtras, type LensMarks } from "./lensExtras";
import { lookedAt, type CursorOffsets } from "./lookedAt";
import { PageConnection } from "./pageConnection";
import { PanelStore, type StateOf } from "./panelStore";
import { pickLensFile } from "./pickLensFile";
import { pointing } from "./pointing";
import { PanelTask, type JobWork } from "./panelTask";
import { beginOf, contextOf, KeptChoice } from "./runChoice";

/** Tokens per cell: the first fills it, the others are in the inspector. */
const alternatives = 5;
/** Milliseconds before a running request is shown as such: while typing, nothing flickers. */
const quietMs = 250;

/** A text whose end is looked at, as it was when a request was made. */
interface Place {
  readonly document: vscode.TextDocument;
  readonly context: RunContext;
  /** Offset at which it ends. */
  readonly end: number;
  readonly version: number;
  /** What is selected, for the means over it; null where nothing is. */
  readonly selection: { readonly start: number; readonly end: number } | null;
  readonly key: string;
}

/** Where an editor's cursor and selection are. */
interface Cursor {
  readonly document: vscode.TextDocument;
  readonly selection: vscode.Selection;
}

/** Provides the view; asks the engine only while the view is visible. */
export class LensViewProvider implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly store = new PanelStore("lens");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly follower = new Follower(
    () => void this.ask(),
    () => this.task.busy,
  );
  private readonly subscriptions: vscode.Disposable[];
  private view: vscode.WebviewView | undefined;
  /** Of the place that is shown or asked for; asking twice for the same is for nothing. */
  private key: string | undefined;
  private shown: string | undefined;
  private last: Cursor | undefined;
  private readonly choice: KeptChoice;
  private readonly pace = new Pace();
  private readonly extras: LensExtras;
  /** Whether the text changed since the last question. */
  private typed = false;

  constructor(
    private readonly services: Services,
    marks: LensMarks,
    private readonly lens: KeptLens,
  ) {
    this.extras = new LensExtras(services, marks);
    this.choice = new KeptChoice(services.context.workspaceState, "lens");
    this.store.update({ run: this.choice.value });
    const wake = (): void => this.wake();
    this.subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(wake),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor: changed }) => {
        if (changed === textEditor()) wake();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document !== textEditor()?.document) return;
        this.typed = true;
        wake();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const asked = [Setting.LensColumns, Setting.LensFile, Setting.Bos];
        if (asked.some((name) => event.affectsConfiguration(name))) wake();
        if (event.affectsConfiguration(Setting.LensInline)) this.switched();
      }),
      { dispose: lens.onDidChange(wake) },
      marks.depth.onDidSwitch(() => this.arranged()),
      services.models.onDidChange(() => this.modelChanged()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const { context, log } = this.services;
    const { store } = this;
    const handlers = hostHandlers(store, this.actions(), this.services);
    const connection = new PageConnection({
      webview: view.webview,
      store,
      handlers,
      extensionUri: context.extensionUri,
      log,
      pointer: this.services.focus.pointer,
      shown: () => this.shown,
    });
    view.onDidChangeVisibility(() => (this.isWatched ? this.wake() : this.rest()));
    view.onDidDispose(() => {
      connection.dispose();
      if (this.view === view) this.view = undefined;
      this.rest();
    });
    this.wake();
  }

  /** Asks again for the place of the cursor, whatever came of it before. */
  retry(): Promise<void> {
    this.services.engine.forgive();
    this.key = undefined;
    return this.ask();
  }

  /** Takes the choices of a saved view; what is looked at follows the cursor. */
  arrange(run: RunChoice | undefined, kind: LensKind): void {
    if (run && this.choice.change(run)) this.store.update({ run });
    this.lens.change(kind);
    this.key = undefined;
    this.wake();
  }

  dispose(): void {
    this.rest();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private wake(): void {
    if (this.isWatched) this.follower.wake();
  }

  /** Whether somebody sees what comes of a question: in the view, or at the line's end. */
  private get isWatched(): boolean {
    return this.view?.visible === true || this.extras.marks.inline.enabled;
  }

  private switched(): void {
    this.key = undefined;
    this.arranged();
    if (this.isWatched) this.wake();
    else this.rest();
  }

  /** Shows what was arranged around the lens that is there. */
  private arranged(): void {
    const { data } = this.store.state;
    if (data) this.store.update({ data: this.extras.around(data) });
  }

  /** Asks for the same place again, with what is followed now. */
  private again(): void {
    this.arranged();
    this.key = undefined;
    this.wake();
  }

  /** Hidden: nothing runs, and the next look starts anew. */
  private rest(): void {
    this.follower.rest();
    this.task.drop();
    this.key = undefined;
  }

  private actions() {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: async () => {
        const editor = await openSample();
        editor.selection = new vscode.Selection(editor.selection.end, editor.selection.end);
        this.wake();
      },
      chooseRun: async (choice: RunChoice) => {
        if (!this.choice.change(choice)) return;
        this.store.update({ run: choice });
        this.wake();
      },
      chooseLens: async (kind: LensKind) => {
        this.lens.change(kind);
      },
      chooseLensFile: () => pickLensFile(this.lens, this.services.models.path),
      reveal: async (start: number, end: number) => {
        if (this.shown !== undefined) await revealRange(this.shown, start, end);
      },
      ...pointing(this.services.focus, () => this.shown),
      followText: async (text: string) => {
        await this.extras.followText(text);
        this.again();
      },
      toggleFollowed: async (id: number) => {
        const { layers = [], trajectories = [] } = this.store.state.data ?? {};
        const listed = layers.flatMap(({ positions }) => positions.flatMap(({ top }) => top));
        const text = [...listed, ...trajectories.flat()].find((token) => token.id === id)?.text ?? null;
        this.extras.toggle({ id, text });
        this.again();
      },
      pin: async (on: boolean) => {
        const { data, document } = this.store.state;
        this.extras.pin(on && data ? data : null, document ?? "");
        this.arranged();
      },
      mark: (mark: LensMark, on: boolean) => this.extras.mark(mark, on),
    };
  }

  private place(): Place | undefined {
    const editor = textEditor();
    if (editor) this.last = { document: editor.document, selection: editor.selection };
    // A panel has the focus: the text looked at last is still the one that is meant.
    if (!this.last || this.last.document.isClosed) return undefined;
    const { document } = this.last;
    const { start, end } = lookedAt(offsetsOf(this.last), this.choice.value.context);
    const context = contextOf(this.choice.value, start);
    const { version, uri } = document;
    const settings = [
      this.lensRequested(),
      readSetting(Setting.LensColumns),
      bosPolicy(),
      this.services.models.path,
    ];
    const selection = selectionOf(this.last);
    const key = JSON.stringify([uri.toString(), version, context, end, selection, ...settings]);
    return { document, context, end, version, selection, key };
  }

  private async ask(): Promise<void> {
    const place = this.place();
    if (!place || place.key === this.key || !this.isWatched) return;
    this.key = place.key;
    if (this.task.busy && this.typed) this.pace.replaced();
    const asked = { at: performance.now(), typed: this.typed };
    this.typed = false;
    const { context } = place;
    const prefix = context.kind === "prefix" ? context.prefix : "";
    if (place.end === beginOf(context) && prefix === "") return this.showEmpty(place);
    await this.task.run({ message: working.lens(), quietMs }, (work) => this.job(place, work, asked));
    // The key stays: the same question would fail the same way; another place, or Retry, asks again.
    if (this.store.state.status === "error") this.services.models.blame(this.store);
  }

  private showEmpty({ document, context }: Place): void {
    this.task.drop();
    this.store.clear({
      message: context.kind === "document" ? says.lensNeedsText() : says.lensNeedsLine(),
      document: documentName(document.uri),
      model: this.services.models.known,
    });
  }

  private async job(
    place: Place,
    work: JobWork,
    asked: { readonly at: number; readonly typed: boolean },
  ): Promise<Partial<Omit<StateOf<"lens">, "seq" | "status">>> {
    const { engine, models } = this.services;
    const { document, context, end } = place;
    const start = beginOf(context);
    // The text is taken before anything is awaited, so that it belongs to the offset.
    const known = models.known;
    const piece = readTail(document, { start, end }, known?.nCtx ?? null);
    const info = known ?? (await models.open(work));
    const seen = cutTail(piece, start, info.nCtx);
    const input = { kind: "text", ...seen, context, bos: bosPolicy() } as const;
    const columns = readSetting(Setting.LensColumns);
    const chosen = this.extras.followedIds;
    const { path: model } = info;
    const view: LensView = await engine.call(
      "lens/view",
      { model, input, columns, k: alternatives, chosen, lens: this.lensRequested(model) },
      work,
    );
    if (!work.signal.aborted) {
      this.pace.answered(performance.now() - asked.at, asked.typed);
      const best = view.layers.at(-1)?.positions.at(-1)?.top[0];
      this.extras.marks.inline.show({ document, version: place.version, end }, best);
    }
    const notes = [
      ...(hasReplaced(seen.text) ? [says.notUtf8()] : []),
      ...(this.pace.isSlow ? [says.slow()] : []),
    ];
    this.shown = document.uri.toString();
    const state = {
      made: this.made(place, view.window, seen),
      model: models.known ?? info,
      document: documentName(document.uri),
      message: notes.length > 0 ? notes.join(" ") : undefined,
    };
    this.extras.setSelected(null);
    if (place.selection) {
      // The lens is shown while the means over a long selection are made.
      if (!work.signal.aborted) this.store.update({ ...state, data: this.extras.around(view) });
      this.extras.setSelected(
        await this.selectedMeans({ ...place, selection: place.selection }, { model, nCtx: info.nCtx }, work),
      );
    }
    return { data: this.extras.around(view), ...state };
  }

  private made({ context, selection, end }: Place, window: RunWindow, input: TextPiece): Made {
    const range = selection && selection.end <= end ? selection : null;
    return madeOf(this.services, { input: { ...input, context, bos: bosPolicy() }, window, range });
  }

  /** Means over the selection, read up to its end wherever the cursor is in it. */
  private selectedMeans(
    { document, context, selection }: Place & { selection: NonNullable<Place["selection"]> },
    { model, nCtx }: { readonly model: string; readonly nCtx: number },
    work: JobWork,
  ): Promise<LensPerplexity> {
    const start = beginOf(context);
    const piece = readTail(document, { start, end: selection.end }, nCtx);
    const seen = cutTail(piece, start, nCtx);
    const input = { kind: "text", ...seen, context, bos: bosPolicy() } as const;
    const lens = this.lensRequested(model);
    return this.services.engine.call("lens/perplexity", { model, input, range: selection, lens }, work);
  }

  private lensRequested(model = this.services.models.path): LensRequested {
    return this.lens.requested(model, readSetting(Setting.LensFile));
  }

  private modelChanged(): void {
    const { known } = this.services.models;
    const shown = this.store.state.model;
    if (known && shown && known.path === shown.path && known !== shown) this.store.update({ model: known });
    this.wake();
  }
}

function offsetsOf({ document, selection }: Cursor): CursorOffsets {
  const active = document.offsetAt(selection.active);
  return {
    start: document.offsetAt(selection.start),
    end: document.offsetAt(selection.end),
    active,
    lineStart: active - selection.active.character,
  };
}

function selectionOf({ document, selection }: Cursor): Place["selection"] {
  if (selection.isEmpty) return null;
  return { start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) };
}
