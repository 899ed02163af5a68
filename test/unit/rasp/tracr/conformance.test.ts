import assert from "node:assert/strict";
import { oracleIt } from "../../../support/oracle";
import { raspCases, raspCasesPath, sequenceObjection, type RaspCase } from "../../../support/raspCases";
import { Budget } from "../../../../src/rasp/ir/budget";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import { RaspError } from "../../../../src/rasp/source/raspError";
import { runTracr } from "../../../../src/rasp/tracr/tracr";
import { validateTracr } from "../../../../src/rasp/tracr/validate";
import { atomFromJson, inputFromJson } from "../../../../src/rasp/values/json";

/** Why a case fails; null where it passes. */
function objection({ kind, program, input, expected, ...settings }: RaspCase): string | null {
  const tokens = inputFromJson(input);
  const budget = new Budget();
  const { execution, run } = runTracr(program, { input: { kind: "tokens", tokens }, budget });
  const causal = settings.causal ?? false;
  try {
    if (execution.errors.length > 0) throw execution.errors[0];
    if (execution.result?.kind !== "sop") return `the result is ${execution.result?.kind}`;
    const root = execution.result.node;
    const vocab = (settings.vocab ?? []).map(atomFromJson);
    const maxSeqLen = settings.max_seq_len ?? tokens.length;
    const remarks = validateTracr({ root, run, settings: { vocab, maxSeqLen }, budget, causal, tokens });
    const errors = remarks.filter((one) => one.severity === "error");
    if (kind === "error" && errors.length > 0) {
      return errors[0].code === expected["error"] ? null : `${errors[0].code}: ${errors[0].message}`;
    }
    if (kind === "compiled" && errors.length > 0) return `refused: ${errors[0].message}`;
    return sequenceObjection(new Evaluator({ tokens, causal }).sop(root), expected["seq"], true);
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    return error.code === expected["error"] && error.range !== null
      ? null
      : `${error.code}: ${error.message}`;
  }
}

describe("Tracr: conformance", () => {
  oracleIt(
    "every case has the peer's result, and what the peer compiles is accepted",
    raspCasesPath,
    (file) => {
      const cases = raspCases(file, "tracr");
      const wrong = cases.flatMap((one) => {
        const why = objection(one);
        return why === null ? [] : [`${one.id}: ${why}`];
      });
      assert.deepEqual(wrong, []);
      assert.ok(cases.length >= 50);
    },
  );
});
