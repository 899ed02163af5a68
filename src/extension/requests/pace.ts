/** Tells whether answers keep up with the typing. */

/** An answer that takes longer than this while somebody types comes late. */
const lateMs = 400;
/** So many late or replaced answers in a row mean that the typing is faster. */
const inARow = 2;

/** Counts answers that came late or were replaced by a newer question, one after the other. */
export class Pace {
  private behind = 0;

  /** Whether the typing is faster than the answers. */
  get isSlow(): boolean {
    return this.behind >= inARow;
  }

  /** A question was asked in vain: a newer one took its place. */
  replaced(): void {
    this.behind++;
  }

  /** A question was answered; `typing`: it was asked because of a change to the text. */
  answered(ms: number, typing: boolean): void {
    this.behind = typing && ms > lateMs ? this.behind + 1 : 0;
  }
}
