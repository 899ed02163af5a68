/** Columns of the lens that are kept while someone types: those of the longest common prefix of ids. */
import { commonPrefix } from "../../base/commonPrefix";
import type { LensCell, LensTrajectory } from "../../protocol/lens";

/** Everything about one position: a cell per row, and the trajectories once they were asked for. */
export interface LensColumn {
  readonly cells: readonly LensCell[];
  readonly trajectories?: readonly LensTrajectory[];
}

/** More columns than any view shows; about a megabyte. */
const mostColumns = 512;

/**
 * Kept columns of one model; the caller keeps one object per model and passes it to each view.
 * A column depends on the ids up to its position and on k, and on nothing else, so it is kept only while these hold.
 */
export class LensColumns {
  private ids: readonly number[] = [];
  private k = 0;
  private readonly columns = new Map<number, LensColumn>();

  /** Lets go of the columns that do not belong to these ids and this k. */
  align(ids: readonly number[], k: number): void {
    const shared = k === this.k ? commonPrefix(ids, this.ids) : 0;
    for (const pos of this.columns.keys()) {
      if (pos >= shared) this.columns.delete(pos);
    }
    this.ids = [...ids];
    this.k = k;
  }

  /** The column at a position of the aligned ids. */
  get(pos: number): LensColumn | undefined {
    return this.columns.get(pos);
  }

  /** Keeps a column computed for these ids and k, unless the cache has been aligned to others meanwhile. */
  put(key: { readonly ids: readonly number[]; readonly k: number }, pos: number, column: LensColumn): void {
    if (key.k !== this.k || commonPrefix(key.ids, this.ids) <= pos) return;
    this.columns.delete(pos);
    this.columns.set(pos, column);
    for (const oldest of this.columns.keys()) {
      if (this.columns.size <= mostColumns) break;
      this.columns.delete(oldest);
    }
  }
}
