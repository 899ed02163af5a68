/** The editor's part in pointing: its cursor and pointer say where, and what a page points at is outlined in it. */
import * as vscode from "vscode";
import { ContextKey } from "../contributions";
import { textEditor } from "../documents/documentTarget";
import type { Focus } from "./focus";

/** Connects editors with the shared pointer. */
export function connectEditors(focus: Focus): vscode.Disposable {
  const { pointer } = focus;
  const outline = vscode.window.createTextEditorDecorationType({
    outline: "1px solid",
    outlineColor: new vscode.ThemeColor("focusBorder"),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const mark = (): void => {
    const { place } = pointer;
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      const here = pointer.by === "page" && place?.uri === document.uri.toString();
      const ranges = here
        ? [new vscode.Range(document.positionAt(place.start), document.positionAt(place.end))]
        : [];
      editor.setDecorations(outline, ranges);
    }
  };
  const point = (document: vscode.TextDocument, offset: number): void =>
    pointer.point({ uri: document.uri.toString(), start: offset, end: offset + 1 }, "editor");
  const stop = pointer.onDidChange(mark);
  focus.onDidMove(() => {
    const set = (key: ContextKey, value: boolean): void =>
      void vscode.commands.executeCommand("setContext", key, value);
    set(ContextKey.CanGoBack, focus.canGoBack);
    set(ContextKey.CanGoForward, focus.canGoForward);
  });
  return vscode.Disposable.from(
    outline,
    { dispose: stop },
    vscode.window.onDidChangeTextEditorSelection(({ textEditor: changed, selections }) => {
      const [first] = selections;
      if (changed !== textEditor() || first === undefined) return;
      // The token that the cursor stands behind: it is the one that the Lens reads.
      const offset = changed.document.offsetAt(first.active);
      if (offset > 0) point(changed.document, offset - 1);
      else pointer.point(null, "editor");
    }),
    vscode.languages.registerHoverProvider("*", {
      // Only to hear where the mouse rests: there is nothing to say.
      provideHover: (document, position) => {
        point(document, document.offsetAt(position));
        return undefined;
      },
    }),
  );
}
