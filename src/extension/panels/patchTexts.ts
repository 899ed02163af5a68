/** The two texts of a patch: what was selected, where, and what the model sees before each. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { RunContext } from "../../protocol/model";
import { decodePatchChoice } from "../../protocol/decodePatchChoice";
import type { PatchChoice, PatchSide } from "../../protocol/patch";
import type { RunChoice } from "../../protocol/panelApi";
import { captureText, findDocument, type DocumentTarget } from "../documents/documentTarget";
import { cutTail } from "../documents/textTail";
import { says } from "../messages";
import { bosPolicy } from "../settings";

/** A text as it was selected; `at` is null for one that stands in no document. */
export interface MarkedText {
  readonly text: string;
  readonly at: DocumentTarget | null;
}

/** Two texts, and the name of the document that is shown. */
export interface Texts {
  readonly base: MarkedText;
  readonly source: MarkedText;
  readonly document: string | null;
  /** Tokens and positions that were chosen for them. */
  readonly choice?: PatchChoice | undefined;
}

/** The text of a target as it is now. */
export async function markedText(target: DocumentTarget): Promise<MarkedText> {
  const document = await findDocument(target.uri);
  const { uri, start, end } = target;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  return { text: document.getText(range), at: { uri, start, end } };
}

/**
 * What the engine is asked of one text.
 * @throws {CodedError} "document-gone"; "text-changed" where another text stands at its place by now
 */
export async function sideOf({ text, at }: MarkedText, choice: RunChoice, nCtx: number): Promise<PatchSide> {
  const bos = bosPolicy();
  if (choice.context === "document" && at !== null) {
    const { piece, start } = await captureText(at, 0, nCtx);
    const seen = cutTail(piece, 0, nCtx);
    if (!seen.text.endsWith(text) || seen.offset + seen.text.length !== at.end)
      throw new CodedError("text-changed", says.patchChanged(), { next: says.patchChangedNext() });
    return { input: { kind: "text", ...seen, context: { kind: "document" }, bos }, start };
  }
  const context: RunContext =
    choice.context === "prefix"
      ? { kind: "prefix", from: 0, prefix: choice.prefix }
      : { kind: "selection", from: 0 };
  return { input: { kind: "text", text, offset: 0, context, bos }, start: 0 };
}

/** Texts from what was stored, or undefined where that is none. */
export function decodeTexts(stored: unknown): Texts | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { base, source, document, choice } = stored as Record<string, unknown>;
  const [one, other] = [decodeMarked(base), decodeMarked(source)];
  if (!one || !other) return undefined;
  const name = typeof document === "string" ? document : null;
  return { base: one, source: other, document: name, ...choiceOf(choice) };
}

function choiceOf(stored: unknown): Pick<Texts, "choice"> {
  try {
    return { choice: decodePatchChoice(stored, "choice") };
  } catch {
    return {};
  }
}

/** A text from what was stored, or undefined where that is none. */
export function decodeMarked(stored: unknown): MarkedText | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { text, at } = stored as Record<string, unknown>;
  if (typeof text !== "string") return undefined;
  return { text, at: decodePlace(at) };
}

function decodePlace(stored: unknown): DocumentTarget | null {
  if (typeof stored !== "object" || stored === null) return null;
  const { uri, start, end } = stored as Record<string, unknown>;
  const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof uri === "string" && isOffset(start) && isOffset(end) && start < end
    ? { uri, start, end }
    : null;
}
