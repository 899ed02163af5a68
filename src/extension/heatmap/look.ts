/** One text that is coloured by a scalar, and how much of it is measured. */
import type * as vscode from "vscode";
import type { HeatScale } from "../../protocol/heatmapPanel";
import type { ModelInfo } from "../../protocol/model";
import type { TextRange } from "../decorations/buckets";
import { readerOf } from "../documents/documentTarget";
import { logUnit } from "../settings";
import type { PartStore } from "./partStore";
import type { ShownMeasure } from "./pick";

/** One text that is coloured. */
export interface Look extends ShownMeasure {
  readonly document: vscode.TextDocument;
  readonly store: PartStore;
  /** Offset that attention is from or to. */
  at: number;
  info: ModelInfo | undefined;
  scale: HeatScale;
  /** Follows the head and row that are chosen in the Attention panel. */
  readonly linked?: true;
}

/** A range moved into the document. */
export function within({ document }: Look, { start, end }: TextRange): TextRange {
  return { start, end: Math.min(end, readerOf(document).length) };
}

/** Share of a text that is measured as it is now. */
export function share({ document, store }: Look): number {
  const { length } = readerOf(document);
  return length === 0 ? 1 : Math.min(1, store.covered / length);
}

/** In bits where the measure is bits per token, or all is shown in bits. */
export const isInBits = ({ inBits }: Look): boolean => inBits || logUnit() === "bits";
