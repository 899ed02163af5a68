import assert from "node:assert/strict";
import { Pace } from "../../../../src/extension/requests/pace";

describe("the pace of answers", () => {
  const after = (...steps: readonly (number | "replaced" | "moved late")[]): boolean => {
    const pace = new Pace();
    for (const step of steps) {
      if (step === "replaced") pace.replaced();
      else if (step === "moved late") pace.answered(1000, false);
      else pace.answered(step, true);
    }
    return pace.isSlow;
  };
  for (const [steps, slow] of [
    [[500], false],
    [[500, 500], true],
    [["replaced", 500], true],
    [["replaced", "replaced"], true],
    [["replaced", 30], false],
    [[500, 500, 30], false],
    [[500, "moved late"], false],
  ] as const) {
    it(`is ${slow ? "" : "not "}called slow after ${steps.join(", ")}`, () =>
      assert.equal(after(...steps), slow));
  }
});
