/** The cells of a select: n² questions, so the usual kinds of operands get loops over plain numbers. */
import { Float, type Atom } from "../values/atom";
import { atomKey, compareAtoms, type Comparison } from "../values/compare";
import type { Sequence } from "../values/sequence";
import type { Budget } from "./budget";
import type { Predicate } from "./nodes";

/** What a select asks. */
export interface Question {
  readonly keys: Sequence;
  readonly queries: Sequence;
  readonly predicate: Predicate;
  /** Counts the steps of predicates that the program itself defines. */
  readonly budget: Budget;
}

/** Fills `cells[query * keys.length + key]`. */
export function fillCells(cells: Uint8Array, { keys, queries, predicate, budget }: Question): void {
  if (predicate.kind === "always") {
    cells.fill(predicate.value ? 1 : 0);
  } else if (predicate.kind === "function") {
    fillBy(cells, keys, queries, (key, query) => predicate.test(key, query, budget));
  } else {
    const numbers = comparable(keys, queries, predicate.sign);
    if (numbers === null) fillBy(cells, keys, queries, (k, q) => compareAtoms(predicate.sign, k, q));
    else fillNumbers(cells, numbers.keys, numbers.queries, predicate.sign);
  }
}

function fillBy(
  cells: Uint8Array,
  keys: Sequence,
  queries: Sequence,
  test: (key: Atom, query: Atom) => boolean,
): void {
  let at = 0;
  for (const query of queries) for (const key of keys) cells[at++] = test(key, query) ? 1 : 0;
}

interface Numbers {
  readonly keys: Float64Array;
  readonly queries: Float64Array;
}

/** Numbers that compare as the atoms do; null where the atoms must be asked one by one. */
function comparable(keys: Sequence, queries: Sequence, sign: Comparison): Numbers | null {
  const ask = (all: Sequence): Float64Array | null => {
    const numbers = new Float64Array(all.length);
    for (let i = 0; i < all.length; i++) {
      const atom = all[i];
      if (typeof atom === "number") numbers[i] = atom;
      else if (typeof atom === "boolean") numbers[i] = atom ? 1 : 0;
      else if (atom instanceof Float) numbers[i] = atom.value;
      else return null;
    }
    return numbers;
  };
  const [k, q] = [ask(keys), ask(queries)];
  if (k !== null && q !== null) return { keys: k, queries: q };
  if (sign === "==" || sign === "!=") return named(keys, queries);
  return ranked(keys, queries);
}

/** Equal atoms get equal numbers. NaN equals nothing, so it is left to the slow way. */
function named(keys: Sequence, queries: Sequence): Numbers | null {
  const names = new Map<string, number>();
  let hasNaN = false;
  const nameAll = (all: Sequence): Float64Array =>
    Float64Array.from(all, (atom) => {
      if (atom instanceof Float && Number.isNaN(atom.value)) hasNaN = true;
      const key = atomKey(atom);
      const known = names.get(key);
      if (known !== undefined) return known;
      names.set(key, names.size);
      return names.size - 1;
    });
  const numbers = { keys: nameAll(keys), queries: nameAll(queries) };
  return hasNaN ? null : numbers;
}

/** Strings by their rank among all that occur; null where something else occurs too. */
function ranked(keys: Sequence, queries: Sequence): Numbers | null {
  const texts = new Set<string>();
  for (const all of [keys, queries]) {
    for (const atom of all) {
      if (typeof atom !== "string") return null;
      texts.add(atom);
    }
  }
  const sorted = [...texts].sort((a, b) => (compareAtoms("<", a, b) ? -1 : 1));
  const ranks = new Map(sorted.map((text, rank) => [text, rank]));
  const rankAll = (all: Sequence): Float64Array =>
    Float64Array.from(all, (atom) => ranks.get(atom as string) ?? 0);
  return { keys: rankAll(keys), queries: rankAll(queries) };
}

function fillNumbers(cells: Uint8Array, keys: Float64Array, queries: Float64Array, sign: Comparison): void {
  const columns = keys.length;
  for (let row = 0; row < queries.length; row++) {
    const query = queries[row];
    const start = row * columns;
    switch (sign) {
      case "==":
        for (let i = 0; i < columns; i++) cells[start + i] = keys[i] === query ? 1 : 0;
        break;
      case "!=":
        for (let i = 0; i < columns; i++) cells[start + i] = keys[i] !== query ? 1 : 0;
        break;
      case "<":
        for (let i = 0; i < columns; i++) cells[start + i] = keys[i] < query ? 1 : 0;
        break;
      case "<=":
        for (let i = 0; i < columns; i++) cells[start + i] = keys[i] <= query ? 1 : 0;
        break;
      case ">":
        for (let i = 0; i < columns; i++) cells[start + i] = keys[i] > query ? 1 : 0;
        break;
      case ">=":
        for (let i = 0; i < columns; i++) cells[start + i] = keys[i] >= query ? 1 : 0;
        break;
    }
  }
}
