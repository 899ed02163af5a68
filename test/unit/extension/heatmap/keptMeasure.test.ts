import assert from "node:assert/strict";
import type { Memento } from "vscode";
import { keep, readKept } from "../../../../src/extension/heatmap/keptMeasure";

function memento(stored?: unknown): Memento {
  let kept = stored;
  return {
    keys: () => [],
    get: () => kept as never,
    update: (_key: string, value: unknown) => {
      kept = value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
      return Promise.resolve();
    },
  } as unknown as Memento;
}

describe("the measure of before a reload", () => {
  const look = {
    uri: "file:///a.ts",
    measure: { kind: "neuron", layer: 1, neuron: 7 },
    inBits: false,
    whole: true,
  } as const;

  it("is the one that was kept, with its text", () => {
    const kept = memento();
    keep(kept, look);
    assert.deepEqual(readKept(kept), look);
  });

  it("is none once the colours were taken off", () => {
    const kept = memento(look);
    keep(kept, undefined);
    assert.equal(readKept(kept), undefined);
  });

  for (const stored of [
    undefined,
    null,
    "surprisal",
    { measure: { kind: "rank" } },
    { uri: 3, measure: { kind: "rank" } },
    { uri: "file:///a", measure: { kind: "mood" } },
    { uri: "file:///a", measure: { kind: "neuron", layer: -1, neuron: 0 } },
  ]) {
    it(`is none where ${JSON.stringify(stored)} was stored`, () => {
      assert.equal(readKept(memento(stored)), undefined);
    });
  }
});
