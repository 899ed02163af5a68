/** Saving the arrays behind a figure: the engine writes them, so that nothing large passes through here. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { ArraysRequest } from "../../protocol/arrays";
import type { PanelId } from "../../protocol/panelApi";
import { exportTexts } from "../messages";
import type { StateOf } from "../panels/panelStore";
import { askTarget } from "../documents/saveAs";
import type { Services } from "../services";
import { arrayPlan } from "./arrayPlan";

/** What is saved of a panel. */
export interface FigureOf<Id extends PanelId> {
  readonly id: Id;
  readonly figure: string;
  /** JSON of an object. */
  readonly facts: string;
  readonly state: StateOf<Id>;
}

/**
 * Asks where to save the arrays of a figure, and saves.
 * @throws {CodedError} "nothing-shown"
 */
export async function saveFigureArrays<Id extends PanelId>(
  services: Services,
  { id, figure, facts, state }: FigureOf<Id>,
): Promise<void> {
  const plan = arrayPlan(id, figure, state);
  if (!plan) throw new CodedError("nothing-shown", exportTexts.nothingShown());
  const { model } = state;
  // A saved view names a model of then: its hooks are read where the model in use is that very one.
  const { known } = services.models;
  const folder = state.saved ? (known?.digest === model?.digest ? known?.path : undefined) : plan.model;
  const runs = plan.runs.filter(({ hooks }) => hooks.length > 0);
  const read = folder === undefined || runs.length === 0 ? null : { model: folder, runs };
  await saveArrays(services, `introspect-${figure}.npz`, { facts, shown: plan.shown, read });
}

/**
 * Asks where to save, and saves. The file is made beside the extension's own data and copied from there, so that it
 * may go to any place that the editor can write to.
 */
export async function saveArrays(
  { context, engine }: Services,
  proposed: string,
  request: Omit<ArraysRequest, "file">,
): Promise<void> {
  const target = await askTarget({ name: proposed, format: "npz" });
  if (!target) return;
  await vscode.workspace.fs.createDirectory(context.globalStorageUri);
  const name = `arrays-${randomBytes(8).toString("hex")}.npz`;
  const made = vscode.Uri.joinPath(context.globalStorageUri, name);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: exportTexts.writing(),
    cancellable: true,
  };
  try {
    await vscode.window.withProgress(options, async (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      await engine.call("arrays/save", { file: made.fsPath, ...request }, { signal: stop.signal });
    });
    await vscode.workspace.fs.copy(made, target, { overwrite: true });
  } finally {
    await vscode.workspace.fs.delete(made).then(undefined, () => undefined);
  }
}
