import assert from "node:assert/strict";
import { fitDirection, type FittedMethod, type Label } from "../../../../src/analysis/directions/methods";
import { logisticProbe } from "../../../../src/analysis/common/logistic";
import { firstComponent } from "../../../../src/analysis/common/principal";
import {
  cosine,
  dot,
  length,
  meanOf,
  minus,
  row,
  type Rows,
  scaledBy,
} from "../../../../src/analysis/common/vectors";
import { gaussian, seededRandom } from "../../../../src/base/random";

/** Pairs that share a base of unit variance, the positive ones moved along a unit vector; noise of deviation 0.5. */
function planted(amplitude: number, { n = 256, d = 128, seed = 1 } = {}) {
  const normal = gaussian(seededRandom(seed));
  const draw = (scale: number): Float64Array => Float64Array.from({ length: d }, () => scale * normal());
  const raw = draw(1);
  const truth = scaledBy(raw, 1 / length(raw));
  const data = new Float32Array(2 * n * d);
  const labels: Label[] = [];
  for (let pair = 0; pair < n; pair++) {
    const base = draw(1);
    for (const positive of [true, false]) {
      const noise = draw(0.5);
      const moved = base.map((x, j) => x + noise[j]! + (positive ? amplitude * truth[j]! : 0));
      data.set(moved, labels.length * d);
      labels.push({ positive, pair });
    }
  }
  const rows: Rows = { data, width: d };
  return { truth, data: { rows, labels, which: labels.map((_, i) => i) } };
}

describe("directions of planted pairs", () => {
  const methods: FittedMethod[] = ["mean-difference", "pca"];
  for (const method of methods)
    it(`are recovered at amplitude 2 by ${method}, to the positive side`, () => {
      for (const seed of [1, 2, 3]) {
        const { truth, data } = planted(2, { seed });
        const found = cosine(fitDirection(method, data, seed), truth);
        assert.ok(found >= 0.95, `${method} ${seed}: ${found}`);
      }
    });

  it("are found by a logistic probe too, if less exactly", () => {
    const { truth, data } = planted(2);
    assert.ok(cosine(fitDirection("logistic", data, 0), truth) > 0.7);
  });

  it("are lost where differences are centred without shuffling the order within pairs (trap 2)", () => {
    const { truth, data } = planted(1);
    const { rows, which } = data;
    const differences = new Float64Array((which.length / 2) * rows.width);
    for (let p = 0; p < which.length / 2; p++)
      differences.set(minus(row(rows, 2 * p), row(rows, 2 * p + 1)), p * rows.width);
    const all = { data: differences, width: rows.width };
    const mean = meanOf(all, [...Array(which.length / 2).keys()]);
    const centred = { ...all, data: differences.map((x, i) => x - mean[i % rows.width]!) };
    assert.ok(Math.abs(cosine(firstComponent(centred)!, truth)) < 0.3);
    assert.ok(cosine(fitDirection("pca", data, 1), truth) > 0.75);
    assert.ok(cosine(fitDirection("mean-difference", data, 1), truth) > 0.75);
  });

  for (const method of ["mean-difference", "pca", "logistic"] as const)
    it(`are as long as the class means are apart along them: ${method}`, () => {
      const { data } = planted(2, { n: 40, d: 20 });
      const plus = data.which.filter((i) => data.labels[i]!.positive);
      const other = data.which.filter((i) => !data.labels[i]!.positive);
      const apart = minus(meanOf(data.rows, plus), meanOf(data.rows, other));
      const found = fitDirection(method, data, 0);
      assert.ok(Math.abs(dot(apart, found) / length(found) - length(found)) < 1e-9);
    });

  it("have no length where the sides are the same", () => {
    const { data } = planted(0, { n: 8, d: 6 });
    const same = { ...data.rows, data: data.rows.data.map((_, i) => data.rows.data[i % 6]!) };
    for (const method of ["mean-difference", "pca", "logistic"] as const)
      assert.ok(length(fitDirection(method, { ...data, rows: same }, 0)) < 1e-6, method);
  });
});

describe("the first component", () => {
  it("is the axis of the largest spread of points on an ellipse", () => {
    const normal = gaussian(seededRandom(4));
    const data = new Float64Array(900);
    for (let i = 0; i < 300; i++) {
      const [a, b, c] = [5 * normal(), normal(), 0.5 * normal()];
      data.set([(a - b) / Math.SQRT2, (a + b) / Math.SQRT2, c], 3 * i);
    }
    const found = firstComponent({ data, width: 3 })!;
    assert.ok(Math.abs(cosine(found, [1, 1, 0])) > 0.999, String(found));
    assert.ok(Math.abs(length(found) - 1) < 1e-12);
  });

  it("is null for rows of zeros", () => {
    assert.equal(firstComponent({ data: new Float64Array(12), width: 4 }), null);
  });
});

describe("a logistic probe", () => {
  it("has the least loss with its penalty: any step away is worse", () => {
    const { data } = planted(1, { n: 30, d: 5 });
    const positive = data.labels.map((label) => label.positive);
    // Written out once more, on rows of unit variance.
    const mean = meanOf(data.rows, data.which);
    const squares = [...data.rows.data].map((x, at) => (x - mean[at % 5]!) ** 2);
    const scale = Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
    const loss = (weights: Float64Array, bias: number): number =>
      data.which.reduce((sum, i) => {
        const margin = (dot(row(data.rows, i), weights) + bias) * (positive[i] ? 1 : -1);
        return sum + Math.log1p(Math.exp(-margin));
      }, 0) + weights.reduce((sum, w) => sum + 0.5 * (w * scale) ** 2, 0);
    const { weights, bias } = logisticProbe(data.rows, positive);
    const least = loss(weights, bias);
    const normal = gaussian(seededRandom(9));
    for (let i = 0; i < 200; i++) {
      const moved = weights.map((w) => w + 1e-3 * normal());
      assert.ok(loss(moved, bias + 1e-3 * normal()) > least - 1e-9);
    }
  });
});
