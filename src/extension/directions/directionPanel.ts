/** The Direction panel: how good a direction is, and the text at the cursor read along it, live. */
import * as vscode from "vscode";
import { sectionUnits } from "../../base/sections";
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import { type ConceptReading, type DirectionPanelData, roomBehind } from "../../protocol/directionPanel";
import type { RunChoice } from "../../protocol/panelApi";
import { Command, Setting } from "../contributions";
import type { TokenColours } from "../decorations/tokenColours";
import { documentName, findDocument, readerOf, revealRange, textEditor } from "../documents/documentTarget";
import type { Heatmap } from "../heatmap/heatmap";
import { says, working } from "../messages";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { madeNow } from "../panels/made";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import { pointing } from "../panels/pointing";
import { KeptChoice } from "../panels/runChoice";
import { Follower } from "../requests/follower";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { bestOf } from "./describe";
import type { DirectionFile } from "./directionFiles";
import { decodeLook, isColoured, type DirectionLook } from "./directionLook";
import { fileTexts, pageTexts } from "../messages/directions";
import { type LoadedDirections, loadDirections } from "./loadDirections";
import { along } from "./pickDirection";
import { readOn, writtenIn } from "./directionWriting";
import { mostTokens, readPlace, type Place, type PlaceRead, type Written } from "./readPlace";

const memoryKey = "panel.direction";
/** Milliseconds before a running request is shown as such: while typing, nothing flickers. */
const quietMs = 250;
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
  private loaded: LoadedDirections | undefined;
  private key: string | undefined;
  private shown: string | undefined;
  /** What the model wrote behind a text, by the text's key. */
  private written: (Written & { readonly behind: string }) | undefined;
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
      continueAlong: (tokens) => this.writeOn(tokens),
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
      // What changed in the workspace meanwhile is to be loaded anew.
      if (this.loaded === loaded) this.loaded = { ...loaded, compared: now };
      return { data: { ...(this.store.state.data ?? data), compared: now } };
    });
  }

  /** Has the model write behind what is read; then all of it is read once more, in one run. */
  private async writeOn(wanted: number): Promise<void> {
    const { data, model } = this.store.state;
    const { look, loaded } = this;
    const place = this.place();
    const behind = this.textKey(place);
    // A text that changed since is about to be read anew.
    const isNow = this.key === JSON.stringify([look, behind]);
    if (!data?.reading || !model || !look || !loaded || !place || !isNow) return;
    const { reading: from } = data;
    const tokens = Math.min(wanted, roomBehind(from, model.nCtx));
    if (tokens === 0) return;
    const files = [loaded.chosen, ...data.also.map((index) => loaded.files[index]!)];
    const show = (reading: ConceptReading): DirectionPanelData => ({
      ...(this.store.state.data ?? data),
      reading,
    });
    await this.task.run({ message: working.writing(0, tokens) }, async (work) => {
      const ids = writtenIn(from);
      const fits = from.window.ids.length + tokens <= model.nCtx;
      const room = fits ? this.writtenBehind(behind).room : ids.length + tokens;
      this.written = { behind, ids, room };
      const writing = {
        reading: fits ? from : (await this.read(place, files, work)).reading,
        model: model.path,
        files: files.map(({ uri }) => uri.fsPath),
        strip: look.layers,
        tokens,
        most: mostTokens,
        says: working.writing,
        onWritten: (ids: readonly number[]) => (this.written = { behind, ids, room }),
        onMore: (reading: ConceptReading) => this.store.update({ data: show(reading) }),
      };
      await readOn(this.services, writing, work);
      const { reading, ...read } = await this.read(place, files, work);
      return { ...read, data: show(reading) };
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

  /** What a text is known by: the place, and how it is run. */
  private textKey(place: Place | undefined): string {
    const text = place && [place.document.uri.toString(), place.version, place.start, place.end];
    return JSON.stringify([text, this.choice.value, bosPolicy(), this.services.models.path]);
  }

  private writtenBehind(text: string): Written {
    return this.written?.behind === text ? this.written : { ids: [], room: 0 };
  }

  private read(place: Place, files: readonly DirectionFile[], work: JobWork): Promise<PlaceRead> {
    const asked = {
      place,
      run: this.choice.value,
      files: files.map(({ uri }) => uri.fsPath),
      strip: this.look?.layers ?? null,
      // Behind another text it is not what the model would write.
      written: this.writtenBehind(this.textKey(place)),
    };
    return readPlace(this.services, asked, work);
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
    const key = JSON.stringify([look, this.textKey(place)]);
    if (key === this.key) return;
    this.key = key;
    const options = { message: pageTexts.reading(), quietMs: this.store.state.data ? quietMs : 0 };
    await this.task.run(options, (work) => this.job(look, place, work));
  }

  private async job(look: DirectionLook, place: Place | undefined, work: JobWork): Promise<State> {
    const loaded = await loadDirections(this.services, this.loaded, { look, work });
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
      const all = [chosen, ...also.map((index) => files[index]!)];
      const { reading, ...read } = await this.read(place, all, work);
      return { ...state, ...read, data: { ...data, reading } };
    } catch (error) {
      const problem = toErrorData(error);
      // What is known of the direction is shown all the same, but for what no direction is to blame for.
      if (error instanceof CancelledError || /^(engine|model|internal)/.test(problem.code)) throw error;
      return { ...state, data: { ...data, problem } };
    }
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
