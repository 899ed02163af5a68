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

/**
 * "no key", "key 3", "keys 2, 3" or "all 5 keys".
 * @param selected the positions among those that are drawn
 * @param keys     how many are drawn
 * @param beyond   how many more are selected that are not drawn; null where all are drawn
 */
export function keysSelected(
  selected: readonly number[],
  keys: number,
  beyond: number | null = null,
): string {
  const more = beyond ?? 0;
  if (selected.length === 0)
    return more === 0 ? "no key" : `${more} ${more === 1 ? "key that is" : "keys that are"} not drawn`;
  if (selected.length === keys && keys > 1 && beyond === null) return `all ${keys} keys`;
  const drawn = `${selected.length === 1 ? "key" : "keys"} ${positionList(selected)}`;
  return more === 0 ? drawn : `${drawn} and ${more} not drawn`;
}

/** The keys that a query of a step selects, in words. */
export function selectedWords({ first }: Pick<RaspPicture, "first">, step: Selecting, query: number): string {
  const row = step.matrix?.[query] ?? "";
  const selected = selectedKeys(step.matrix ?? [], query).map((key) => first + key);
  return keysSelected(selected, row.length, step.beyond && (step.beyond[query] ?? 0));
}

/** Whether a query selects no key at all, drawn or not. */
export function selectsNothing({ matrix, beyond }: Selecting, query: number): boolean {
  return !(matrix?.[query] ?? "").includes("1") && (beyond?.[query] ?? 0) === 0;
}

type Selecting = Pick<RaspStep, "matrix" | "beyond">;

/** One of the drawn positions with its token: "2 (l)". */
export function placeName({ tokens, first }: Pick<RaspPicture, "tokens" | "first">, drawn: number): string {
  const token = tokens[drawn];
  return token === undefined ? String(first + drawn) : `${first + drawn} (${visibleText(token)})`;
}

/** What a screen reader says of a query: "query 2 (l) selects keys 2, 3". */
export function queryWords(
  picture: Pick<RaspPicture, "tokens" | "first">,
  step: Selecting,
  query: number,
): string {
  return `query ${placeName(picture, query)} selects ${selectedWords(picture, step, query)}`;
}

/** A sentence on the whole matrix of a step; null where it has none. */
export function matrixSummary({ matrix, beyond }: Selecting): string | null {
  if (!matrix) return null;
  const counts = matrix.map((row) => [...row].filter((cell) => cell === "1").length);
  const keys = matrix[0]?.length ?? 0;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const whole = counts.map((count, query) => count + (beyond?.[query] ?? 0));
  const [least, most] = [Math.min(...whole), Math.max(...whole)];
  if (matrix.length === 0) return "No positions.";
  const size = `${matrix.length} ${matrix.length === 1 ? "query" : "queries"} by ${keys} ${keys === 1 ? "key" : "keys"}`;
  const range =
    least === most ? `each query selects ${keyCount(least)}` : `a query selects ${least} to ${most} keys`;
  return `${size}${beyond === null ? "" : " drawn"}, ${all} of ${matrix.length * keys} pairs selected: ${range}.`;
}

const keyCount = (count: number): string =>
  count === 0 ? "none" : count === 1 ? "one key" : `${count} keys`;
