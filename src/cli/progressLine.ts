/** Progress on standard error: one line that is rewritten on a terminal, plain lines elsewhere. */
import type { Progress } from "../base/cancel";

/** Milliseconds between two lines. */
const pause = 100;

/** Where progress is written. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Writes progress until it is cleared. */
export class ProgressLine {
  private last = -Infinity;
  private shown = false;

  constructor(
    private readonly target: ProgressTarget,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shows how far the work is, at most ten times a second. */
  show({ done, total, message }: Progress): void {
    if (this.now() - this.last < pause) return;
    this.last = this.now();
    const share = total > 0 ? ` ${Math.min(100, Math.floor((100 * done) / total))}%` : "";
    this.target.write(this.target.isTTY ? `\r\u001b[K${message}${share}` : `${message}${share}\n`);
    this.shown = true;
  }

  /** Takes the line off a terminal. */
  clear(): void {
    if (this.shown && this.target.isTTY) this.target.write("\r\u001b[K");
    this.shown = false;
  }
}
