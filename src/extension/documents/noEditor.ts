/** Says why there is no text to look at. */
import * as vscode from "vscode";
import { says } from "../messages";

/** VS Code shows files of more than 50 MB, but gives no extension their text: then there is a tab without an editor. */
export function noEditorWords(): string {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isText = input instanceof vscode.TabInputText || input instanceof vscode.TabInputTextDiff;
  return isText && !vscode.window.activeTextEditor ? says.tooLarge() : says.noEditor();
}
