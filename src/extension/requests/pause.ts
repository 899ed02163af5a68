/** Waits for a pause in typing, scrolling and moving before work is done again. */

/** How long, in milliseconds. */
export interface PauseDelays {
  /** Quiet time after the last call. */
  readonly quiet: number;
  /** After so long work is done without any quiet. */
  readonly longest: number;
}

/** Calls `work` once it is quiet. */
export class Pause {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  constructor(
    private readonly work: () => void,
    private readonly delays: PauseDelays = { quiet: 120, longest: 1000 },
  ) {}

  /** Something changed. */
  wake(): void {
    const now = performance.now();
    if (this.timer === undefined) this.since = now;
    else clearTimeout(this.timer);
    const wait = Math.min(this.delays.quiet, Math.max(0, this.since + this.delays.longest - now));
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.work();
    }, wait);
  }

  /** Forgets what was woken. */
  rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
