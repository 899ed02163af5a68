/** Of several requests for the same view only the newest counts. */
import type { CancelSignal } from "../../base/cancel";
import { CancelledError } from "../../base/errors";

/** Runs jobs one after the other started: a new one cancels the one before, whose answer is then never seen. */
export class NewestWins {
  private current: { readonly controller: AbortController; replaced: boolean } | undefined;

  /** Whether a job is running. */
  get busy(): boolean {
    return this.current !== undefined;
  }

  /**
   * Cancels the job that runs, and runs this one.
   * @param job  `isReplaced` tells whether a raised signal came from a newer job, not from a person
   * @throws {CancelledError} "cancelled" when a newer job or `cancel` came, even if this one finished after that
   */
  async run<T>(job: (signal: CancelSignal, isReplaced: () => boolean) => Promise<T>): Promise<T> {
    const mine = { controller: new AbortController(), replaced: false };
    const before = this.current;
    this.current = mine;
    if (before) {
      before.replaced = true;
      before.controller.abort();
    }
    const { signal } = mine.controller;
    try {
      const result = await job(signal, () => mine.replaced);
      if (signal.aborted) throw new CancelledError();
      return result;
    } catch (error) {
      throw signal.aborted ? new CancelledError() : error;
    } finally {
      if (this.current === mine) this.current = undefined;
    }
  }

  /** Cancels the job that runs, if one does. */
  cancel(): void {
    this.current?.controller.abort();
    this.current = undefined;
  }
}
