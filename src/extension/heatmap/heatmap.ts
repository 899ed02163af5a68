/** Colours a text by a scalar: what is visible first, then the rest; follows scrolling, typing and, for attention, the cursor. */
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { CancelledError, CodedError } from "../../base/errors";
import { windowTokens } from "../../base/sections";
import { decodeMeasure } from "../../protocol/decodeHeatmap";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { HeatScale } from "../../protocol/heatmapPanel";
import { Setting } from "../contributions";
import type { TextRange } from "../decorations/buckets";
import { visibleRanges, type TokenColours } from "../decorations/tokenColours";
import { documentName, readerOf, textEditor } from "../documents/documentTarget";
import { noEditorWords } from "../documents/noEditor";
import { heatTexts } from "../messages/heatmap";
import { report } from "../panels/hostHandlers";
import { NewestWins } from "../requests/newestWins";
import { otherWork } from "../requests/otherWork";
import { Pause } from "../requests/pause";
import type { Services } from "../services";
import { writeSetting } from "../settings";
import { attentionFrom, cursorIn, type AttentionRow } from "./attentionRow";
import { exportColours } from "./export/exportColours";
import { HeatTables } from "./export/table";
import { PicturePanel } from "./picturePanel";
import { hoverAt } from "./hover";
import { keep, readKept, type KeptLook } from "./keptMeasure";
import { hasBits, Legend } from "./legend";
import { PartStore } from "./partStore";
import { isInBits, share, within, type Look } from "./look";
import { measure, type Measuring } from "./measuring";
import { pickMeasure, type HeatAction, type ShownMeasure } from "./pick";
import { bucketsOf, distributionOf, scaleFor } from "./scale";

/** Milliseconds between two drawings of the legend while much is measured. */
const legendEveryMs = 250;

/** What colours a text now, for tests and other extensions. */
export interface HeatmapState {
  readonly measure: HeatmapMeasure;
  readonly busy: boolean;
  /** Share of the document that is measured as it is now. */
  readonly measured: number;
  readonly legend: string | undefined;
  /** Values of the tokens in a range. */
  values(range: TextRange): readonly (TextRange & { readonly value: number | null })[];
  /** What is said when one points at an offset. */
  hover(offset: number): readonly string[];
}

const noScale: HeatScale = { from: 0, to: 0, signed: false, log: false };

