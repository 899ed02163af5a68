/** The windows in which the tokens of a long text are measured. */

/** Ids [start, end) are run together; of them [from, end) are measured here, in the first window that reaches them. */
export interface TokenWindow {
  readonly start: number;
  readonly from: number;
  readonly end: number;
}

/**
 * Windows of `most` ids that move by half of it. Each token from `first` on is in one window's [from, end): with at
 * least half a window before it, except at the beginning.
 */
export function* tokenWindows(n: number, most: number, first: number): Generator<TokenWindow> {
  const stride = Math.max(1, Math.floor(most / 2));
  let from = first;
  for (let start = 0; from < n; start += stride) {
    const end = Math.min(n, start + most);
    if (end > from) yield { start, from, end };
    from = Math.max(from, end);
  }
}
