/** The first picture: in a workspace that is marked as a first look, the sample and the Lens are opened, once. */
import * as vscode from "vscode";
import { viewTypes } from "../contributions";
import { firstLookMarker } from "../firstLookMarker";

const sample = "stories.md";
const doneKey = "firstLook.done";

/** Opens the sample at its end and the Lens beside it, the first time that a marked workspace is opened. */
export async function firstLook(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder || context.workspaceState.get(doneKey) === true) return;
  try {
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, firstLookMarker));
  } catch {
    return; // Not marked: an ordinary workspace.
  }
  await context.workspaceState.update(doneKey, true);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, sample));
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  const end = document.positionAt(document.getText().trimEnd().length);
  editor.selection = new vscode.Selection(end, end);
  editor.revealRange(editor.selection);
  await vscode.commands.executeCommand(`${viewTypes.lens}.focus`);
  await vscode.window.showTextDocument(document, { preview: false });
}
