/** What each edit does to the vectors of a hook, in plain loops and double precision: the second implementation of edits. */
import type { Edit } from "../../src/protocol/edit";
import type { Tensor } from "../../src/tensor/tensor";

/** What an edit is applied to: the hook's value [pos, …], and what the other run has there. */
export interface Edited {
  readonly value: Tensor;
  readonly other: Tensor;
  /** Entries per head or neuron. */
  readonly unit: number;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** The part of `row` in the span of directions, by solving the normal equations (not by orthonormal rows). */
function inSpan(row: readonly number[], directions: readonly (readonly number[])[]): number[] {
  const k = directions.length;
  const m = directions.map((a) => [...directions.map((b) => dot(a, b)), dot(a, row)]);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (i === j) continue;
      const factor = (m[j]![i] as number) / (m[i]![i] as number);
      for (let c = i; c <= k; c++) m[j]![c] = (m[j]![c] as number) - factor * (m[i]![c] as number);
    }
  }
  const weights = m.map((line, i) => (line[k] as number) / (line[i] as number));
  return row.map((_, e) =>
    directions.reduce((sum, d, i) => sum + (weights[i] as number) * (d[e] as number), 0),
  );
}

/** The rows [pos, width] after the edit. */
export function editedRows(edit: Edit, { value, other, unit }: Edited): number[][] {
  const n = value.shape[0] as number;
  const width = value.data.length / n;
  const rows = (of: Tensor): number[][] =>
    Array.from({ length: of.shape[0] as number }, (_, p) => [
      ...of.data.subarray(p * width, (p + 1) * width),
    ]);
  const before = rows(value);
  const source = rows(other);
  const chosen = edit.heads ?? edit.neurons;
  const touched = (e: number): boolean => !chosen || chosen.includes(Math.floor(e / unit));
  const mask = (row: readonly number[]): number[] => row.map((x, e) => (touched(e) ? x : 0));
  const listed =
    edit.value === undefined || !Array.isArray(edit.value) ? [] : (edit.value as number[] | number[][]);
  const given = (Array.isArray(listed[0]) ? listed : [listed]) as number[][];
  const mean = (of: readonly number[][]): number[] =>
    (of[0] as number[]).map(
      (_, e) => of.slice(1).reduce((sum, row) => sum + (row[e] as number), 0) / (of.length - 1),
    );
  const target = (row: number[], p: number): number[] => {
    switch (edit.op) {
      case "add":
        return row.map((x, e) => x + (given[0]![e] as number));
      case "set":
        return given[0] as number[];
      case "zero":
        return row.map(() => 0);
      case "mean":
        return edit.value === undefined ? mean(before) : mean(source);
      case "project-out":
        return row.map((x, e) => x - (inSpan(mask(row), given.map(mask))[e] as number));
      case "keep":
        return inSpan(mask(row), given.map(mask));
      case "clamp":
        return row.map((x) => Math.min(Math.max(x, edit.min ?? -Infinity), edit.max ?? Infinity));
      case "interchange":
      case "freeze": {
        const from = source[edit.from?.[0] ?? p] as number[];
        if (edit.subspace === undefined) return from;
        const span = (edit.subspace as number[][]).map(mask);
        const change = mask(from).map((x, e) => x - (mask(row)[e] as number));
        return row.map((x, e) => x + (inSpan(change, span)[e] as number));
      }
      default:
        throw new Error(`no formula for ${edit.op}`);
    }
  };
  const positions = edit.positions as readonly number[];
  return before.map((row, p) => {
    if (!positions.includes(p)) return row;
    const strength = edit.scale ?? 1;
    const aim = edit.op === "scale" ? row.map((x) => x * strength) : target(row, p);
    const share = edit.op === "scale" ? 1 : strength;
    const after = row.map((x, e) => (touched(e) ? x + share * ((aim[e] as number) - x) : x));
    if (edit.preserveNorm !== true) return after;
    const long = value.axes[1] === "head" ? (value.shape[2] as number) : width;
    return after.map((x, e) => {
      const at = Math.floor(e / long) * long;
      const norm = (of: readonly number[]): number =>
        Math.sqrt(dot(of.slice(at, at + long), of.slice(at, at + long)));
      return (x * norm(row)) / norm(after);
    });
  });
}