/** Colours one text at a time, in place of a neuron's colours. */
export class Heatmap implements vscode.Disposable {
  private look: Look | undefined;
  /** Of before a reload, until its text is on the screen. */
  private awaited: KeptLook | undefined;
  private busy = false;
  private drawn = 0;
  private readonly legend = new Legend();
  readonly tables = new HeatTables();
  /** The page with the picture of what is coloured. */
  readonly picture: PicturePanel;
  private readonly newest = new NewestWins();
  private readonly pause = new Pause(() => void this.work());
  private readonly linking = new vscode.EventEmitter<number | undefined>();
  /** Fires when colours were put on, or linked ones taken off, and with the offset when those moved with the cursor. */
  readonly onDidLink = this.linking.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly services: Services,
    private readonly colours: TokenColours,
  ) {
    this.picture = new PicturePanel(services, {
      look: () => this.look,
      busy: () => this.busy,
      colour: (place, measured) => this.colour(place, measured),
    });
    this.subscriptions = [
      this.linking,
      this.legend,
      this.tables,
      this.picture,
      colours.onDidClear(() => {
        if (colours.kind !== "heat") this.end();
      }),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor: editor }) => this.scrolled(editor)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        editors.forEach((one) => this.scrolled(one));
        this.restore();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor: editor }) => this.cursorMoved(editor)),
      vscode.workspace.onDidChangeTextDocument((event) => this.typed(event)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.look?.document) this.end();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(Setting.Bos)) this.again();
        if (event.affectsConfiguration(Setting.LogUnit)) this.draw();
      }),
      services.models.onDidChange(() => {
        if (this.look?.info && this.look.info.path !== services.models.path) this.again();
      }),
      // A direction that was made anew under its name is another one.
      services.directions.onDidChange(() => {
        if (this.look?.measure.kind === "direction") this.again();
      }),
    ];
    this.awaited = readKept(services.context.workspaceState);
    this.restore();
  }

  /** What colours a text now; undefined without any. */
  get state(): HeatmapState | undefined {
    const { look } = this;
    if (!look) return undefined;
    return {
      measure: look.measure,
      busy: this.busy,
      measured: share(look),
      legend: this.legend.text,
      values: (range) =>
        [...look.store.tokensIn([range])].map(({ start, end, value }) => ({ start, end, value })),
      hover: (offset) => hoverAt(look, offset)?.lines ?? [],
    };
  }

  /**
   * Asks for a measure and colours by it. A choice that is given is taken without asking: an action on what is shown, or
   * a measure as the engine knows it, for key bindings. What VS Code passes from a menu is none.
   */
  async choose(choice?: unknown): Promise<void> {
    const action = actions.find((one) => one === choice);
    if (action) return this.act(action);
    const isMeasure = typeof choice === "object" && choice !== null && "kind" in choice;
    const editor = textEditor();
    if (!editor) return void vscode.window.showInformationMessage(noEditorWords());
    if (isMeasure) {
      const measure = decodeMeasure(choice, "measure");
      return this.colour(cursorIn(editor), measure);
    }
    const { models, directions } = this.services;
    const picked = await pickMeasure({ open: () => models.open(), directions }, this.actions());
    if (typeof picked === "string") return this.act(picked);
    if (picked) await this.start(cursorIn(editor), picked);
  }

  /** Makes a picture, a table or a file of what colours a text; asks which unless it is given. */
  export(choice?: unknown): Promise<void> {
    return exportColours(this.services, this, this.look, choice);
  }

  /** Colours a document by a measure, whichever editor is active. */
  async colour(place: Pick<Look, "document" | "at">, measure: HeatmapMeasure): Promise<void> {
    await this.start(place, { measure, inBits: false, whole: false });
  }

  /** The document whose colours follow the Attention panel; undefined where none do. */
  get linked(): vscode.TextDocument | undefined {
    return this.look?.linked ? this.look.document : undefined;
  }

  /** Colours a document by a row of attention; what is chosen in the Attention panel then moves it. */
  async link({ document, at, ...head }: AttentionRow): Promise<void> {
    await this.start({ document, at }, { ...attentionFrom(head), linked: true });
  }

  /** Moves linked colours to another row or head; nothing where the document has none. */
  move({ document, at, ...head }: AttentionRow): void {
    const { look } = this;
    if (!look || this.linked !== document) return;
    const { measure } = attentionFrom(head);
    if (look.at === at && isDeepStrictEqual(measure, look.measure)) return;
    if (!isDeepStrictEqual(measure, look.measure))
      this.look = { ...look, measure, at, store: new PartStore() };
    look.at = at;
    look.store.age();
    this.pause.wake();
  }

  /** Nothing is coloured any more, nor after a reload. */
  private end(): void {
    if (this.look) keep(this.services.context.workspaceState, undefined);
    this.stop();
  }

  /** Measures nothing more and takes the colours off. */
  private stop(): void {
    if (!this.look) return;
    const { linked } = this.look;
    this.look = undefined;
    if (linked) this.linking.fire(undefined);
    this.pause.rest();
    this.newest.cancel();
    this.busy = false;
    this.legend.hide();
    this.colours.clear("heat");
  }

  dispose(): void {
    this.stop();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async start(
    { document, at }: Pick<Look, "document" | "at">,
    shown: ShownMeasure & Pick<Look, "linked">,
  ): Promise<void> {
    this.stop();
    this.awaited = undefined;
    if (readerOf(document).length === 0) throw new CodedError("empty-input", heatTexts.empty());
    this.services.engine.forgive();
    const look: Look = { ...shown, document, store: new PartStore(), at, info: undefined, scale: noScale };
    this.look = look;
    keep(this.services.context.workspaceState, { ...shown, uri: document.uri.toString() });
    // Painted with nothing yet, so that what was there goes and Escape ends the work.
    this.paint();
    this.linking.fire(undefined);
    this.legend.wait({ measure: look.measure, inBits: isInBits(look), linked: look.linked });
    await otherWork();
    await this.work();
  }

  private async act(action: HeatAction): Promise<void> {
    const { look } = this;
    if (!look) return;
    if (action === "clear") return this.end();
    if (action === "table") return this.export("table");
    if (action === "export") return this.export();
    if (action === "unit") {
      const unit = isInBits(look) ? "nats" : "bits";
      this.change({ inBits: false });
      // The panels follow: there is one unit for all.
      await writeSetting(Setting.LogUnit, unit);
    }
    if (action === "whole") this.change({ whole: true });
    if (action === "stop") {
      this.newest.cancel();
      this.busy = false;
    }
    if (action === "whole") void this.work();
    this.paint();
    this.draw();
  }

  private change(part: Partial<ShownMeasure>): void {
    if (!this.look) return;
    this.look = { ...this.look, ...part };
    const { measure, inBits, whole, document } = this.look;
    keep(this.services.context.workspaceState, { measure, inBits, whole, uri: document.uri.toString() });
  }

  /** Colours the text of before a reload as it was, once it is on the screen. */
  private restore(): void {
    const { awaited } = this;
    const editor =
      awaited &&
      vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === awaited.uri);
    if (!awaited || !editor) return;
    const { measure, inBits, whole } = awaited;
    this.start(cursorIn(editor), { measure, inBits, whole }).catch((error: unknown) =>
      report(error, this.services.log),
    );
  }

  private actions(): HeatAction[] {
    const { look } = this;
    if (!look) return [];
    return [
      ...(look.store.fresh > 0 ? (["table", "export"] as const) : []),
      ...(hasBits(look.measure) ? (["unit"] as const) : []),
      ...(share(look) < 1 && !this.busy ? (["whole"] as const) : []),
      ...(this.busy ? (["stop"] as const) : []),
    ];
  }

  /** Everything anew: another model, another BOS. */
  private again(): void {
    const { look } = this;
    if (!look) return;
    this.newest.cancel();
    this.look = { ...look, store: new PartStore(), info: undefined };
    this.pause.wake();
  }

  private scrolled(editor: vscode.TextEditor): void {
    const { look } = this;
    if (!look || editor.document !== look.document) return;
    // What is measured already is painted by the colours themselves; the background goes on.
    if (visibleRanges(editor, 0).some((range) => look.store.gap(within(look, range)))) this.pause.wake();
  }

  private cursorMoved(editor: vscode.TextEditor): void {
    const { look } = this;
    if (!look || editor.document !== look.document || look.measure.kind !== "attention") return;
    const at = look.document.offsetAt(editor.selection.start);
    const [token] = [...look.store.tokensIn([{ start: look.at, end: look.at + 1 }])].slice(-1);
    if (at === look.at || (token && token.start <= at && at < token.end)) return;
    look.at = at;
    look.store.age();
    if (look.linked) this.linking.fire(at);
    this.pause.wake();
  }

  private typed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const { look } = this;
    if (!look || document !== look.document || contentChanges.length === 0) return;
    for (const { rangeOffset, rangeLength, text } of contentChanges) {
      look.store.edit({ at: rangeOffset, removed: rangeLength, inserted: text.length });
    }
    if (look.measure.kind === "attention") look.store.age();
    this.pause.wake();
  }

  private async work(): Promise<void> {
    if (!this.look) return;
    this.busy = true;
    try {
      await this.newest.run(async (signal, isReplaced) => {
        const endIfStuck = (): boolean => !isReplaced();
        const look = this.look;
        if (!look) return;
        look.info ??= await this.services.models.open({ signal });
        if (this.look) await measure(this.look, this.measuring, { signal, endIfStuck, priority: "view" });
      });
      this.busy = false;
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.end();
      if (error instanceof CodedError && error.code === "model-changed") this.services.models.forget();
      report(error, this.services.log);
    }
    this.draw();
  }

  private get measuring(): Measuring {
    return {
      engine: this.services.engine,
      shown: () => this.look,
      onPart: () => {
        this.paint();
        if (Date.now() - this.drawn > legendEveryMs) this.draw();
      },
    };
  }

  private paint(): void {
    const { look } = this;
    if (!look) return;
    const { document, measure, store, info } = look;
    const scale = info ? scaleFor(measure, info, distributionOf(store)) : noScale;
    const isSame = this.colours.kind === "heat" && isDeepStrictEqual(scale, look.scale);
    look.scale = scale;
    if (isSame) return this.colours.refresh();
    this.colours.show({
      kind: "heat",
      uri: document.uri.toString(),
      followsTyping: true,
      bucketsIn: (ranges) => bucketsOf(store.tokensIn(ranges), scale),
      hoverAt: (offset) => this.look && hoverAt(this.look, offset),
    });
  }

  private draw(): void {
    const { look } = this;
    if (!look) return this.legend.hide();
    this.picture.follow();
    if (!look.info) return this.legend.wait({ measure: look.measure, inBits: isInBits(look) });
    this.drawn = Date.now();
    const { measure, linked, store, info, scale, document } = look;
    this.legend.draw({
      measure,
      inBits: isInBits(look),
      linked,
      scale,
      values: distributionOf(store),
      sums: store.sums(),
      measured: share(look),
      busy: this.busy,
      windowTokens: windowTokens(info.nCtx),
      model: this.services.models.name,
      document: documentName(document.uri),
      actions: this.actions(),
    });
  }
}

const actions: readonly HeatAction[] = ["table", "export", "unit", "whole", "stop", "clear"];
