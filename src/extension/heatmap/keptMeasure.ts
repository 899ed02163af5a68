/** The scalar that coloured a text before the window was reloaded: kept with the workspace, decoded when it is read. */
import type { Memento } from "vscode";
import { decodeMeasure } from "../../protocol/decodeHeatmap";
import type { ShownMeasure } from "./pick";

const key = "heatmap";

/** A measure and the address of the text it colours. */
export interface KeptLook extends ShownMeasure {
  readonly uri: string;
}

/** What coloured a text last; undefined where nothing did, or another version stored it. */
export function readKept(memento: Memento): KeptLook | undefined {
  const stored: unknown = memento.get(key);
  if (typeof stored !== "object" || stored === null) return undefined;
  const { uri, measure, inBits, whole } = stored as Record<string, unknown>;
  if (typeof uri !== "string") return undefined;
  try {
    return { uri, measure: decodeMeasure(measure, key), inBits: inBits === true, whole: whole === true };
  } catch {
    return undefined;
  }
}

/** Keeps it; undefined once the colours are taken off. */
export function keep(memento: Memento, look: KeptLook | undefined): void {
  void memento.update(key, look);
}
