/** The Direction panel: how good a direction is, and the text at the cursor read along it, live. */
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { sectionUnits } from "../../base/sections";
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import type { ConceptReading, DirectionPanelData } from "../../protocol/directionPanel";
import type { RunChoice } from "../../protocol/panelApi";
import { Command, Setting } from "../contributions";
import type { TokenColours } from "../decorations/tokenColours";
import {
  documentName,
  findDocument,
  readerOf,
  readTail,
  revealRange,
  textEditor,
} from "../documents/documentTarget";
import { cutTail, hasReplaced } from "../documents/textTail";
import type { Heatmap } from "../heatmap/heatmap";
import { says } from "../messages";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { madeNow, madeOf } from "../panels/made";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import { pointing } from "../panels/pointing";
import { beginOf, contextOf, KeptChoice } from "../panels/runChoice";
import { Follower } from "../requests/follower";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { bestOf } from "./describe";
import type { DirectionFile } from "./directionFiles";
import { decodeLook, isColoured, type DirectionLook } from "./directionLook";
import { fileTexts, pageTexts } from "../messages/directions";
import { along } from "./pickDirection";

const memoryKey = "panel.direction";
/** Milliseconds before a running request is shown as such: while typing, nothing flickers. */
const quietMs = 250;
/** Columns of the picture: more than a line or a sentence, and still drawn between two keystrokes. */
const mostTokens = 96;

/** A text that is read: a selection, or the cursor's line. */
interface Place {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly start: number;
  readonly end: number;
}

/** What was read of the files, for one look. */
interface Loaded {
  readonly look: DirectionLook;
  readonly files: readonly DirectionFile[];
  readonly chosen: DirectionFile;
  readonly compared: DirectionPanelData["compared"];
}

type State = Partial<Omit<StateOf<"direction">, "seq" | "status">>;

/** The panel; its page is in `webview/panels/direction`. */
export class DirectionPanel implements vscode.Disposable {
  readonly store = new PanelStore("direction");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly follower = new Follower(
    () => void this.ask(),
    () => this.task.busy,
  );
  private readonly window: PanelWindow<"direction">;
  private readonly choice: KeptChoice;
  private readonly subscriptions: vscode.Disposable[];
  private look: DirectionLook | undefined;
  private loaded: Loaded | undefined;
  private key: string | undefined;
  private shown: string | undefined;
  private last: Pick<vscode.TextEditor, "document" | "selection"> | undefined;

