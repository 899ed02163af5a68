import assert from "node:assert/strict";
import { splitPairs } from "../../../../src/analysis/directions/split";
import {
  demonstrationsFrom,
  demonstrationsLine,
  fewestDemonstrations,
  headFrom,
  neuronsFrom,
  neuronsLine,
  shownOf,
} from "../../../../src/extension/directions/typedSources";

const neuron = (layer: number, number: number, weight: number) => ({ layer, neuron: number, weight });

describe("what a direction is made from, typed", () => {
  it("takes neurons with signs and factors, and writes them as they are read", () => {
    const cases = [
      ["3.12", [neuron(3, 12, 1)]],
      [" 3.12,  -5.7", [neuron(3, 12, 1), neuron(5, 7, -1)]],
      ["+0.5*3.12, −2 × 0.0", [neuron(3, 12, 0.5), neuron(0, 0, -2)]],
    ] as const;
    for (const [typed, wanted] of cases) {
      assert.deepEqual(neuronsFrom(typed), wanted, typed);
      assert.deepEqual(neuronsFrom(neuronsLine(wanted)), wanted, typed);
    }
    for (const bad of ["", "3", "3.", "3.12,", "3.12 5.7", "a.1", "0*3.12", "1e3*3.1", "3.12.1"])
      assert.equal(neuronsFrom(bad), null, bad);
  });

  it("takes a head by layer and number alone", () => {
    assert.deepEqual(headFrom(" 2.3 "), { layer: 2, head: 3 });
    for (const bad of ["", "2", "2.3, 2.4", "-2.3", "L2.H3"]) assert.equal(headFrom(bad), null, bad);
  });

  it("takes demonstrations with any arrow, in one line or several", () => {
    assert.deepEqual(demonstrationsFrom("hot -> cold\nbig→small;up=>down;"), [
      ["hot", "cold"],
      ["big", "small"],
      ["up", "down"],
    ]);
    assert.deepEqual(demonstrationsFrom(demonstrationsLine([["hot", "cold"]])), [["hot", "cold"]]);
    for (const bad of ["", " ; ", "hot", "hot ->", "-> cold", "a -> b -> c", "hot -> cold; big small"])
      assert.equal(demonstrationsFrom(bad), null, bad);
  });

  it("shows no more demonstrations than the split leaves beside two dummy queries", () => {
    for (let n = fewestDemonstrations; n < 60; n++) {
      const left = splitPairs(n, 0.25, 0).train.length - 2;
      assert.ok(shownOf(n) >= 1 && shownOf(n) <= left, `${n}: ${shownOf(n)} of ${left}`);
    }
    assert.equal(shownOf(20), 5);
  });
});
