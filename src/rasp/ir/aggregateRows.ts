/** The values of an aggregate, row by row. */
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { Float } from "../values/atom";
import type { Sequence } from "../values/sequence";
import type { Matrix } from "./matrix";
import type { AggregateNode } from "./nodes";
import type { Reducer } from "./reducers";

/**
 * Each row's selected values reduced to one.
 * @throws {RaspError} "type" where the reducer does not take the values, or keys and values differ in number
 */
export function aggregateRows(matrix: Matrix, values: Sequence | null, node: AggregateNode): Sequence {
  const { rows, columns, cells } = matrix;
  if (values === null) return counts(matrix, node.default);
  const all = node.value?.kind === "constant" ? new Array<Atom>(columns).fill(node.value.value) : values;
  if (all.length !== columns) {
    throw new RaspError("type", `The selector has ${columns} keys, but the values are ${all.length}.`);
  }
  const { reducer } = node;
  const sums = plainSums(all, reducer);
  const forbidden = lazily(() => reducer.forbids?.(all) ?? null);
  const result = new Array<Atom>(rows);
  const picked: Atom[] = [];
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let found = 0;
    let first = -1;
    for (let i = 0; i < columns; i++) {
      if (cells[start + i] === 0) continue;
      if (found++ === 0) first = i;
    }
    if (found === 0) result[row] = node.default;
    else if (found < reducer.least) result[row] = all[first];
    else {
      const why = found > 1 ? forbidden() : null;
      if (why !== null) throw new RaspError("type", why);
      if (sums !== null) result[row] = sums(cells, start, found);
      else {
        picked.length = 0;
        for (let i = first; i < columns; i++) if (cells[start + i] !== 0) picked.push(all[i]);
        result[row] = reducer.reduce(picked);
      }
    }
  }
  return result;
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function counts({ rows, columns, cells }: Matrix, empty: Atom): Sequence {
  return Array.from({ length: rows }, (_, row) => {
    let found = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) found += cells[i];
    return found === 0 ? empty : found;
  });
}

/** Means of plain small ints without an array a row; null where the reducer or the values are others. */
function plainSums(
  all: Sequence,
  reducer: Reducer,
): ((cells: Uint8Array, start: number, found: number) => Atom) | null {
  if (reducer.name !== "mean" && reducer.name !== "mean-or-none" && reducer.name !== "sum") return null;
  // So small that no sum of them leaves the safe ints.
  if (!all.every((value) => typeof value === "number" && Math.abs(value) < 2 ** 32)) return null;
  const numbers = Float64Array.from(all as readonly number[]);
  const mean = reducer.name !== "sum";
  return (cells, start, found) => {
    let total = 0;
    for (let i = 0; i < numbers.length; i++) if (cells[start + i] !== 0) total += numbers[i];
    return mean ? new Float(total / found) : total + 0;
  };
}
