/** Draws the newest of what comes; where drawing is slower than that, a click still finds its turn in between. */

/** Longest rest between two drawings, in milliseconds. */
const longestRest = 250;

/** Draws at once where nothing was drawn just before, else after a rest as long as the last drawing took. */
export class DrawPace<T> {
  private waiting: { readonly value: T } | null = null;
  private resting = false;

  constructor(private readonly draw: (value: T) => void) {}

  /** Takes what is to be drawn, in place of what waits. */
  take(value: T): void {
    this.waiting = { value };
    if (!this.resting) this.next();
  }

  private next(): void {
    const { waiting } = this;
    this.waiting = null;
    this.resting = waiting !== null;
    if (!waiting) return;
    const began = performance.now();
    // What is drawn behind promises, and laid out, counts too: the first timer comes after it.
    setTimeout(() => setTimeout(() => this.next(), Math.min(longestRest, performance.now() - began)));
    this.draw(waiting.value);
  }
}
