/** Compares computed tensors with reference ones and names the worst. */
import assert from "node:assert/strict";

/** Below this a reference score stands for "masked". */
const masked = -1e8;

/** Collects the largest differences; `settle` fails with the worst named when one is beyond its bound. */
export class Agreement {
  private readonly found: { name: string; difference: number; bound: number }[] = [];

  /** Largest difference relative to the reference's own largest value; masked scores are compared as masked. */
  relative(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, bound = 1e-4): void {
    assert.equal(actual.length, expected.length, `${name}: number of values`);
    let largest = 0;
    let worst = 0;
    for (let i = 0; i < expected.length; i++) {
      const [a, e] = [actual[i] as number, expected[i] as number];
      if (e < masked) {
        if (a !== -Infinity) worst = Infinity;
        continue;
      }
      largest = Math.max(largest, Math.abs(e));
      worst = Math.max(worst, Number.isFinite(a) ? Math.abs(a - e) : Infinity);
    }
    this.found.push({ name, difference: largest === 0 ? worst : worst / largest, bound });
  }

  /** Largest absolute difference, for rows that sum to 1. */
  absolute(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, bound = 1e-5): void {
    assert.equal(actual.length, expected.length, `${name}: number of values`);
    let worst = 0;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs((actual[i] as number) - (expected[i] as number));
      worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
    }
    this.found.push({ name, difference: worst, bound });
  }

  /** How many tensors were compared. */
  get count(): number {
    return this.found.length;
  }

  settle(): void {
    assert.ok(this.found.length > 0, "nothing was compared");
    const worst = this.found.reduce((a, b) => (b.difference / b.bound > a.difference / a.bound ? b : a));
    const said = `${worst.name} differs by ${worst.difference.toExponential(2)}, allowed ${worst.bound}`;
    assert.ok(worst.difference <= worst.bound, said);
  }
}
