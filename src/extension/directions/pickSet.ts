/** Asks which labelled texts are mapped: those of a file, or those that come with the extension. */
import * as vscode from "vscode";
import { mapTexts } from "../messages/textMap";

/** Endings of files that hold tables. */
const endings = ["csv", "tsv", "jsonl", "ndjson", "json", "md", "markdown"];

/** The file that a person chooses; null for the shipped texts, undefined for nothing. */
export async function pickSet(): Promise<vscode.Uri | null | undefined> {
  const found = await vscode.workspace.findFiles(`**/*.{${endings.join(",")}}`, "**/node_modules/**", 500);
  const files = found
    .filter(({ scheme }) => scheme === "file")
    .sort((a, b) => (vscode.workspace.asRelativePath(a) < vscode.workspace.asRelativePath(b) ? -1 : 1));
  const items: (vscode.QuickPickItem & { readonly choose: () => Promise<vscode.Uri | null | undefined> })[] =
    [
      { label: mapTexts.shipped(), detail: mapTexts.shippedMore(), choose: () => Promise.resolve(null) },
      ...files.map((uri) => ({
        label: vscode.workspace.asRelativePath(uri),
        choose: () => Promise.resolve(uri),
      })),
      { label: mapTexts.browse(), choose: () => browse() },
    ];
  const options = { title: mapTexts.title(), placeHolder: mapTexts.which() };
  return (await vscode.window.showQuickPick(items, options))?.choose();
}

async function browse(): Promise<vscode.Uri | undefined> {
  const filters = { [mapTexts.which()]: endings };
  const [uri] = (await vscode.window.showOpenDialog({ title: mapTexts.title(), filters })) ?? [];
  return uri;
}
