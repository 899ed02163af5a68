/** Values of windows that were measured lately, found again while one scrolls or types behind them. */
import type { WindowValues } from "./window";

/** Windows kept: some 130,000 tokens of a small context, with their alternatives. */
const mostKept = 256;

/** The caller keeps one object per model. */
export class WindowCache {
  private readonly kept = new Map<string, WindowValues>();

  /** The values under a key. */
  get(key: string): WindowValues | undefined {
    const found = this.kept.get(key);
    if (found !== undefined) this.put(key, found);
    return found;
  }

  /** Keeps values; those not used for longest go. */
  put(key: string, values: WindowValues): void {
    this.kept.delete(key);
    this.kept.set(key, values);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostKept) break;
      this.kept.delete(oldest);
    }
  }
}
