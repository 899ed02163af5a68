/** Positions and what is selected there, in words. Pure. */
import type { RaspPicture, RaspStep } from "../../../src/protocol/raspPicture";
import { visibleText } from "../../shared/tokenText";

/** The positions that a query selects. */
export function selectedKeys(matrix: readonly string[], query: number): readonly number[] {
  return [...(matrix[query] ?? "")].flatMap((cell, key) => (cell === "1" ? [key] : []));
}

/** Ascending positions, neighbours drawn together from three on: "0 to 2, 5". */
export function positionList(positions: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < positions.length;) {
    const first = positions[i]!;
    let last = i;
    while (positions[last + 1] === positions[last]! + 1) last++;
    if (last - i >= 2) {
      parts.push(`${first} to ${positions[last]!}`);
      i = last + 1;
    } else {
      parts.push(String(first));
      i++;
    }
  }
  return parts.join(", ");
}

/** "no key", "key 3", "keys 2, 3" or "all 5 keys". */
export function keysSelected(selected: readonly number[], keys: number): string {
  if (selected.length === 0) return "no key";
  if (selected.length === keys && keys > 1) return `all ${keys} keys`;
  return `${selected.length === 1 ? "key" : "keys"} ${positionList(selected)}`;
}

/** A position with its token: "2 (l)". */
export function placeName({ tokens }: Pick<RaspPicture, "tokens">, position: number): string {
  const token = tokens[position];
  return token === undefined ? String(position) : `${position} (${visibleText(token)})`;
}

/** What a screen reader says of a query: "query 2 (l) selects keys 2, 3". */
export function queryWords(
  picture: Pick<RaspPicture, "tokens">,
  matrix: readonly string[],
  query: number,
): string {
  const row = matrix[query] ?? "";
  return `query ${placeName(picture, query)} selects ${keysSelected(selectedKeys(matrix, query), row.length)}`;
}

/** A sentence on the whole matrix of a step; null where it has none. */
export function matrixSummary({ matrix }: Pick<RaspStep, "matrix">): string | null {
  if (!matrix) return null;
  const counts = matrix.map((row) => [...row].filter((cell) => cell === "1").length);
  const keys = matrix[0]?.length ?? 0;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (matrix.length === 0) return "No positions.";
  const size = `${matrix.length} ${matrix.length === 1 ? "query" : "queries"} by ${keys} ${keys === 1 ? "key" : "keys"}`;
  const range =
    least === most ? `each query selects ${keyCount(least)}` : `a query selects ${least} to ${most} keys`;
  return `${size}, ${all} of ${matrix.length * keys} pairs selected: ${range}.`;
}

const keyCount = (count: number): string =>
  count === 0 ? "none" : count === 1 ? "one key" : `${count} keys`;
