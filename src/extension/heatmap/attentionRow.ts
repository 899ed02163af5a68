/** A row of attention that colours a text: of a head, from one token. */
import type * as vscode from "vscode";
import type { ShownMeasure } from "./pick";

/** A row in a document: `at` is the offset of the token that attends. */
export interface AttentionRow {
  readonly document: vscode.TextDocument;
  readonly at: number;
  readonly layer: number;
  readonly head: number;
}

/** The measure of a head's row. */
export const attentionFrom = ({ layer, head }: Pick<AttentionRow, "layer" | "head">): ShownMeasure => ({
  measure: { kind: "attention", direction: "from", layer, head },
  inBits: false,
  whole: false,
});

/** Where an editor's cursor is. */
export const cursorIn = ({
  document,
  selection,
}: vscode.TextEditor): Pick<AttentionRow, "document" | "at"> => ({
  document,
  at: document.offsetAt(selection.start),
});
