/** Limits that a program meets before it fills the memory or runs on for ever; counted, never timed. */
import { RaspError } from "../source/raspError";

/** How much a run may do. */
export interface Limits {
  /** Steps of the interpreter: statements, expressions, calls. */
  readonly steps: number;
  /** Cells of all selector matrices that are kept at once. */
  readonly cells: number;
  /** Elements computed: positions of s-ops, cells of selectors, values aggregated. */
  readonly work: number;
  /** Calls inside one another. */
  readonly depth: number;
}

/** Ends within seconds on any machine, and lets 4,000 positions through. */
export const standardLimits: Limits = { steps: 2_000_000, cells: 1 << 28, work: 2_000_000_000, depth: 400 };

/** What is left of the limits in one run. */
export class Budget {
  private steps: number;
  private cells: number;
  private work: number;
  private depth = 0;

  constructor(private readonly limits: Limits = standardLimits) {
    this.steps = limits.steps;
    this.cells = limits.cells;
    this.work = limits.work;
  }

  /**
   * One step of the interpreter.
   * @throws {RaspError} "limit"
   */
  step(): void {
    if (--this.steps < 0) {
      throw new RaspError(
        "limit",
        `The program was stopped after ${this.limits.steps.toLocaleString("en")} steps.`,
        null,
        "Look for a loop or a recursion that does not end.",
      );
    }
  }

  /**
   * Elements about to be computed.
   * @throws {RaspError} "limit"
   */
  compute(elements: number): void {
    this.work -= elements;
    if (this.work < 0) {
      throw new RaspError(
        "limit",
        "The program was stopped: it computes too many values on this input.",
        null,
        "Run it on a shorter input.",
      );
    }
  }

  /**
   * A matrix about to be made.
   * @throws {RaspError} "limit"
   */
  keep(rows: number, columns: number): void {
    this.cells -= rows * columns;
    if (this.cells < 0) {
      throw new RaspError(
        "limit",
        `The selectors need too much memory on ${rows.toLocaleString("en")} positions.`,
        null,
        "Run it on a shorter input.",
      );
    }
    this.compute(rows * columns);
  }

  /**
   * Runs a call one level deeper.
   * @throws {RaspError} "limit"
   */
  deeper<T>(work: () => T): T {
    if (++this.depth > this.limits.depth) {
      this.depth = 0;
      throw new RaspError(
        "limit",
        `Calls are nested more than ${this.limits.depth} deep.`,
        null,
        "Look for a recursion that does not end.",
      );
    }
    try {
      return work();
    } finally {
      this.depth = Math.max(0, this.depth - 1);
    }
  }
}
