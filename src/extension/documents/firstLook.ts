/** The first picture: in a workspace that is marked as a first look, the sample and the Lens are opened, once. */
import * as vscode from "vscode";
import { viewTypes } from "../contributions";
import { firstLookMarker } from "../firstLookMarker";

const sample = "stories.md";
/** What there is to try; it lies beside the sample. */
const readme = "README.md";
const doneKey = "firstLook.done";

/** Opens the sample at its end, its README behind it and the Lens beside it, the first time that a marked workspace is opened. */
export async function firstLook(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder || context.workspaceState.get(doneKey) === true) return;
  try {
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, firstLookMarker));
  } catch {
    return; // Not marked: an ordinary workspace.
  }
  await context.workspaceState.update(doneKey, true);
  // Behind the sample; one that VS Code opened by itself could come in between and take cursor and place.
  const shown = vscode.Uri.joinPath(folder, readme);
  await vscode.commands
    .executeCommand("markdown.showPreview", shown, undefined, { locked: true })
    .then(undefined, () => undefined);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, sample));
  const end = document.positionAt(document.getText().trimEnd().length);
  const options = { preview: false, selection: new vscode.Range(end, end) };
  await vscode.window.showTextDocument(document, options);
  await vscode.commands.executeCommand(`${viewTypes.lens}.focus`);
  await vscode.window.showTextDocument(document, options);
}
