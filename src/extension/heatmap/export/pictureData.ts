/** What the picture of a coloured text is drawn from: some of its lines, and their tokens. */
import * as vscode from "vscode";
import { longestRepeated } from "../../../protocol/heatmapCommand";
import type { HeatmapPanelData, WholeRun } from "../../../protocol/heatmapPanel";
import { logUnitOf } from "../words";
import type { HeatSnapshot } from "./snapshot";
import type { Look } from "../look";

/** Most lines of a picture. */
const mostLines = 400;
/** Most units of a picture, for lines that are longer than one reads. */
export const mostUnits = 20_000;

/** Lines of a document: their numbers from 1, where they begin, and what is drawn of them. */
export interface DrawnLines {
  readonly lines: HeatmapPanelData["lines"];
  readonly start: number;
  readonly text: string;
  readonly isCut: boolean;
  readonly tabSize: number;
}

/** The lines that are selected, else those on the screen. */
export function drawnLines(document: vscode.TextDocument): DrawnLines {
  const editors = vscode.window.visibleTextEditors.filter((one) => one.document === document);
  const editor = editors.find((one) => one === vscode.window.activeTextEditor) ?? editors[0];
  const visible = editor?.visibleRanges[0] ?? new vscode.Range(0, 0, mostLines, 0);
  const { start, end } = editor && !editor.selection.isEmpty ? editor.selection : visible;
  const to = Math.min(end.line, start.line + mostLines - 1, document.lineCount - 1);
  const range = new vscode.Range(start.line, 0, to, document.lineAt(to).text.length);
  const all = document.getText(range);
  const text = all.slice(0, mostUnits);
  return {
    lines: { from: start.line + 1, to: start.line + 1 + (text.match(/\n/g)?.length ?? 0) },
    start: document.offsetAt(range.start),
    text,
    isCut: text.length < all.length,
    tabSize: Number(editor?.options.tabSize ?? 4),
  };
}

/** The data of the page. */
export function pictureData(snapshot: HeatSnapshot, look: Look, drawn: DrawnLines): HeatmapPanelData {
  const { measure, name, inBits, store, at, measured } = snapshot;
  const { start, text, lines, tabSize } = drawn;
  const range = { start, end: start + text.length };
  const tokens = [...store.measured(range)].map((token) => ({
    ...token,
    top: token.top.map((one) => ({ ...one, text: store.text(one.id) ?? null })),
  }));
  const { scale } = look;
  const unit = logUnitOf(measure, inBits);
  return {
    // A page knows no addresses, and a saved view holds none.
    measure:
      "file" in measure ? { ...measure, file: vscode.workspace.asRelativePath(measure.file) } : measure,
    name,
    unit,
    scale,
    lines,
    text,
    start,
    tabSize,
    tokens,
    at,
    measured,
    whole: wholeOf(snapshot),
  };
}

function wholeOf({ store, text, measured, windowTokens }: HeatSnapshot): WholeRun | null {
  if (measured < 1 || text.length > longestRepeated) return null;
  const [first] = store.measured();
  return { ids: store.ids, bos: first !== undefined && first.end === 0, windowTokens };
}
