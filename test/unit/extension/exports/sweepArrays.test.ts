import assert from "node:assert/strict";
import { sweepPlan } from "../../../../src/extension/exports/sweepArrays";
import { growingData, natsPlan, sweepData } from "../../../panels/fixtures/sweep";
import { model } from "../../../panels/fixtures/text";

describe("the arrays of a sweep", () => {
  const named = (data = sweepData()) => new Map(sweepPlan(data, model).shown.map((one) => [one.name, one]));

  it("are its cells by layer and strength, the front and every draw, and no hooks", () => {
    const data = sweepData();
    const arrays = named(data);
    assert.deepEqual(arrays.get("effect")?.shape, [4, 7]);
    assert.deepEqual(arrays.get("cost")?.values, data.cells.cost.flat());
    assert.deepEqual(arrays.get("pareto")?.values, [0, 2, 0, 3]);
    assert.deepEqual(arrays.get("isotropic_effect")?.shape, [20]);
    assert.equal(arrays.get("effect")?.unit, null);
    assert.deepEqual(sweepPlan(data, model).runs, []);
  });

  it("say nats where they are in nats, and have gaps where nothing was measured yet", () => {
    assert.equal(named(sweepData({ plan: natsPlan })).get("effect")?.unit, "nats");
    const growing = named(growingData(3));
    const values = growing.get("effect")?.values as (number | null)[];
    assert.equal(values.filter((value) => value !== null).length, 3);
    assert.equal(growing.has("pareto"), false);
  });
});
