import assert from "node:assert/strict";
import { oracleIt } from "../../../support/oracle";
import { raspCases, raspCasesPath, sequenceObjection, type RaspCase } from "../../../support/raspCases";
import { Budget } from "../../../../src/rasp/ir/budget";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import { matrixRows } from "../../../../src/rasp/ir/matrix";
import { programInput } from "../../../../src/rasp/embedded/settings";
import type { ProgramInput } from "../../../../src/rasp/program";
import { generate } from "../../../../src/rasp/raspL/generate";
import { lintRaspL } from "../../../../src/rasp/raspL/lint";
import { raspL } from "../../../../src/rasp/raspL/raspL";
import { RaspError } from "../../../../src/rasp/source/raspError";
import type { Atom } from "../../../../src/rasp/values/atom";

interface Prompt {
  readonly prompt: readonly number[];
  readonly stop: number;
  readonly max_new: number;
}

/** Why a case fails; null where it passes. */
function objection({ program, input: json, expected, mode }: RaspCase): string | null {
  const prompt = mode === "autoregressive" ? (json as Prompt) : null;
  const input: ProgramInput = prompt === null ? programInput(json) : programInput({ x: prompt.prompt });
  const budget = new Budget();
  if ("lint" in expected) {
    const codes = lintRaspL(program, { input, budget }).map((one) => one.code);
    const wanted = expected["lint"] === null ? [] : [expected["lint"]];
    assert.deepEqual(codes, wanted);
    return null;
  }
  const { result, errors } = raspL.execute(program, { input, budget });
  try {
    if (errors.length > 0) throw errors[0];
    if (prompt !== null && result?.kind === "sop") {
      const plan = { prompt: prompt.prompt, stop: prompt.stop, maxNew: prompt.max_new, budget };
      return sequenceObjection(generate(result.node, plan), expected["generated"]);
    }
    const arrays = (input as { arrays: ReadonlyMap<string, readonly Atom[]> }).arrays;
    const evaluator = new Evaluator({ tokens: [...arrays.values()][0], variables: arrays });
    if (result?.kind === "sop") return sequenceObjection(evaluator.sop(result.node), expected["seq"]);
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

describe("RASP-L: conformance", () => {
  oracleIt("every case has the peer's result", raspCasesPath, (file) => {
    const cases = raspCases(file, "rasp-l");
    const wrong = cases.flatMap((one) => {
      const why = objection(one);
      return why === null ? [] : [`${one.id}: ${why}`];
    });
    assert.deepEqual(wrong, []);
    assert.ok(cases.length >= 63);
  });
});
