/** Decides when a view that follows the cursor asks again. */

/** How a follower waits, in milliseconds. */
export interface FollowerDelays {
  /** While nothing runs: long enough that an edit and the cursor's move after it count as one. */
  readonly idle: number;
  /** While a request runs: keystrokes in a burst replace it once, not one by one. */
  readonly busy: number;
}

/**
 * Calls `ask` soon after the last of several `wake` calls. Whether a request runs is told by `isBusy`; `ask` itself
 * finds out what there is to ask for, so that nothing old is ever asked.
 */
export class Follower {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ask: () => void,
    private readonly isBusy: () => boolean,
    private readonly delays: FollowerDelays = { idle: 2, busy: 15 },
  ) {}

  /** Something changed. The first call sets the time; later ones before it do not put it off. */
  wake(): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.ask();
      },
      this.isBusy() ? this.delays.busy : this.delays.idle,
    );
  }

  /** Forgets what was woken. */
  rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
