/** The text that an empty panel offers as an example: read-only, so that nobody edits the extension's own files. */
import * as vscode from "vscode";

/** Scheme of the sample's address. */
export const sampleScheme = "introspect-sample";
const file = "stories.md";

/** Lets VS Code open the sample. */
export function registerSample(extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(sampleScheme, {
    provideTextDocumentContent: async (uri) => {
      const source = vscode.Uri.joinPath(extensionUri, "media", "sample", uri.path.slice(1));
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(source));
    },
  });
}

/** Opens the sample and selects its first sentence with a story in it. */
export async function openSample(): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(
    vscode.Uri.from({ scheme: sampleScheme, path: `/${file}` }),
  );
  const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
  const text = document.getText();
  const start = text.search(/^[A-Z].*[a-z],/m);
  const stop = start + (text.slice(start).match(/^.*?[.!?](?=\s)/s)?.[0].length ?? 0);
  editor.selection = new vscode.Selection(document.positionAt(start), document.positionAt(stop));
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return editor;
}
