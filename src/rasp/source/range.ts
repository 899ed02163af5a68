/** Where something stands in a program's text. */

/** Half-open: UTF-16 code units from `start` up to, not including, `end`. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** The range from the start of one to the end of the other. */
export function spanning(first: SourceRange, last: SourceRange): SourceRange {
  return { start: first.start, end: last.end };
}

/** How many items at the front of a list hold; those that hold stand before all others. */
export function countUntil<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let from = 0;
  let to = items.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(items[middle])) from = middle + 1;
    else to = middle;
  }
  return from;
}