  constructor(
    private readonly services: Services,
    private readonly heatmap: Heatmap,
    colours: TokenColours,
  ) {
    const { context, models, directions } = services;
    this.choice = new KeptChoice(context.workspaceState, "direction");
    this.store.update({ run: this.choice.value });
    this.window = new PanelWindow(services, this.store, hostHandlers(this.store, this.actions(), services), {
      onRestored: () => this.restore(),
      onClosed: () => this.closed(),
      onSeen: () => this.wake(),
      shown: () => this.shown,
    });
    this.subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(() => this.wake()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor: changed }) => {
        if (changed === textEditor()) this.wake();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === this.last?.document) this.wake();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(Setting.Bos)) this.wake();
      }),
      directions.onDidChange(() => this.reload()),
      models.onDidChange(() => this.modelChanged()),
      colours.onDidClear(() => this.coloursChanged()),
      heatmap.onDidLink(() => this.coloursChanged()),
    ];
  }

  /** Shows a direction, with the cosines to another one where that is given. */
  async show(file: DirectionFile, against?: DirectionFile): Promise<void> {
    const { also = [], layers = null } = this.look ?? {};
    const look = { uri: file.uri.toString(), against: against?.uri.toString() ?? null, also, layers };
    this.window.show();
    await this.take(look);
  }

  /** Looks again, whatever came of it before. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    this.loaded = undefined;
    this.key = undefined;
    await this.ask();
  }

  dispose(): void {
    this.follower.rest();
    this.task.drop();
    this.window.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async take(look: DirectionLook): Promise<void> {
    this.look = look;
    void this.services.context.workspaceState.update(memoryKey, look);
    await this.ask();
  }

  private wake(): void {
    if (this.look && this.window.isSeen) this.follower.wake();
  }

  private reload(): void {
    this.loaded = undefined;
    this.key = undefined;
    this.wake();
  }

  private modelChanged(): void {
    const { known } = this.services.models;
    const shown = this.store.state.model;
    if (known && shown && known.path === shown.path && known !== shown) this.store.update({ model: known });
    this.wake();
  }

  private coloursChanged(): void {
    const { data } = this.store.state;
    const coloured = this.isColoured();
    if (data && data.coloured !== coloured) this.store.update({ data: { ...data, coloured } });
  }

  private isColoured(): boolean {
    return this.look !== undefined && isColoured(this.look, this.heatmap.state?.measure, this.fsPath);
  }

  private get fsPath(): string {
    return this.look === undefined ? "" : vscode.Uri.parse(this.look.uri).fsPath;
  }

  private actions(): PanelActions {
    const change = async (
      part: (look: DirectionLook, files: readonly DirectionFile[]) => Partial<DirectionLook>,
    ) => {
      const { look, loaded } = this;
      if (look && loaded) await this.take({ ...look, ...part(look, loaded.files) });
    };
    const address = (files: readonly DirectionFile[], index: number): string => {
      const file = files[index];
      if (!file)
        throw new CodedError("no-direction", fileTexts.gone(String(index)), { next: fileTexts.goneNext() });
      return file.uri.toString();
    };
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: async () => {
        await vscode.commands.executeCommand(Command.MakeDirection);
      },
      chooseRun: (choice) => this.chooseRun(choice),
      reveal: async (start, end) => {
        if (this.shown !== undefined) await revealRange(this.shown, start, end);
      },
      ...pointing(this.services.focus, () => this.shown),
      chooseDirection: (index) =>
        change((_, files) => ({ uri: address(files, index), against: null, layers: null })),
      chooseDirectionLayers: (layers) => change(() => ({ layers })),
      readAlso: (index, on) =>
        change(({ also }, files) => {
          const uri = address(files, index);
          const others = also.filter((one) => one !== uri);
          return { also: on ? [...others, uri] : others };
        }),
      compareWith: (index) =>
        change((_, files) => ({ against: index === null ? null : address(files, index) })),
      correlateDirections: () => this.correlate(),
      colourByDirection: () => this.colour(),
    };
  }

  /** Reads the whole document along the two that are compared. */
  private async correlate(): Promise<void> {
    const { look, loaded } = this;
    const { data } = this.store.state;
    const document = this.shown === undefined ? undefined : await findDocument(this.shown);
    const against = data?.compared && loaded?.files[data.compared.with];
    if (!look || !loaded || !data?.compared || !against || !document)
      throw new CodedError("no-text", pageTexts.noText());
    const { compared } = data;
    const reader = readerOf(document);
    await this.task.run({ message: pageTexts.correlating() }, async (work) => {
      const { path: model } = await this.services.models.open(work);
      const files = [loaded.chosen.uri.fsPath, against.uri.fsPath] as const;
      // One unit more than is read, so that the engine can say that there is more.
      const text = reader.slice(0, Math.min(reader.length, sectionUnits + 1));
      const asked = { model, text, bos: bosPolicy(), files, layers: look.layers };
      const found = await this.services.engine.call("directions/correlate", asked, work);
      const correlated = { ...found, document: documentName(document.uri) };
      const now = { ...compared, correlated };
      this.loaded = { ...loaded, compared: now };
      return { data: { ...(this.store.state.data ?? data), compared: now } };
    });
  }

  private async chooseRun(choice: RunChoice): Promise<void> {
    if (!this.choice.change(choice)) return;
    this.store.update({ run: choice });
    this.wake();
  }

  private async colour(): Promise<void> {
    const { look, loaded } = this;
    const document = this.shown === undefined ? this.place()?.document : await findDocument(this.shown);
    if (!look || !loaded || !document) throw new CodedError("no-text", pageTexts.noText());
    await this.heatmap.colour({ document, at: 0 }, along(loaded.chosen, look.layers));
  }

  private place(): Place | undefined {
    const editor = textEditor();
    if (editor) this.last = { document: editor.document, selection: editor.selection };
    // A page has the focus: the text looked at last is still the one that is meant.
    if (!this.last || this.last.document.isClosed) return undefined;
    const { document, selection } = this.last;
    const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
    return {
      document,
      version: document.version,
      start: document.offsetAt(range.start),
      end: document.offsetAt(range.end),
    };
  }

  private async ask(): Promise<void> {
    const { look } = this;
    if (!look || !this.window.isSeen) return;
    const place = this.place();
    const text = place && [place.document.uri.toString(), place.version, place.start, place.end];
    const key = JSON.stringify([look, text, this.choice.value, bosPolicy(), this.services.models.path]);
    if (key === this.key) return;
    this.key = key;
    const options = { message: pageTexts.reading(), quietMs: this.store.state.data ? quietMs : 0 };
    await this.task.run(options, (work) => this.job(look, place, work));
  }

  private async job(look: DirectionLook, place: Place | undefined, work: JobWork): Promise<State> {
    const loaded = await this.load(look, work);
    if (!work.signal.aborted) this.loaded = loaded;
    const { files, chosen, compared } = loaded;
    const also = look.also.flatMap((uri) => {
      const index = files.findIndex((file) => file.uri.toString() === uri);
      return index < 0 || files[index] === chosen ? [] : [index];
    });
    const data: DirectionPanelData = {
      listed: files.map(({ uri, header }) => ({
        name: header.name,
        file: vscode.workspace.asRelativePath(uri),
        method: header.method,
        bestLayer: header.bestLayer,
        accuracy: bestOf(header)?.accuracy ?? null,
      })),
      chosen: files.indexOf(chosen),
      header: chosen.header,
      also,
      layers: look.layers,
      reading: null,
      compared,
      coloured: this.isColoured(),
    };
    const nothing = madeNow(this.services, { bos: bosPolicy(), texts: {}, start: 0, range: null });
    this.shown = place?.document.uri.toString();
    const document = place && documentName(place.document.uri);
    const state = { made: nothing, model: this.services.models.known, document };
    if (!place || place.start === place.end) return { ...state, data: { ...data, problem: noText() } };
    try {
      const read = await this.read(place, [chosen, ...also.map((index) => files[index]!)], work);
      return { ...state, ...read, data: { ...data, reading: read.reading } };
    } catch (error) {
      const problem = toErrorData(error);
      // What is known of the direction is shown all the same, but for what no direction is to blame for.
      if (error instanceof CancelledError || /^(engine|model|internal)/.test(problem.code)) throw error;
      return { ...state, data: { ...data, problem } };
    }
  }

  private async load(look: DirectionLook, work: JobWork): Promise<Loaded> {
    const { loaded } = this;
    if (loaded && loaded.look.uri === look.uri && loaded.look.against === look.against) {
      // What was correlated belongs to the layers that it was read at.
      if (!loaded.compared || isDeepStrictEqual(loaded.look.layers, look.layers)) return { ...loaded, look };
      const { correlated: _, ...compared } = loaded.compared;
      return { ...loaded, look, compared };
    }
    const { directions, engine } = this.services;
    const listed = await directions.list();
    const find = async (address: string): Promise<DirectionFile | undefined> =>
      listed.find(({ uri }) => uri.toString() === address) ??
      (await directions.find(vscode.Uri.parse(address)));
    const chosen = await find(look.uri);
    if (!chosen) {
      const said = fileTexts.gone(documentName(vscode.Uri.parse(look.uri)));
      throw new CodedError("no-direction", said, { next: fileTexts.goneNext() });
    }
    const against = look.against === null ? undefined : await find(look.against);
    // One may be looked at that is outside the workspace.
    const files = [
      ...listed,
      ...[chosen, against].filter((one) => one && !listed.includes(one)),
    ] as DirectionFile[];
    if (!against) return { look, files, chosen, compared: null };
    const both = [chosen.uri.fsPath, against.uri.fsPath] as const;
    const cosines = await engine.call("directions/compare", { files: both }, work);
    return { look, files, chosen, compared: { with: files.indexOf(against), cosines } };
  }

  private async read(
    { document, start, end }: Place,
    files: readonly DirectionFile[],
    work: JobWork,
  ): Promise<State & { readonly reading: ConceptReading }> {
    const { engine, models } = this.services;
    const context = contextOf(this.choice.value, start);
    // The text is taken before anything is awaited, so that it belongs to the offsets.
    const piece = readTail(document, { start: beginOf(context), end }, models.known?.nCtx ?? null);
    const info = models.known ?? (await models.open(work));
    const seen = cutTail(piece, beginOf(context), info.nCtx);
    const input = { kind: "text", ...seen, context, bos: bosPolicy() } as const;
    const strip = this.look?.layers ?? null;
    const asked = { files: files.map(({ uri }) => uri.fsPath), layers: null, most: mostTokens, strip };
    const range = { start, end };
    const params = { model: info.path, input, range, ...asked };
    const { window, positions = [], directions } = await engine.call("directions/read", params, work);
    const notes = [
      ...(positions.length === mostTokens ? [pageTexts.cut(mostTokens)] : []),
      ...(hasReplaced(seen.text) ? [says.notUtf8()] : []),
    ];
    return {
      reading: {
        window,
        positions,
        // A page knows no addresses, and a saved view holds none.
        directions: directions.map((one) => ({ ...one, file: vscode.workspace.asRelativePath(one.file) })),
      },
      made: madeOf(this.services, { input, window, range }),
      model: models.known ?? info,
      message: notes.length > 0 ? notes.join(" ") : undefined,
    };
  }

  private restore(): void {
    this.look ??= decodeLook(this.services.context.workspaceState.get(memoryKey));
    if (this.look) void this.ask();
  }

  private closed(): void {
    this.task.drop();
    this.look = undefined;
    this.loaded = undefined;
    this.key = undefined;
    this.store.clear();
  }
}

const noText = () => ({ code: "no-text", message: pageTexts.noText() });
