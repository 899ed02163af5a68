/** Saving something into a file that the person chooses. */
import * as vscode from "vscode";

/** What is saved: the name proposed for it, its ending, and its bytes. */
export interface Saved {
  readonly name: string;
  readonly format: string;
  readonly content: Uint8Array;
}

/** Asks where to save, from the workspace's folder on, and writes; undefined when the person left. The dialog asks before it replaces a file. */
export async function saveAs({ name, format, content }: Saved): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (target) await vscode.workspace.fs.writeFile(target, content);
  return target;
}
