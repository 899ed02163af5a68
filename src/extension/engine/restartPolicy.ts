/** How often the engine may crash before we stop starting it again. */

/** Counts crashes: after `limit` of them within `windowMs` nothing may start until time passes or a person asks. */
export class RestartPolicy {
  private crashes: number[] = [];

  constructor(
    private readonly limit = 3,
    private readonly windowMs = 120_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes note of a crash. */
  crashed(): void {
    this.crashes.push(this.now());
  }

  /** Whether the engine may be started now. */
  get mayStart(): boolean {
    const since = this.now() - this.windowMs;
    this.crashes = this.crashes.filter((time) => time > since);
    return this.crashes.length < this.limit;
  }

  /** Forgets all crashes, because a person asked for another try. */
  reset(): void {
    this.crashes = [];
  }
}
