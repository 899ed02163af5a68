/** The command that colours a file of one's own: also from where no editor is active, such as the walkthrough. */
import * as vscode from "vscode";
import { says } from "../messages";
import type { NeuronsPanel } from "../panels/neuronsPanel";
import { documentName, selectedTarget, textEditor, type DocumentTarget } from "./documentTarget";
import { sampleScheme } from "./sample";

/** Ranks neurons on the selection (else on the cursor's line, else on the first with words) and colours the file. */
export async function colourOwnFile(neurons: NeuronsPanel): Promise<void> {
  const editor = await ownEditor();
  if (!editor) {
    void vscode.window.showInformationMessage(says.noOwnFile());
    await vscode.commands.executeCommand("workbench.action.quickOpen");
    return;
  }
  const target = selectedTarget(editor) ?? selectLine(editor);
  if (target) return neurons.lookAndColour(target);
  void vscode.window.showInformationMessage(says.nothingToColour(documentName(editor.document.uri)));
}

/** The active text, else the one whose tab was active last in its group, else any that is open. */
async function ownEditor(): Promise<vscode.TextEditor | undefined> {
  const active = textEditor();
  if (active) return active;
  const tabs = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .sort((a, b) => Number(b.isActive) - Number(a.isActive));
  for (const { input, group } of tabs) {
    if (!(input instanceof vscode.TabInputText) || input.uri.scheme === sampleScheme) continue;
    const document = await vscode.workspace.openTextDocument(input.uri);
    return vscode.window.showTextDocument(document, { viewColumn: group.viewColumn, preview: false });
  }
  return undefined;
}

/** Selects the cursor's line, or the first that has words, without its indentation. */
function selectLine(editor: vscode.TextEditor): DocumentTarget | undefined {
  const { document, selection } = editor;
  const hasWords = (line: number): boolean => /\p{L}/u.test(document.lineAt(line).text);
  const first = Array.from({ length: Math.min(document.lineCount, 10_000) }, (_, i) => i).find(hasWords);
  // At the very beginning of a text nothing stands before the selection, so the first line says little; still it is one.
  const line = hasWords(selection.active.line) ? selection.active.line : first;
  if (line === undefined) return undefined;
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(line);
  editor.selection = new vscode.Selection(line, firstNonWhitespaceCharacterIndex, line, range.end.character);
  editor.revealRange(editor.selection);
  return selectedTarget(editor);
}
