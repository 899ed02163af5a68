/** Which documents are RASP programs, and how they are handed over. */
import path from "node:path";
import * as vscode from "vscode";
import { raspDialects, type RaspDialect, type RaspProgram } from "../../protocol/raspApi";

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
  return { dialect, text: document.getText(), folder, example };
}

/** A range of a program's text in its document. */
export function rangeIn(
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
