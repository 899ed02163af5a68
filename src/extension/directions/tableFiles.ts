/** Tables of the workspace that pairs may be taken from. */
import * as vscode from "vscode";
import { makeTexts } from "../messages/directions";

const endings = ["csv", "tsv", "jsonl", "ndjson", "md", "markdown"];

/** A table to choose; without a place it is looked for on the disk. */
export interface TableItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | undefined;
}

/** The tables as items of a list, that of the active editor first, and one that looks for another. */
export async function tableItems(): Promise<readonly TableItem[]> {
  const found = await vscode.workspace.findFiles(`**/*.{${endings.join(",")}}`, "**/node_modules/**", 500);
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  const isActive = (uri: vscode.Uri): number => Number(uri.toString() === active);
  const files = found
    .filter(({ scheme }) => scheme === "file")
    .sort((a, b) => isActive(b) - isActive(a) || (a.path < b.path ? -1 : 1));
  return [
    ...files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri })),
    { label: makeTexts.browse(), uri: undefined },
  ];
}

/** The path of a chosen table; undefined where none was found on the disk. */
export async function tablePath({ uri }: TableItem): Promise<string | undefined> {
  if (uri) return uri.fsPath;
  const [chosen] = (await vscode.window.showOpenDialog({ title: makeTexts.whichFile() })) ?? [];
  return chosen?.fsPath;
}
