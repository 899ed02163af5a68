/** A range of a document that a panel looks at; remembered by address, so that it can be found again. */
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { TextPiece } from "../../base/window";
import type { OffsetRange } from "../../protocol/engineApi";
import { says } from "../messages";
import { tailOf, type SeenRange, type TextReader } from "./textTail";

/** What a panel looks at: offsets are UTF-16 units in the document, `end` exclusive. */
export interface DocumentTarget {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** The text of a target as it was at one moment. */
export interface CapturedText {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly piece: TextPiece;
  /** The target, moved into the document where that has become shorter. */
  readonly start: number;
  readonly end: number;
}

/** Scheme of the tables of a coloured text's tokens. */
export const heatTableScheme = "introspect-tokens";

/** Editors in which text is only printed, not written. */
const printedSchemes = new Set(["output", "vscode-terminal", "comment", heatTableScheme]);

/** The editor that is looked into: the active one, unless it only shows printed text. */
export function textEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && !printedSchemes.has(editor.document.uri.scheme) ? editor : undefined;
}

/** The first selection that is not empty, as offsets; undefined when all are. */
export function selectedTarget(editor: vscode.TextEditor): DocumentTarget | undefined {
  const selection = editor.selections.find((candidate) => !candidate.isEmpty);
  if (!selection) return undefined;
  const { document } = editor;
  return {
    uri: document.uri.toString(),
    start: document.offsetAt(selection.start),
    end: document.offsetAt(selection.end),
  };
}

/** Name of a document as its tab shows it. */
export function documentName(uri: vscode.Uri): string {
  return path.posix.basename(uri.path) || uri.toString();
}

/**
 * The text of a range, without more of it than can be needed.
 * @param nCtx  the model's context where it is known
 */
export function readTail(document: vscode.TextDocument, range: SeenRange, nCtx: number | null): TextPiece {
  return tailOf(readerOf(document), range, nCtx);
}

/** The document's text, or as much of it around a range as `most` units allow, from a line's start. */
export function readAround(
  document: vscode.TextDocument,
  range: OffsetRange,
  most: number,
): TextPiece & { readonly whole: boolean } {
  const reader = readerOf(document);
  if (reader.length <= most) return { text: reader.slice(0, reader.length), offset: 0, whole: true };
  const middle = Math.floor((range.start + range.end) / 2);
  const from = Math.min(Math.max(0, middle - Math.floor(most / 2)), reader.length - most);
  const offset = document.offsetAt(document.lineAt(document.positionAt(from).line).range.start);
  const start = from - offset > most / 4 ? from : offset;
  return { text: reader.slice(start, start + most), offset: start, whole: false };
}

/** A document as a text that is read piece by piece. */
export function readerOf(document: vscode.TextDocument): TextReader {
  const last = document.lineAt(document.lineCount - 1).range.end;
  return {
    length: document.offsetAt(last),
    slice: (from, to) =>
      document.getText(new vscode.Range(document.positionAt(from), document.positionAt(to))),
  };
}

/**
 * Finds the document of a target and takes the text that is needed of it, from `start` at the earliest.
 * @throws {CodedError} "document-gone" when it cannot be opened any more
 */
export async function captureText(
  target: DocumentTarget,
  start: number,
  nCtx: number | null,
): Promise<CapturedText> {
  const document = await findDocument(target.uri);
  const piece = readTail(document, { start, end: target.end }, nCtx);
  const end = piece.offset + piece.text.length;
  return { document, version: document.version, piece, start: Math.min(target.start, end), end };
}

/**
 * The document at an address, opened where it is not.
 * @throws {CodedError} "document-gone"
 */
export async function findDocument(address: string): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === address);
  if (open && !open.isClosed) return open;
  const uri = vscode.Uri.parse(address);
  const gone = (cause?: unknown): CodedError =>
    new CodedError("document-gone", says.documentGone(documentName(uri)), {
      next: says.documentGoneNext(),
      cause,
    });
  // Opening an untitled document that is gone would make a new, empty one.
  if (uri.scheme === "untitled") throw gone();
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (cause) {
    throw gone(cause);
  }
}

/**
 * A place of a document from its line's start on, so that there is something before it to look at.
 * @throws {CodedError} "document-gone"
 */
export async function lineUpTo({ uri, start, end }: DocumentTarget): Promise<DocumentTarget> {
  const document = await findDocument(uri);
  const { line } = document.positionAt(start);
  return { uri, start: document.offsetAt(new vscode.Position(line, 0)), end };
}

/** Shows a range of a document in an editor that has it, else beside what is active. */
export async function revealRange(address: string, start: number, end: number): Promise<void> {
  const document = await findDocument(address);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const selection = new vscode.Range(document.positionAt(start), document.positionAt(end));
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    selection,
  });
}

/** A target from what was stored, or undefined where that is none. */
export function decodeTarget(stored: unknown): DocumentTarget | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { uri, start, end } = stored as Record<string, unknown>;
  const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (typeof uri !== "string" || !isOffset(start) || !isOffset(end) || start > end) return undefined;
  return { uri, start, end };
}
