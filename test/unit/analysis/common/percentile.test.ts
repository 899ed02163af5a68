import assert from "node:assert/strict";
import { percentileOf } from "../../../../src/analysis/common/percentile";

describe("a value among draws", () => {
  const cases: [string, number, readonly number[], number | null][] = [
    ["counts those below it", 2, [1, 3, 0, -5], 0.75],
    ["counts equal ones half", 2, [1, 2, 3, 0], 0.625],
    ["is in the middle of draws that are all its own", 0, [0, 0, 0], 0.5],
    ["has no place where there are none", 2, [], null],
  ];
  for (const [what, value, draws, share] of cases)
    it(what, () => assert.equal(percentileOf(value, draws), share));
});
