/** What was looked at, one after the other, as a browser keeps it. */

/** More than anyone goes back. */
const mostEntries = 100;

/** Visits with a way back and forward. Entries are plain values. */
export class History<T> {
  private entries: T[] = [];
  private at = -1;

  get canGoBack(): boolean {
    return this.at > 0;
  }

  get canGoForward(): boolean {
    return this.at < this.entries.length - 1;
  }

  /** Notes a visit: what lay ahead is gone. The same as the last one counts once. */
  visit(entry: T): void {
    if (this.at >= 0 && JSON.stringify(this.entries[this.at]) === JSON.stringify(entry)) return;
    this.entries = [...this.entries.slice(0, this.at + 1), entry].slice(-mostEntries);
    this.at = this.entries.length - 1;
  }

  /** The entry before, which is then the current one; undefined at the beginning. */
  back(): T | undefined {
    return this.canGoBack ? this.entries[--this.at] : undefined;
  }

  /** The entry after; undefined at the end. */
  forward(): T | undefined {
    return this.canGoForward ? this.entries[++this.at] : undefined;
  }
}
