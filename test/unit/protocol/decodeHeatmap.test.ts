import assert from "node:assert/strict";
import { decodeHeatmap, decodeMeasure } from "../../../src/protocol/decodeHeatmap";
import { aboutOf, heatmapKinds, type HeatmapMeasure } from "../../../src/protocol/heatmap";

const good = {
  ...{ model: "/m", text: "a cat", lead: 2, offset: 10, bos: "auto", most: 8, from: 12, at: 13 },
  measure: { kind: "surprisal" },
};

describe("what is asked about the tokens of a text", () => {
  it("is taken as it is", () => {
    assert.deepEqual(decodeHeatmap(good), good);
    const { at, ...rest } = good;
    assert.equal(at, 13);
    assert.deepEqual(decodeHeatmap(rest), rest);
  });

  const measures: HeatmapMeasure[] = [
    { kind: "surprisal" },
    { kind: "rank" },
    { kind: "entropy" },
    { kind: "depth" },
    { kind: "neuron", layer: 1, neuron: 2 },
    { kind: "norm", hook: "hook_embed" },
    { kind: "direction", file: "/d/f.json", layers: [1, 2], centred: true },
    { kind: "attention", direction: "to", layer: 1, head: 2 },
  ];

  it("knows every kind of measure, and which token it is about", () => {
    assert.deepEqual(measures.map(({ kind }) => kind).sort(), [...heatmapKinds].sort());
    for (const measure of measures) {
      assert.deepEqual(decodeMeasure({ ...measure, more: 1 }, "measure"), measure);
      assert.equal(aboutOf(measure), measure.kind === "entropy" ? "next" : "this");
    }
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ["params.lead", { ...good, lead: 6 }],
    ["params.lead", { ...good, lead: -1 }],
    ["params.most", { ...good, most: 1 }],
    ["params.from", { ...good, from: 0.5 }],
    ["params.at", { ...good, at: "1" }],
    ["params.bos", { ...good, bos: "maybe" }],
    ["params.text", { ...good, text: null }],
    ["params.measure", { ...good, measure: "surprisal" }],
    ["params.measure.kind", { ...good, measure: { kind: "toString" } }],
    ["params.measure.neuron", { ...good, measure: { kind: "neuron", layer: 1 } }],
    ["params.measure.hook", { ...good, measure: { kind: "norm", hook: 1 } }],
    [
      "params.measure.direction",
      { ...good, measure: { kind: "attention", direction: "up", layer: 0, head: 0 } },
    ],
  ];
  for (const [path, value] of bad) {
    it(`is refused where ${path} is wrong`, () => {
      assert.throws(
        () => decodeHeatmap(value),
        (error: { code: string; details?: unknown }) => {
          assert.equal(error.code, "bad-field");
          assert.deepEqual(error.details, { path });
          return true;
        },
      );
    });
  }
});
