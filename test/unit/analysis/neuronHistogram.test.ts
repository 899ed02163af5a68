import assert from "node:assert/strict";
import { neuronHistogram, type HistogramSource } from "../../../src/analysis/neuronCard/histogram";
import { recordWindow } from "../../../src/analysis/common/activations";
import { randomIds, tinyWindow } from "../../support/tinyWindow";

const window = tinyWindow(randomIds(20, 20, 3));
const activations = Float32Array.from(window.ids, (_, i) => (i === 0 ? 99 : Math.sin(i)));
const source = (part: Partial<HistogramSource> = {}): HistogramSource => ({
  window,
  activations,
  selected: [3, 4, 8],
  strongest: 8,
  overRecords: null,
  nCtx: 64,
  ...part,
});

describe("a neuron's histogram", () => {
  it("counts every token of the text but the first, once", () => {
    const { n, counts, edges, basis } = neuronHistogram(source());
    assert.equal(basis, "window");
    assert.equal(n, 19);
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      19,
    );
    const inBin = (i: number) =>
      activations.slice(1).filter((a) => a >= edges[i] && (a < edges[i + 1] || i === counts.length - 1))
        .length;
    assert.ok(counts.filter((count, i) => count !== inBin(i)).length <= 2, "but for rounding at an edge");
    assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]));
  });

  it("counts the records, without first positions and what no window reaches", () => {
    const overRecords = Float32Array.from({ length: 2 * recordWindow }, (_, i) =>
      i % recordWindow === 0 || i % recordWindow >= 64 ? 1000 : (i % 50) / 10,
    );
    const { n, edges, quantiles, basis } = neuronHistogram(source({ overRecords }));
    assert.equal(basis, "records");
    assert.equal(n, 2 * 63);
    assert.ok((edges.at(-1) ?? 1000) < 6);
    assert.deepEqual(
      quantiles.map(({ share }) => share),
      [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1],
    );
    assert.ok(Math.abs(quantiles[6].value - 4.9) < 1e-6);
  });

  it("says how much lies below the selection's activations, and reaches to them", () => {
    const overRecords = new Float32Array(recordWindow);
    const { selection, edges } = neuronHistogram(source({ overRecords }));
    assert.equal(selection.strongest.value, activations[8]);
    assert.equal(selection.strongest.below, 1);
    assert.ok(edges[edges.length - 1] >= activations[8] && edges[0] <= activations[4]);
  });

  it("has one bin for a neuron that never moves", () => {
    const still = new Float32Array(20);
    const { counts, selection } = neuronHistogram(source({ activations: still }));
    assert.equal(counts[0], 19);
    assert.equal(selection.mean.below, 0);
  });
});
