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
