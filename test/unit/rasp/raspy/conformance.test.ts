import assert from "node:assert/strict";
import { oracleIt } from "../../../support/oracle";
import { raspCases, raspCasesPath, sequenceObjection, type RaspCase } from "../../../support/raspCases";
import { Budget } from "../../../../src/rasp/ir/budget";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import { matrixRows } from "../../../../src/rasp/ir/matrix";
import { schedule } from "../../../../src/rasp/ir/schedule";
import { raspy } from "../../../../src/rasp/raspy/raspy";
import { RaspError } from "../../../../src/rasp/source/raspError";
import { inputFromJson } from "../../../../src/rasp/values/json";

/** Why a case fails; null where it passes. */
function objection({ program, input, expected }: RaspCase): string | null {
  const tokens = inputFromJson(input);
  const { result, errors } = raspy.execute(program, {
    input: { kind: "tokens", tokens },
    budget: new Budget(),
  });
  try {
    if (errors.length > 0) throw errors[0];
    const evaluator = new Evaluator({ tokens });
    if (result?.kind === "sop") {
      if (expected["analysis"] !== undefined) {
        const { layers, headsPerLayer } = schedule([result.node], "never");
        const actual = { layers, heads_per_layer: headsPerLayer };
        assert.deepEqual(actual, expected["analysis"]);
        return null;
      }
      return sequenceObjection(evaluator.sop(result.node), expected["seq"]);
    }
    if (result?.kind !== "selector") return `the result is ${result?.kind}`;
    assert.deepEqual(matrixRows(evaluator.selector(result.node)), expected["selector"]);
    return null;
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    return error.code === expected["error"] && error.range !== null
      ? null
      : `${error.code}: ${error.message}`;
  }
}

describe("RASPy: conformance", () => {
  oracleIt("every case has the peer's result", raspCasesPath, (file) => {
    const cases = raspCases(file, "raspy");
    const wrong = cases.flatMap((one) => {
      const why = objection(one);
      return why === null ? [] : [`${one.id}: ${why}`];
    });
    assert.deepEqual(wrong, []);
    assert.ok(cases.length >= 61);
  });
});
