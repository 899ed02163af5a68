import assert from "node:assert/strict";
import type { DialectName } from "../../../../src/rasp/program";
import { runCase } from "../../../../src/rasp/service/cases";
import { conformanceCases, conformanceFile, conforms } from "../../../support/conformance";
import { oracleIt } from "../../../support/oracle";

/** Keys of expected results that a compiler gives. */
const compiled = ["compiled", "compile_error", "compile_result"];
const counts: Readonly<Record<DialectName, number>> = { rasp: 189, raspy: 61, "rasp-l": 63, tracr: 50 };

/** Tracr's cases compare bools as numbers. */
function asNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNumbers);
  return typeof value === "boolean" ? Number(value) : value;
}

describe("conformance of the RASP languages", () => {
  for (const dialect of Object.keys(counts) as DialectName[]) {
    oracleIt(
      `every case of ${dialect} gives what its own interpreter gives, in every key`,
      conformanceFile,
      () => {
        const cases = conformanceCases(dialect);
        assert.equal(cases.length, counts[dialect]);
        const wrong = cases.flatMap((one) => {
          const result = runCase(one);
          const expected = Object.entries(one.expected).filter(([key]) => !compiled.includes(key));
          assert.ok(expected.length > 0, one.id);
          const ok = expected.every(([key, value]) => {
            const actual = (result as Readonly<Record<string, unknown>>)[key];
            return dialect === "tracr"
              ? conforms(asNumbers(actual), asNumbers(value))
              : conforms(actual, value);
          });
          return ok ? [] : [{ id: one.id, result, expected: one.expected }];
        });
        assert.deepEqual(wrong, []);
      },
    );
  }
});
