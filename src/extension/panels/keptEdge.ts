/** The edge of a head that was taken apart: stored with what was looked at, for the same text and head alone. */

/** Positions of the window. */
export interface EdgeAt {
  readonly query: number;
  readonly key: number;
}

/** The edge as it is now. */
export class KeptEdge {
  private at: EdgeAt | undefined;
  /** Of a text that is looked at again: its positions are meant. */
  private recalled = false;

  /** The edge that belongs to what is shown. */
  get value(): EdgeAt | undefined {
    return this.at;
  }

  /** Takes an edge, or none. */
  choose(at: EdgeAt | undefined): void {
    this.at = at;
  }

  /** A text is run: the edge of the one before is let go, unless it is the one it was stored with. */
  begin(): void {
    if (!this.recalled) this.at = undefined;
    this.recalled = false;
  }

  /** Plain values to store. */
  stored(): Readonly<Record<string, unknown>> {
    return this.at ? { edge: this.at } : {};
  }

  /** Takes stored values back; a look without an edge has none. */
  recall({ edge }: Readonly<Record<string, unknown>>): void {
    const { query, key } = (edge ?? {}) as Record<string, unknown>;
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
    this.at = isIndex(query) && isIndex(key) ? { query, key } : undefined;
    this.recalled = this.at !== undefined;
  }
}
