/** Long arithmetic that lets others have their turn: without it neither a cancel nor another call would be heard. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";

/** Milliseconds that are computed in one go. */
const turnMs = 20;

/** Counts how long was computed without a pause. */
export class Turns {
  private since = performance.now();

  constructor(private readonly options: Pick<WorkOptions, "signal">) {}

  /** To be awaited between small pieces of work; rejects with {CancelledError} once the work is not wanted any more. */
  async pause(): Promise<void> {
    throwIfCancelled(this.options.signal);
    if (performance.now() - this.since < turnMs) return;
    await new Promise<void>((resolve) => void setTimeout(resolve));
    throwIfCancelled(this.options.signal);
    this.since = performance.now();
  }
}
