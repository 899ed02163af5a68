/** Columns of the lens that are kept while someone types: those of the longest common prefix of ids. */
import { commonPrefix } from "../../base/commonPrefix";
import type { LensCell, LensTrajectory } from "../../protocol/lens";

/** Everything about one position: a cell per row, and the tokens followed through them. */
export interface LensColumn {
  readonly cells: readonly LensCell[];
  readonly trajectories: readonly LensTrajectory[];
  /** The token that follows in the text, whose surprisal the cells have; null where none does. */
  readonly next: number | null;
  /** Per row log Σ exp(logit): with it a logit becomes a surprisal. */
  readonly logSumExp: readonly number[];
  /** What was decoded, [row, dModel]; kept for the newest columns alone. */
  readonly rows?: Float32Array | undefined;
}

/** What columns are made for: the ids of the window, tokens listed per cell, ids followed. */
export interface ColumnsKey {
  readonly ids: readonly number[];
  readonly k: number;
  readonly chosen: readonly number[];
}

/** Newest columns whose rows are kept: what is typed next changes what follows the last one. */
const mostWithRows = 4;
/** More columns than any view shows; about a megabyte. */
const mostColumns = 512;

/**
 * Kept columns of one model; the caller keeps one object per model and passes it to each view.
 * A column depends on the ids up to its position, on the one behind it, on k and on what is followed, and on nothing
 * else, so it is kept only while these hold.
 */
export class LensColumns {
  private key: ColumnsKey = { ids: [], k: 0, chosen: [] };
  private readonly columns = new Map<number, LensColumn>();

  /** Lets go of the columns that do not belong to these ids, this k and these chosen ids. */
  align(key: ColumnsKey): void {
    const shared = isAlike(key, this.key) ? commonPrefix(key.ids, this.key.ids) : 0;
    for (const pos of this.columns.keys()) {
      if (pos >= shared) this.columns.delete(pos);
    }
    this.key = { ...key, ids: [...key.ids] };
  }

  /** The column at a position of the aligned ids. */
  get(pos: number): LensColumn | undefined {
    const column = this.columns.get(pos);
    return column?.next === (this.key.ids[pos + 1] ?? null) ? column : undefined;
  }

  /** A column that is right but for the token that follows it, which is another one by now. */
  renewable(pos: number): (LensColumn & { readonly rows: Float32Array }) | undefined {
    const column = this.columns.get(pos);
    return column?.rows === undefined ? undefined : { ...column, rows: column.rows };
  }

  /** Keeps a column computed for a key, unless the cache has been aligned to another meanwhile. */
  put(key: ColumnsKey, pos: number, column: LensColumn): void {
    if (!isAlike(key, this.key) || commonPrefix(key.ids, this.key.ids) <= pos) return;
    this.columns.delete(pos);
    this.columns.set(pos, column);
    const withRows = [...this.columns].filter(([, { rows }]) => rows !== undefined);
    for (const [old, kept] of withRows.slice(0, -mostWithRows))
      this.columns.set(old, { ...kept, rows: undefined });
    for (const oldest of this.columns.keys()) {
      if (this.columns.size <= mostColumns) break;
      this.columns.delete(oldest);
    }
  }
}

const isAlike = (a: ColumnsKey, b: ColumnsKey): boolean => a.k === b.k && a.chosen.join() === b.chosen.join();
