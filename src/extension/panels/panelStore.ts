/** The current snapshot of one panel. Pages hold no truth: whoever opens, reloads or shows one gets this. */
import type { PanelData, PanelId, PanelState } from "../../protocol/panelApi";

/** A snapshot whose data fits its panel. */
export type StateOf<Id extends PanelId> = PanelState<PanelData[Id]>;

/** Holds the snapshot and tells of each new one. */
export class PanelStore<Id extends PanelId> {
  private current: StateOf<Id>;
  private readonly listeners = new Set<(state: StateOf<Id>) => void>();

  /** @param firstSeq  above every number of an earlier run, so that a page which outlives the host follows on */
  constructor(
    readonly id: Id,
    firstSeq: number = Date.now(),
  ) {
    this.current = { seq: firstSeq, status: "empty" };
  }

  get state(): StateOf<Id> {
    return this.current;
  }

  /** Replaces the fields named, keeps the others, and tells the listeners. A field given as undefined is taken away. */
  update(change: Partial<Omit<StateOf<Id>, "seq">>): void {
    this.current = { ...this.current, ...change, seq: this.current.seq + 1 };
    for (const listener of [...this.listeners]) listener(this.current);
  }

  /** Takes the data and all that was said about it away; the next look begins anew. */
  clear(change: Partial<Omit<StateOf<Id>, "seq" | "status">> = {}): void {
    const nothing = {
      data: undefined,
      made: undefined,
      error: undefined,
      message: undefined,
      progress: undefined,
    };
    this.update({ ...nothing, ...change, status: "empty" });
  }

  /** Listens to new snapshots; the returned function stops listening. */
  onDidChange(listener: (state: StateOf<Id>) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
