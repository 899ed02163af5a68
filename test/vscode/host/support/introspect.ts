/** What tests inside the extension host share: the extension's own state, waiting for it, and documents to look into. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command, Setting } from "../../../../src/extension/contributions";
import type { IntrospectExports } from "../../../../src/extension/exportedApi";
import type { PanelData, PanelId, PanelState } from "../../../../src/protocol/panelApi";

/** A panel's snapshot. */
export type State<Id extends PanelId> = PanelState<PanelData[Id]>;

/** How long one step may take; the machine may be busy. */
export const patience = 45_000;

/** Activates the extension and gives what it exports. */
export async function introspect(): Promise<IntrospectExports> {
  const extension = vscode.extensions.getExtension<IntrospectExports>("introspect.introspect");
  assert.ok(extension, "VS Code does not know the extension");
  return extension.activate();
}

/** Waits until a condition holds; the error says what was waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Waits until a panel's snapshot is as wanted, and gives it. */
export async function untilState<Id extends PanelId>(
  id: Id,
  what: string,
  isWanted: (state: State<Id>) => boolean,
): Promise<State<Id>> {
  const api = await introspect();
  const short = (): string => {
    const { status, message, error } = api.panelState(id);
    return JSON.stringify({ status, message, error });
  };
  await until(what, () => isWanted(api.panelState(id))).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${short()}`);
  });
  return api.panelState(id);
}

/** Opens a document that was never saved, with the cursor at its end. */
export async function openText(content: string, language = "plaintext"): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  const end = document.lineAt(document.lineCount - 1).range.end;
  editor.selection = new vscode.Selection(end, end);
  return editor;
}

/** Selects a part of a document by offsets. */
export function select(editor: vscode.TextEditor, start: number, end: number): void {
  const { document } = editor;
  editor.selection = new vscode.Selection(document.positionAt(start), document.positionAt(end));
}

/** Types at the cursor, as a person would. A view that is just coming up may have taken the focus. */
export async function type(text: string): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
  await vscode.commands.executeCommand("type", { text });
}

/** Explains the selection of the active editor and waits for the ranking. */
export async function explain(): Promise<State<"neurons">> {
  const before = (await introspect()).panelState("neurons").seq;
  await vscode.commands.executeCommand(Command.Explain);
  return untilState(
    "neurons",
    "the neurons are ranked",
    ({ seq, status }) => seq > before && status === "ready",
  );
}

/** Uses a folder as the model; undefined: the bundled one. */
export async function setModel(folder: string | undefined): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update(Setting.ModelPath, folder, vscode.ConfigurationTarget.Global);
}

/** Closes all editors without asking to save. */
export async function closeAll(): Promise<void> {
  while (vscode.window.activeTextEditor?.document.isDirty) {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}
