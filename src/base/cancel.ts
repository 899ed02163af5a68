/** Cancelling, without depending on any platform's classes. */
import { CancelledError } from "./errors";

/** The part of an AbortSignal that pure code needs; a real AbortSignal satisfies it. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * Returns at once while the work is still wanted.
 * @throws {CancelledError} "cancelled" once the signal was raised
 */
export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

/** How far a long piece of work has come: `done` of `total` units, with words for what is being done. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly message: string;
  /** What there is so far, for calls that say in their method map what this is. */
  readonly part?: unknown;
}

/** What every long call takes: a way to stop it and a way to tell how far it is. */
export interface WorkOptions {
  readonly signal?: CancelSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Raises a signal. For pure code, which has no AbortController; a listener added after the raise is not called, as there. */
export class CancelSource {
  private readonly listeners = new Set<() => void>();
  private raised = false;
  /** What the work listens to. */
  readonly signal: CancelSignal;

  constructor() {
    const isRaised = (): boolean => this.raised;
    this.signal = {
      get aborted() {
        return isRaised();
      },
      addEventListener: (_type, listener) => {
        if (!this.raised) this.listeners.add(listener);
      },
      removeEventListener: (_type, listener) => {
        this.listeners.delete(listener);
      },
    };
  }

  /** Raises the signal; a second call does nothing. Every listener is called, then the first thrown error is thrown on. */
  cancel(): void {
    if (this.raised) return;
    this.raised = true;
    const errors: unknown[] = [];
    const waiting = [...this.listeners];
    this.listeners.clear();
    for (const listener of waiting) {
      try {
        listener();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
