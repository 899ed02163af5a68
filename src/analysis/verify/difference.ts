/** Comparing what two ways of computing give. */
import type { Runner } from "../../graph/runner";
import type { VerifyCheck } from "../../protocol/verify";

/** Entries that differ in any bit; a NaN of the same bits is the same. */
export function differingValues(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  const [x, y] = [bitsOf(a), bitsOf(b)];
  let n = 0;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) n++;
  return n;
}

function bitsOf(values: Float32Array): Uint32Array {
  const own = values.byteOffset % 4 === 0 ? values : values.slice();
  return new Uint32Array(own.buffer, own.byteOffset, own.length);
}

/** Largest difference, as a share of the largest expected value; Infinity where something is not finite. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!Number.isFinite(difference)) return Infinity;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return largest === 0 ? worst : worst / largest;
}

/** A check that was made. */
export function checked(
  made: Pick<VerifyCheck, "check" | "what" | "bound" | "unit"> & {
    readonly worst: number;
    readonly note?: string;
  },
): VerifyCheck {
  return { ...made, passed: made.worst <= made.bound };
}

/** A check that a model has no use for; it counts as passed and says why. */
export function notApplicable(
  made: Pick<VerifyCheck, "check" | "what" | "bound" | "unit">,
  note: string,
): VerifyCheck {
  return { ...made, worst: null, passed: true, note };
}

/** The hook after the last block. */
export function lastHook({ info }: Pick<Runner, "info">): string {
  return `blocks.${info.nLayers - 1}.hook_resid_post`;
}
