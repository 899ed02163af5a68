import assert from "node:assert/strict";
import { alignedArrays } from "../../../../src/extension/exports/alignedArrays";
import { steerResult, wholeResult } from "../../../panels/fixtures/steering";

describe("the arrays of aligned tokens and the rest", () => {
  it("are the tokens and four parts of the steered run and of every draw", () => {
    const arrays = new Map(alignedArrays(wholeResult()).map((one) => [one.name, one]));
    assert.deepEqual(arrays.get("aligned_ids")?.shape, [1]);
    assert.deepEqual(arrays.get("aligned_parts")?.values, [3.8, 0.42, -0.03, 0.9]);
    assert.deepEqual(arrays.get("isotropic_aligned_parts")?.shape, [8, 4]);
    assert.equal(arrays.get("shuffled_aligned_parts")?.unit, "nats");
  });

  it("are none where the experiment names no words", () => {
    assert.deepEqual(alignedArrays(steerResult()), []);
  });
});
