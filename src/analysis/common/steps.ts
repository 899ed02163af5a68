/** Progress over several pieces of work: each gets its share of the whole. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";

/** Hands out the options of one step after another. */
export interface Steps {
  /** Options of the next step; its own progress moves within its share. */
  next(message: string): WorkOptions;
}

/** Steps of equal shares. */
export function stepsOf(total: number, options: WorkOptions): Steps {
  let step = -1;
  return {
    next: (message) => {
      throwIfCancelled(options.signal);
      step++;
      const before = Math.min(step, total);
      options.onProgress?.({ done: before, total, message });
      const report = ({ done, total: of }: { done: number; total: number }): void =>
        options.onProgress?.({ done: Math.min(total, before + done / Math.max(1, of)), total, message });
      return { signal: options.signal, onProgress: report };
    },
  };
}
