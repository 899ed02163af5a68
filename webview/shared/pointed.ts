/** The token that is pointed at, here or elsewhere: marked wherever the page shows it. */
import type { OffsetRange } from "../../src/protocol/engineApi";
import type { Pointed } from "../../src/protocol/focus";
import type { Host } from "./host";

/** Tells parts of a page where one points, and the host where one points in this page. */
export class PointedToken {
  private range: OffsetRange | null = null;
  private seq = -1;
  private told = "null";
  private readonly listeners = new Set<(range: OffsetRange | null) => void>();

  constructor(private readonly host: () => Host) {}

  /** Takes what the host says, unless something newer was taken before. */
  receive({ seq, range }: Pointed): void {
    if (seq <= this.seq) return;
    this.seq = seq;
    // What this page told before may be overruled by now.
    this.told = "";
    this.show(range);
  }

  /** Points at a token of the document; null: at none. Every place is told once. */
  point(range: OffsetRange | null): void {
    const words = JSON.stringify(range);
    if (words === this.told) return;
    this.told = words;
    this.show(range);
    this.host().ask("focus/point", { range });
  }

  /** Marks items by their tokens: `mark` is called for each change. */
  onChange(mark: (range: OffsetRange | null) => void): void {
    this.listeners.add(mark);
    mark(this.range);
  }

  /** Whether a token is the one pointed at. */
  isAt(token: { readonly start: number; readonly end: number; readonly prefix?: true | undefined }): boolean {
    return isPointedAt(this.range, token);
  }

  private show(range: OffsetRange | null): void {
    this.range = range;
    for (const listener of this.listeners) listener(range);
  }
}

/** A token is pointed at where it shares a unit with the range; tokens of no document are not. */
export function isPointedAt(
  range: OffsetRange | null,
  token: { readonly start: number; readonly end: number; readonly prefix?: true | undefined },
): boolean {
  if (range === null || token.prefix || token.start >= token.end) return false;
  return token.start < range.end && token.end > range.start;
}
