/**
 * Texts behind space tokens, so that what is injected in front falls on none of their words: the second way of
 * measuring perplexity under activation additions.
 *
 * Source: activation additions, Turner et al., 2023 (`pad` of their corpus experiment).
 */
import type { Edit } from "../../../protocol/edit";
import { AnalysisError } from "../analysisError";
import { editedPositions, valueRows } from "../editValue";

/** What is needed beside a text to pad it. */
export interface Padding {
  /** How many positions are injected in front. */
  readonly front: number;
  /** The token that is one space; null where there is none. */
  readonly spaceId: number | null;
  /** The token before which nothing is put; null where there is none. */
  readonly bosId: number | null;
  readonly nCtx: number;
}

/**
 * How many positions numeric edits take in front: up to the last one that they name from there. None for those that are
 * at every position, and for positions counted from the end.
 */
export function injectedInFront(edits: readonly Edit[]): number {
  return edits.reduce((most, edit) => Math.max(most, inFront(edit)), 0);
}

function inFront(edit: Edit): number {
  const { positions } = edit;
  const rows = valueRows(edit).length;
  if (positions === "last") return 0;
  if (typeof positions === "string") return rows > 1 || positions === "prefill-front" ? rows : 0;
  // Of the indices as they are: one that counts from the end stays below zero in a text of no length.
  return 1 + Math.max(-1, ...editedPositions(edit, 0));
}

/**
 * A text with space tokens in front of its words, as many as make its beginning (with its BOS token, where it has one) as
 * long as what is injected. What does not fit the context behind them goes on in further pieces, padded alike.
 * @throws {AnalysisError} "no-space-token"; "out-of-range" where no context is left
 */
export function paddedPieces(
  ids: readonly number[],
  { front, spaceId, bosId, nCtx }: Padding,
): (readonly number[])[] {
  const bos = bosId !== null && ids[0] === bosId ? [bosId] : [];
  const space = spaces(front, spaceId);
  const room = nCtx - Math.max(front, bos.length);
  if (room < 2) {
    const message = `What is injected takes ${front} of ${nCtx} positions, which leaves none for padded texts.`;
    throw new AnalysisError("out-of-range", message, { next: "Inject shorter texts, or leave pad out." });
  }
  const pieces: (readonly number[])[] = [];
  for (let start = bos.length; start < ids.length; start += room) {
    const head = start === bos.length ? [...bos, ...space.slice(bos.length)] : space;
    pieces.push([...head, ...ids.slice(start, start + room)]);
  }
  return pieces;
}

function spaces(n: number, spaceId: number | null): readonly number[] {
  if (n === 0) return [];
  if (spaceId !== null) return new Array<number>(n).fill(spaceId);
  const message = "The vocabulary has no token for a space to pad texts with.";
  throw new AnalysisError("no-space-token", message, { next: "Leave pad out." });
}
