/** The expected results of RASP programs that other programs computed, and the comparison with ours. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { atomToJson } from "../../src/rasp/values/json";
import type { Sequence } from "../../src/rasp/values/sequence";

/** Where the cases lie, beside the oracle data. */
export const raspCasesPath = "../rasp/conformance.json";

/** One case. */
export interface RaspCase {
  readonly id: string;
  readonly dialect: string;
  readonly kind: string;
  readonly program: string;
  readonly input: unknown;
  readonly mode?: string;
  readonly vocab?: readonly unknown[];
  readonly max_seq_len?: number;
  readonly causal?: boolean;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** The cases of a dialect. */
export function raspCases(file: string, dialect: string): RaspCase[] {
  const { cases } = JSON.parse(fs.readFileSync(file, "utf8")) as { cases: RaspCase[] };
  const own = cases.filter((one) => one.dialect === dialect);
  assert.ok(own.length > 0, `${file} has no cases of ${dialect}`);
  return own;
}

/**
 * Why a sequence is not the expected one; null where it is. Floats may differ by 1e-6; null is None alone.
 * With `loose`, bools count as numbers (Tracr's cases).
 */
export function sequenceObjection(values: Sequence, expected: unknown, loose = false): string | null {
  const actual = values.map(atomToJson);
  const wrong = `${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
  if (!Array.isArray(expected) || expected.length !== actual.length) return wrong;
  return actual.every((value, i) => sameValue(value, expected[i], loose)) ? null : wrong;
}

function sameValue(actual: unknown, expected: unknown, loose: boolean): boolean {
  const [a, e] = [numberOf(actual, loose), numberOf(expected, loose)];
  return a !== null && e !== null ? Math.abs(a - e) <= 1e-6 : actual === expected;
}

function numberOf(value: unknown, loose: boolean): number | null {
  return typeof value === "number" || (loose && typeof value === "boolean") ? Number(value) : null;
}
