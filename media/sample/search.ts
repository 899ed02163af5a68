/** Searching in sorted arrays. Small on purpose: every name is used more than once. */

/** Says how two values are ordered: negative, zero or positive. */
export type Compare<T> = (a: T, b: T) => number;

/** The usual order of numbers. */
export const ascending: Compare<number> = (a, b) => a - b;

/**
 * The first index at which `wanted` could be inserted so that `items` stays sorted:
 * everything before it is smaller, everything from it on is not.
 */
export function lowerBound<T>(items: readonly T[], wanted: T, compare: Compare<T>): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (compare(items[middle], wanted) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The index of `wanted` in `items`, or -1 where it is not there. */
export function binarySearch<T>(items: readonly T[], wanted: T, compare: Compare<T>): number {
  const index = lowerBound(items, wanted, compare);
  if (index < items.length && compare(items[index], wanted) === 0) {
    return index;
  }
  return -1;
}

/** How many of `items` lie in the range from `first` (included) to `last` (excluded). */
export function countBetween<T>(items: readonly T[], first: T, last: T, compare: Compare<T>): number {
  const start = lowerBound(items, first, compare);
  const end = lowerBound(items, last, compare);
  return Math.max(0, end - start);
}

/** Inserts into a sorted array, after no equal value and before no smaller one. */
export function insertSorted<T>(items: T[], value: T, compare: Compare<T>): void {
  items.splice(lowerBound(items, value, compare), 0, value);
}

interface Case {
  readonly items: readonly number[];
  readonly wanted: number;
  readonly expected: number;
}

const cases: readonly Case[] = [
  { items: [], wanted: 1, expected: -1 },
  { items: [1], wanted: 1, expected: 0 },
  { items: [1, 3, 5, 7], wanted: 7, expected: 3 },
  { items: [1, 3, 5, 7], wanted: 4, expected: -1 },
  { items: [2, 2, 2, 9], wanted: 2, expected: 0 },
];

for (const { items, wanted, expected } of cases) {
  const actual = binarySearch(items, wanted, ascending);
  if (actual !== expected) {
    throw new Error(`binarySearch([${items.join(", ")}], ${wanted}) is ${actual}, not ${expected}`);
  }
}

// TODO: a version for arrays that are sorted in descending order.
