/** Saving something into a file that the person chooses. */
import * as vscode from "vscode";

/** What is saved: the name proposed for it, its ending, and its bytes. */
export interface Saved {
  readonly name: string;
  readonly format: string;
  readonly content: Uint8Array;
}

/** Asks where to save, from the workspace's folder on; undefined when the person left. The dialog asks before it replaces a file. */
export async function askTarget({ name, format }: Omit<Saved, "content">): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    filters: { [format.toUpperCase()]: [format] },
  });
}

/** Asks where to save, and writes. */
export async function saveAs({ name, format, content }: Saved): Promise<vscode.Uri | undefined> {
  const target = await askTarget({ name, format });
  if (target) await vscode.workspace.fs.writeFile(target, content);
  return target;
}
