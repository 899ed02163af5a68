import assert from "node:assert/strict";
import { original } from "../../../../src/rasp/original/dialect";
import { transcript } from "../../../../src/rasp/original/repl";
import { runProgram, type CaseResult } from "../../../../src/rasp/runCase";
import { inputFromJson } from "../../../../src/rasp/values/json";
import {
  conformanceCases,
  conformanceFile,
  conforms,
  type ConformanceCase,
} from "../../../support/conformance";
import { oracleIt } from "../../../support/oracle";

function resultOf({ kind, program, input }: ConformanceCase): CaseResult {
  const tokens = inputFromJson(input);
  if (kind === "stdout") return { stdout: transcript(program, { tokens }) };
  return runProgram(original, program, { input: { kind: "tokens", tokens }, analysis: kind === "analysis" });
}

describe("conformance of original RASP", () => {
  const kinds = ["seq", "value", "selector", "analysis", "stdout", "error"];
  for (const kind of kinds) {
    oracleIt(`every case of kind ${kind} gives what the original gives`, conformanceFile, () => {
      const cases = conformanceCases("rasp").filter((each) => each.kind === kind);
      assert.ok(cases.length > 0, "no cases");
      const wrong = cases.flatMap((each) => {
        const result = resultOf(each);
        return conforms(result, each.expected) ? [] : [{ id: each.id, result, expected: each.expected }];
      });
      assert.deepEqual(wrong, []);
    });
  }

  oracleIt("there are cases of no other kind", conformanceFile, () => {
    const other = conformanceCases("rasp").filter(({ kind }) => !kinds.includes(kind));
    assert.deepEqual(other, []);
  });
});
