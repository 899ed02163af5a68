/** The panel with the picture of a coloured text: drawn when it is asked for, so that a picture is of one moment. */
import type * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import { documentName, revealRange } from "../documents/documentTarget";
import { openSample } from "../documents/sample";
import { says } from "../messages";
import { heatExportTexts } from "../messages/heatExport";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import { pointing } from "../panels/pointing";
import type { Services } from "../services";
import { cursorIn } from "./attentionRow";
import { drawnLines, mostUnits, pictureData } from "./export/pictureData";
import { snapshotOf, withDigest } from "./export/snapshot";
import { isInBits, share, type Look } from "./look";

/** Milliseconds before drawing is shown as such. */
const quietMs = 250;

/** What the panel draws from. */
export interface Coloured {
  /** What colours a text now. */
  readonly look: () => Look | undefined;
  /** Whether it is being measured. */
  readonly busy: () => boolean;
  /** Colours a text. */
  readonly colour: (place: Pick<Look, "document" | "at">, measure: HeatmapMeasure) => Promise<void>;
}

/** What a picture was drawn of, as far as it can be told that it is another by now. */
interface Drawn {
  readonly look: Pick<Look, "document" | "store">;
  readonly version: number;
  readonly at: number;
  readonly inBits: boolean;
  readonly measured: number;
}

/** The panel; its page is in `webview/panels/heatmap`. */
export class PicturePanel implements vscode.Disposable {
  readonly store = new PanelStore("heatmap");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly window: PanelWindow<"heatmap">;
  private drawn: Drawn | undefined;
  /** The tab came back after a reload, before the colours did. */
  private awaits = false;

  constructor(
    private readonly services: Services,
    private readonly coloured: Coloured,
  ) {
    const handlers = hostHandlers(this.store, this.actions(), services);
    this.window = new PanelWindow(services, this.store, handlers, {
      shown: () => this.drawn?.look.document.uri.toString(),
      onRestored: () => {
        this.awaits = true;
        this.follow();
      },
      onClosed: () => this.closed(),
    });
  }

  /** Draws the lines in a tab of their own. */
  async open(): Promise<void> {
    this.window.show();
    await this.retry();
  }

  /** Draws what is selected now, or on the screen. */
  async retry(): Promise<void> {
    this.awaits = false;
    await this.task.run({ message: heatExportTexts.drawing(), quietMs }, (work) => this.job(work));
  }

  /** Called when the colours were measured or changed: says that the picture is of before, if it is. */
  follow(): void {
    const look = this.coloured.look();
    if (!look) return;
    if (this.awaits && look.store.fresh > 0 && !this.coloured.busy()) return void this.retry();
    const { drawn, store } = this;
    if (!drawn || store.state.status !== "ready") return;
    const isSame =
      drawn.look.store === look.store &&
      drawn.version === look.document.version &&
      drawn.at === look.at &&
      drawn.inBits === isInBits(look) &&
      drawn.measured === share(look);
    if (!isSame) store.update({ status: "stale", message: heatExportTexts.pictureOld() });
  }

  dispose(): void {
    this.task.drop();
    this.window.dispose();
  }

  private async job(work: JobWork): Promise<Partial<Omit<StateOf<"heatmap">, "seq" | "status">>> {
    const info = this.coloured.look()?.info;
    const model = info && (await withDigest(this.services, info, work));
    const look = this.coloured.look();
    if (!model || !look || look.store.fresh === 0 || look.info?.path !== model.path)
      throw new CodedError("nothing-shown", look ? heatExportTexts.wait() : heatExportTexts.nothing());
    const { document } = look;
    const snapshot = snapshotOf(this.services, look, model);
    const lines = drawnLines(document);
    const measured = share(look);
    this.drawn = { look, version: document.version, at: look.at, inBits: snapshot.inBits, measured };
    const said = [
      ...(lines.isCut ? [heatExportTexts.pictureCut(mostUnits)] : []),
      ...(measured < 1 ? [heatExportTexts.partly(`${Math.floor(100 * measured)}%`)] : []),
    ];
    const range = { start: lines.start, end: lines.start + lines.text.length };
    return {
      model,
      document: documentName(document.uri),
      made: { ...snapshot.made, range },
      data: pictureData(snapshot, look, lines),
      message: said.length > 0 ? said.join(" ") : undefined,
    };
  }

  private actions(): PanelActions {
    const shown = (): string | undefined => this.drawn?.look.document.uri.toString();
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.example(),
      reveal: async (start, end) => {
        const uri = shown();
        if (uri !== undefined) await revealRange(uri, start, end);
      },
      ...pointing(this.services.focus, shown),
    };
  }

  private async example(): Promise<void> {
    const editor = await openSample();
    await this.coloured.colour(cursorIn(editor), { kind: "surprisal" });
    await this.retry();
  }

  private closed(): void {
    this.task.drop();
    this.awaits = false;
    this.drawn = undefined;
    this.store.clear();
  }
}
