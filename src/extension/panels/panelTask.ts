/** Runs what a panel waits for, and turns its course into snapshots. */
import type { CancelSignal, Progress } from "../../base/cancel";
import { CancelledError, toErrorData } from "../../base/errors";
import type { PanelId } from "../../protocol/panelApi";
import { NewestWins } from "../requests/newestWins";
import type { PanelStore, StateOf } from "./panelStore";

/** What a job is given: a signal to stop at, and a way to say how far it is. */
export interface JobWork {
  readonly signal: CancelSignal;
  readonly onProgress: (progress: Progress) => void;
  /** False once a newer job has taken this one's place: then it is cheaper to wait for the engine than to end it. */
  readonly endIfStuck: () => boolean;
  /** Tells the engine which calls replace each other. */
  readonly meta: { readonly view: string };
}

/** Work for a panel: gives the fields of the snapshot that then counts as ready. */
export type Job<Id extends PanelId> = (
  work: JobWork,
) => Promise<Partial<Omit<StateOf<Id>, "seq" | "status">>>;

/** How a job is shown. */
export interface TaskOptions {
  /** What is being done, in words. */
  readonly message: string;
  /** Milliseconds before "loading" or progress is shown; short work then never flickers. */
  readonly quietMs?: number;
}

/** Least milliseconds between two snapshots that only differ in progress. */
const progressEveryMs = 100;

/** One panel's work: a new job cancels the one before; `retry` runs the last one again. */
export class PanelTask<Id extends PanelId> {
  private static made = 0;
  private readonly newest = new NewestWins();
  private readonly meta = { view: `task ${++PanelTask.made}` };
  private last: { job: Job<Id>; options: TaskOptions } | undefined;

  constructor(
    private readonly store: PanelStore<Id>,
    private readonly cancelledMessage: string | (() => string),
  ) {}

  /** Whether a job is running. */
  get busy(): boolean {
    return this.newest.busy;
  }

  /** Runs a job; never rejects, since its end is in the snapshot. Gives true when it was ready and not replaced. */
  async run(options: TaskOptions, job: Job<Id>): Promise<boolean> {
    this.last = { job, options };
    let ended = false;
    const begun = Date.now();
    const { quietMs = 0 } = options;
    const loading = setTimeout(() => {
      if (!ended)
        this.store.update({
          status: "loading",
          message: options.message,
          progress: undefined,
          error: undefined,
        });
    }, quietMs);
    try {
      const result = await this.newest.run((signal, isReplaced) =>
        job({
          signal,
          onProgress: this.reporter(() => ended || Date.now() - begun < quietMs),
          endIfStuck: () => !isReplaced(),
          meta: this.meta,
        }),
      );
      this.store.update({
        message: undefined,
        progress: undefined,
        error: undefined,
        ...result,
        status: "ready",
      });
      return true;
    } catch (error) {
      if (error instanceof CancelledError) this.settle();
      else {
        this.store.update({
          status: "error",
          error: toErrorData(error),
          message: undefined,
          progress: undefined,
        });
      }
      return false;
    } finally {
      ended = true;
      clearTimeout(loading);
    }
  }

  /** After work that gave up by itself, or was dropped: nothing is loading any more. */
  private settle(): void {
    if (this.newest.busy || this.store.state.status !== "loading") return;
    const status = this.store.state.data === undefined ? "empty" : "stale";
    this.store.update({ status, message: undefined, progress: undefined });
  }

  /** Stops what runs because a person does not want it any more. */
  cancel(): void {
    if (!this.newest.busy) return;
    this.newest.cancel();
    const status = this.store.state.data === undefined ? "empty" : "stale";
    const { cancelledMessage } = this;
    const message = typeof cancelledMessage === "string" ? cancelledMessage : cancelledMessage();
    this.store.update({ status, message, progress: undefined, error: undefined });
  }

  /** Stops what runs without a word, because its answer has no place to go. */
  drop(): void {
    this.newest.cancel();
  }

  /** Runs the last job again; false when there was none. */
  async retry(): Promise<boolean> {
    if (!this.last) return false;
    return this.run(this.last.options, this.last.job);
  }

  private reporter(isSilent: () => boolean): (progress: Progress) => void {
    let shown = 0;
    return ({ done, total, message }) => {
      const now = Date.now();
      if (isSilent() || now - shown < progressEveryMs) return;
      shown = now;
      const progress = total > 0 ? Math.min(1, Math.max(0, done / total)) : undefined;
      this.store.update({ status: "loading", message, progress, error: undefined });
    };
  }
}
