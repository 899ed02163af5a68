/** Which model is in use, and what is known about it. */
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { WorkOptions } from "../../base/cancel";
import { CancelledError, CodedError, toErrorData, type ErrorData } from "../../base/errors";
import { modelNameOf } from "../../base/modelName";
import type { ModelInfo } from "../../protocol/model";
import type { VerifyRecord } from "../../protocol/verify";
import { Setting } from "../contributions";
import type { EngineSupervisor } from "../engine/engineSupervisor";
import { modelTexts } from "../messages";
import { SharedCall } from "../requests/sharedCall";
import { readSetting } from "../settings";

/** Whether the model in use can be used. */
export type ModelState =
  | { readonly kind: "unopened" }
  | { readonly kind: "opening" }
  /** `verified` is absent until the digest is known. */
  | { readonly kind: "open"; readonly info: ModelInfo; readonly verified?: readonly VerifyRecord[] }
  | { readonly kind: "failed"; readonly error: ErrorData };

/** A panel's store, as far as the model that it names is concerned. */
export interface NamesModel {
  readonly state: { readonly model?: ModelInfo | undefined };
  update(change: { model: ModelInfo | undefined }): void;
}

/** Name of the folder below `models/` that comes with the extension. */
const bundledName = "introspect-small";

/** The model in use: the setting's folder, else the bundled one. */
export class Models implements vscode.Disposable {
  private current: ModelState = { kind: "unopened" };
  private opening: SharedCall<ModelInfo> | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  /** Fires when another model is chosen, and whenever more is known about the one in use. */
  readonly onDidChange = this.changed.event;
  /** Folder of the model that comes with the extension. */
  readonly bundled: string;

  constructor(
    extensionPath: string,
    private readonly engine: EngineSupervisor,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.bundled = path.join(extensionPath, "models", bundledName);
    this.subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(Setting.ModelPath)) this.forget();
    });
  }

  /** Folder of the model in use; a `~` in the setting is the home folder. */
  get path(): string {
    const set = readSetting(Setting.ModelPath).trim();
    if (set === "") return this.bundled;
    return set === "~" || /^~[/\\]/.test(set) ? path.join(os.homedir(), set.slice(1)) : set;
  }

  /** What the model in use is called. */
  get name(): string {
    return modelNameOf(this.path);
  }

  get state(): ModelState {
    return this.current;
  }

  /** What is known about the model in use, without asking for it. */
  get known(): ModelInfo | undefined {
    return this.current.kind === "open" ? this.current.info : undefined;
  }

  /**
   * Describes the model in use, opening it first where that has not happened.
   * @throws {CodedError} what the engine says about the folder, or "model-path"
   */
  async open(work: WorkOptions = {}): Promise<ModelInfo> {
    const known = this.known;
    if (known) return known;
    if (!this.opening || this.opening.givenUp) this.opening = this.start();
    return this.opening.join(work);
  }

  /** Opens any folder as a model, without using it. */
  async inspect(folder: string, work: WorkOptions = {}): Promise<ModelInfo> {
    if (!path.isAbsolute(folder)) {
      throw new CodedError("model-path", modelTexts.notAbsolute(folder), {
        next: modelTexts.notAbsoluteNext(),
      });
    }
    return this.engine.call("model/open", { model: folder }, work);
  }

  /**
   * Takes note that a panel's request failed: the next one opens the model anew, since its folder may have changed,
   * and the panel names the model in use over the error, as far as it is known, never another one.
   */
  blame(store: NamesModel): void {
    const { known } = this;
    if (known) this.current = { kind: "unopened" };
    if (known || store.state.model?.path !== this.path) store.update({ model: known });
  }

  /** Takes what is known of the model as of the past: the next request opens it anew and hears what is so now. */
  forget(): void {
    this.opening = undefined;
    this.set({ kind: "unopened" });
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  private start(): SharedCall<ModelInfo> {
    const folder = this.path;
    const call = new SharedCall<ModelInfo>((work) => this.inspect(folder, work));
    this.set({ kind: "opening" });
    const isCurrent = (): boolean => this.opening === call;
    call.outcome.then(
      (info) => {
        if (!isCurrent()) return;
        this.opening = undefined;
        this.set({ kind: "open", info });
        if (info.digest === null) void this.fetchDigest(info);
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        this.opening = undefined;
        if (error instanceof CancelledError) this.set({ kind: "unopened" });
        else this.set({ kind: "failed", error: toErrorData(error) });
      },
    );
    return call;
  }

  /** The digest takes time on a large model, and nothing waits for it. */
  private async fetchDigest(info: ModelInfo): Promise<void> {
    try {
      const { digest, verified } = await this.engine.call("model/digest", { model: info.path });
      if (this.known?.path === info.path) this.set({ kind: "open", info: { ...info, digest }, verified });
    } catch (error) {
      this.log.warn(`No digest of ${info.path}: ${toErrorData(error).message}`);
    }
  }

  private set(state: ModelState): void {
    this.current = state;
    this.changed.fire();
  }
}
