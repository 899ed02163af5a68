/**
 * The conformance cases of RASP's dialects: programs, inputs and what the original tools made of them. They lie in
 * `rasp/` beside the oracle data (test/support/oracle.ts).
 */
import fs from "node:fs";
import type { DialectName } from "../../src/rasp/program";
import { hasOracle, oracleDir } from "./oracle";

/** Where the cases are, for `oracleIt`. */
export const conformanceFile = "../rasp/conformance.json";

/** One case. */
export interface ConformanceCase {
  readonly id: string;
  readonly dialect: DialectName;
  readonly kind: string;
  readonly program: string;
  readonly input: unknown;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** The cases of a dialect; none where the file is absent. */
export function conformanceCases(dialect: DialectName): ConformanceCase[] {
  if (!hasOracle(conformanceFile)) return [];
  const { cases } = JSON.parse(fs.readFileSync(oracleDir(conformanceFile), "utf8")) as {
    cases: ConformanceCase[];
  };
  return cases.filter((each) => each.dialect === dialect);
}

/** True where a result has every key that is expected: numbers within 1e-6, everything else exactly. */
export function conforms(result: unknown, expected: unknown): boolean {
  if (typeof result === "number" && typeof expected === "number") return Math.abs(result - expected) <= 1e-6;
  if (Array.isArray(result) && Array.isArray(expected)) {
    return result.length === expected.length && expected.every((each, i) => conforms(result[i], each));
  }
  if (isRecord(result) && isRecord(expected)) {
    return Object.keys(expected).every((key) => conforms(result[key], expected[key]));
  }
  return result === expected;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
