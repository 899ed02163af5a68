/** The Map panel: labelled texts by layer in two dimensions, and how well their labels part in full. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { usualTextMap } from "../../protocol/textMap";
import type { MapChoice } from "../../protocol/textMapPanel";
import { documentName } from "../documents/documentTarget";
import { says } from "../messages";
import { mapTexts } from "../messages/textMap";
import { hostHandlers, type PanelActions } from "../panels/hostHandlers";
import { madeNow } from "../panels/made";
import { markOtherModel } from "../panels/otherModel";
import { PanelStore, type StateOf } from "../panels/panelStore";
import { PanelTask, type JobWork } from "../panels/panelTask";
import { PanelWindow } from "../panels/panelWindow";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { decodeMapLook, withoutBos, type MapLook } from "./mapLook";
import { pickSet } from "./pickSet";

const memoryKey = "panel.map";

/** The panel; its page is in `webview/panels/map`. */
export class MapPanel implements vscode.Disposable {
  readonly store = new PanelStore("map");
  private readonly task = new PanelTask(this.store, says.cancelled());
  private readonly window: PanelWindow<"map">;
  private readonly watch: vscode.Disposable;
  private look: MapLook | undefined;

  constructor(private readonly services: Services) {
    const handlers = hostHandlers(this.store, this.actions(), services);
    this.window = new PanelWindow(services, this.store, handlers, {
      onRestored: () => void this.restore(),
      onClosed: () => this.closed(),
    });
    this.watch = markOtherModel(this.store, services.models, says.otherModel);
  }

  /** Asks which texts, and maps them as those before were. */
  async choose(): Promise<void> {
    const uri = await pickSet();
    if (uri !== undefined) await this.show(uri);
  }

  /** Maps a file's texts; null: the shipped ones. */
  async show(uri: vscode.Uri | null, spec?: MapLook["spec"]): Promise<void> {
    const kept = spec ?? this.look?.spec ?? withoutBos(usualTextMap);
    this.window.show();
    await this.take({ uri: uri?.toString() ?? null, spec: kept });
  }

  /** Maps again. */
  async retry(): Promise<void> {
    this.services.engine.forgive();
    await this.task.retry();
  }

  dispose(): void {
    this.task.drop();
    this.watch.dispose();
    this.window.dispose();
  }

  private async take(look: MapLook): Promise<void> {
    this.look = look;
    void this.services.context.workspaceState.update(memoryKey, look);
    await this.task.run({ message: mapTexts.reading() }, (work) => this.job(look, work));
    if (this.store.state.status === "error") this.services.models.blame(this.store);
  }

  private async job(look: MapLook, work: JobWork): Promise<Partial<Omit<StateOf<"map">, "seq" | "status">>> {
    const { engine, models } = this.services;
    const model = await models.open(work);
    const bos = bosPolicy();
    const uri = look.uri === null ? null : vscode.Uri.parse(look.uri);
    const document = uri === null ? mapTexts.setName() : documentName(uri);
    const params = {
      model: model.path,
      file: uri?.fsPath ?? null,
      name: document,
      spec: { ...look.spec, bos },
    };
    const map = await engine.call("directions/map", params, work);
    const file = uri === null ? null : vscode.workspace.asRelativePath(uri);
    const made = madeNow(this.services, { bos, texts: {}, start: 0, range: null });
    const data = { map, file, perplexity: look.spec.perplexity };
    return { data, made, model: models.known ?? model, document };
  }

  private actions(): PanelActions {
    return {
      retry: () => this.retry(),
      cancel: () => this.task.cancel(),
      example: () => this.show(null),
      chooseMap: (choice) => this.chooseMap(choice),
      chooseMapFile: () => this.choose(),
    };
  }

  private async chooseMap(choice: MapChoice): Promise<void> {
    const { look } = this;
    if (!look) throw new CodedError("nothing-shown", mapTexts.which());
    await this.take({ ...look, spec: { ...look.spec, ...choice } });
  }

  private async restore(): Promise<void> {
    const look = decodeMapLook(this.services.context.workspaceState.get(memoryKey));
    if (look) await this.take(look);
  }

  private closed(): void {
    this.task.drop();
    this.look = undefined;
    this.store.clear();
  }
}
