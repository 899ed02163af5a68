/** Which documents are RASP programs, and how they are handed over. */
import path from "node:path";
import * as vscode from "vscode";
import { raspDialects, type RaspDialect, type RaspProgram } from "../../protocol/raspApi";
import { MOST_CHARACTERS } from "../../rasp/source/length";

/** The documents of all languages. */
export const raspSelector: vscode.DocumentSelector = raspDialects.map((language) => ({ language }));

/** The language of a document; undefined where it is no RASP program. */
export function dialectOf(document: vscode.TextDocument): RaspDialect | undefined {
  return raspDialects.find((dialect) => dialect === document.languageId);
}

/** A document as a program. */
export function programOf(
  document: vscode.TextDocument,
  dialect: RaspDialect,
  example: string | null,
): RaspProgram {
  const folder = document.uri.scheme === "file" ? path.dirname(document.uri.fsPath) : null;
  return { dialect, text: textOf(document), folder, example };
}

/** The text; of one that is too long to be a program just enough to see that, as copying all of it takes long. */
function textOf(document: vscode.TextDocument): string {
  const all = document.lineAt(document.lineCount - 1).range.end;
  if (document.offsetAt(all) <= MOST_CHARACTERS) return document.getText();
  const enough = new vscode.Range(new vscode.Position(0, 0), document.positionAt(MOST_CHARACTERS + 1));
  return document.getText(enough);
}

/** A range of a program's text in its document. */
export function rangeIn(
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
