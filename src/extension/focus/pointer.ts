/** The one token that is pointed at, by a cursor or a pointer, in an editor or on a page. */

/** A range of a document, UTF-16 offsets. */
export interface DocumentPlace {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** Who points: an editor marks only what others point at, since its own cursor is seen. */
export type PointedBy = "editor" | "page";

/** Holds the place and tells of each other one. Nothing is computed for it. */
export class Pointer {
  private current: DocumentPlace | null = null;
  private source: PointedBy = "editor";
  private count = 0;
  private readonly listeners = new Set<() => void>();

  get place(): DocumentPlace | null {
    return this.current;
  }

  get by(): PointedBy {
    return this.source;
  }

  /** Grows with every change. */
  get seq(): number {
    return this.count;
  }

  /** Points somewhere else, or at nothing. The same place counts anew when it comes from the other side. */
  point(place: DocumentPlace | null, by: PointedBy): void {
    if (same(place, this.current) && (place === null || by === this.source)) return;
    this.current = place;
    this.source = by;
    this.count++;
    for (const listener of [...this.listeners]) listener();
  }

  /** Listens to changes; the returned function stops listening. */
  onDidChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

function same(a: DocumentPlace | null, b: DocumentPlace | null): boolean {
  return a === b || (a?.uri === b?.uri && a?.start === b?.start && a?.end === b?.end);
}
