/** One long call that several wait for, such as opening a model. */
import type { Progress, WorkOptions } from "../../base/cancel";
import { CancelledError } from "../../base/errors";

/** Starts the call with the first who joins; it is cancelled only when nobody has waited for it for a while. */
export class SharedCall<T> {
  private readonly waiters = new Set<WorkOptions>();
  private readonly controller = new AbortController();
  /** The result itself, for who does not wait as others do. */
  readonly outcome: Promise<T>;

  /** @param lingerMs  so long the call goes on without a waiter: a newer request may join at once */
  constructor(
    start: (work: Required<WorkOptions>) => Promise<T>,
    private readonly lingerMs = 300,
  ) {
    const onProgress = (progress: Progress): void => {
      for (const waiter of this.waiters) waiter.onProgress?.(progress);
    };
    this.outcome = start({ signal: this.controller.signal, onProgress });
    // Whoever waits is told; when nobody does, the failure is nobody's.
    this.outcome.catch(() => undefined);
  }

  /** Whether the call was given up: then it must be made anew. */
  get givenUp(): boolean {
    return this.controller.signal.aborted;
  }

  /**
   * Waits for the result.
   * @throws {CancelledError} "cancelled" when this waiter's own signal is raised
   */
  async join(work: WorkOptions = {}): Promise<T> {
    const { signal } = work;
    if (signal?.aborted) throw new CancelledError();
    this.waiters.add(work);
    try {
      return await new Promise<T>((resolve, reject) => {
        const onAbort = (): void => reject(new CancelledError());
        signal?.addEventListener("abort", onAbort, { once: true });
        this.outcome.then(resolve, reject).finally(() => signal?.removeEventListener("abort", onAbort));
      });
    } finally {
      this.waiters.delete(work);
      if (this.waiters.size === 0) setTimeout(() => this.giveUpUnwanted(), this.lingerMs);
    }
  }

  private giveUpUnwanted(): void {
    if (this.waiters.size === 0) this.controller.abort();
  }
}
