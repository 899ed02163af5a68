/** The text on which simple readings of neurons are chosen and scored: which positions count, and in which half. */
import type { ModelRecords } from "../../../graph/runner";
import type { RunWindow } from "../../../protocol/model";
import { recordWindows } from "../activations";
import { isRanked } from "../selection";

/** Folds of cross-validation inside the fitting half. */
export const nFolds = 4;

/** Marks a position that is held back: it neither chooses a reading nor fits it. */
export const heldOut = 255;

/** Tokens of the window that go into one half together. */
const block = 32;

/** Counted positions, those of the records first; -1 where a neighbour is missing. */
export interface ReadingText {
  readonly current: Int32Array;
  readonly previous: Int32Array;
  readonly next: Int32Array;
  /** The fold of each position, 0 … nFolds - 1, or `heldOut`. */
  readonly part: Uint8Array;
  /** Where each position's activation lies: index into `records.ids`, or position in the window. */
  readonly source: Int32Array;
  readonly nFromRecords: number;
}

/**
 * Counts every position of the records' windows and of the window but first and last ones and special tokens.
 * The records' first half chooses, the second is held back, so that hardly a document is in both; of the window, which
 * is one document, blocks of 32 tokens go to the two halves in turn.
 */
export function readingText(window: RunWindow, records: ModelRecords | null, nCtx: number): ReadingText {
  const rows: number[][] = [];
  const windows = records ? recordWindows(records, nCtx) : [];
  const half = Math.ceil(windows.length / 2);
  windows.forEach(({ first, ids }, w) => {
    const part = w < half ? Math.floor((w * nFolds) / half) : heldOut;
    for (let pos = 1; pos < ids.length - 1; pos++) {
      rows.push([ids[pos], ids[pos - 1], ids[pos + 1], part, first + pos]);
    }
  });
  const nFromRecords = rows.length;
  const { ids } = window;
  for (let pos = 1; pos < ids.length - 1; pos++) {
    const turn = Math.floor(pos / block);
    const part = turn % 2 === 0 ? (turn / 2) % nFolds : heldOut;
    if (isRanked(window, pos)) rows.push([ids[pos], ids[pos - 1], ids[pos + 1], part, pos]);
  }
  const column = (i: number) => Int32Array.from(rows, (row) => row[i]);
  return {
    current: column(0),
    previous: column(1),
    next: column(2),
    part: Uint8Array.from(rows, (row) => row[3]),
    source: column(4),
    nFromRecords,
  };
}

/** A neuron's activations at the counted positions. */
export function countedActivations(
  text: ReadingText,
  overRecords: Float32Array | undefined,
  overWindow: Float32Array,
): Float32Array {
  return Float32Array.from(text.source, (at, i) =>
    i < text.nFromRecords ? (overRecords as Float32Array)[at] : overWindow[at],
  );
}
