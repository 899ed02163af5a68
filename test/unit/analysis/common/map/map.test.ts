import assert from "node:assert/strict";
import {
  centredGram,
  cosineDistances,
  gramOf,
  squaredDistances,
  type Square,
} from "../../../../../src/analysis/common/map/gram";
import { leadingScores } from "../../../../../src/analysis/common/map/leadingScores";
import { silhouettes } from "../../../../../src/analysis/common/map/silhouette";
import { neighboursOf, tsne } from "../../../../../src/analysis/common/map/tsne";
import { Turns } from "../../../../../src/analysis/common/turns";
import { CancelSource } from "../../../../../src/base/cancel";
import { gaussian, seededRandom } from "../../../../../src/base/random";

/** Rows with what NumPy gives for them: `svd` of the centred rows, and silhouettes written out in Python. */
const rows = [
  [4.0, 4.6, 3.73, 3.11, 3.77],
  [1.03, 4.12, 5.34, 3.51, 3.69],
  [5.47, 4.71, 4.11, 3.07, 3.99],
  [6.09, 1.31, 3.54, 2.1, 3.36],
  [-1.53, 3.53, 2.73, 4.27, 4.08],
  [3.44, -1.03, 3.46, 3.95, 4.06],
  [-0.59, 3.04, 3.02, 3.19, 4.53],
];
const labels = [0, 0, 1, 1, 2, 1, 0];
const numpy = {
  first: [
    -1.1091799273, 1.610853986, -2.5201896872, -3.9277718134, 4.2872363145, -1.4751322088, 3.1341833363,
  ],
  second: [
    -1.9043941521, -1.2223635061, -2.3147139112, 0.8639826085, 0.3196760405, 3.7529544456, 0.5048584749,
  ],
  explained: [0.6441125689134372, 0.2953096436294405],
  euclidean: [-0.1007822574, 0.132231123, -0.1481891002, 0.3321698552, 0, 0.1256159009, -0.6045361634],
  cosine: [-0.0678906624, 0.3106707649, -0.1588167964, 0.6327149942, 0, 0.3539786024, -0.8237516076],
};

const turns = new Turns({});
const gram = (all: readonly (readonly number[])[]): Promise<Square> =>
  gramOf({ data: Float64Array.from(all.flat()), width: all[0]!.length }, turns);
const close = (found: ArrayLike<number>, wanted: readonly number[], within: number): void => {
  assert.equal(found.length, wanted.length);
  wanted.forEach((x, i) => assert.ok(Math.abs(found[i]! - x) <= within, `${i}: ${found[i]} ${x}`));
};

/** Clusters of random rows around places `apart` from each other. */
function clusters(sizes: readonly number[], width: number, apart: number, seed = 1): number[][] {
  const draw = gaussian(seededRandom(seed));
  return sizes.flatMap((size, k) =>
    Array.from({ length: size }, () =>
      Array.from({ length: width }, (_, d) => draw() + (d % sizes.length === k ? apart : 0)),
    ),
  );
}

describe("principal components of a few rows", () => {
  it("are NumPy's, sign by the largest score", async () => {
    const [first, second] = await leadingScores(centredGram(await gram(rows)), 2, turns);
    close(first!.scores, numpy.first, 1e-9);
    close(second!.scores, numpy.second, 1e-9);
    close([first!.explained, second!.explained], numpy.explained, 1e-12);
  });

  it("do not see a place that all rows share, however far it is", async () => {
    const far = rows.map((one) => one.map((x) => x + 1000));
    const [first] = await leadingScores(centredGram(await gram(far)), 1, turns);
    close(first!.scores, numpy.first, 1e-7);
  });

  it("explain all in a plane, and nothing where rows are equal", async () => {
    const plane = Array.from({ length: 30 }, (_, i) => [i, 2 * i + (i % 3), 7]);
    const [first, second] = await leadingScores(centredGram(await gram(plane)), 2, turns);
    assert.ok(Math.abs(first!.explained + second!.explained - 1) < 1e-12);
    const equal = await leadingScores(centredGram(await gram([[1, 2], [1, 2], [1, 2]])), 2, turns); // prettier-ignore
    assert.deepEqual(equal.map(({ explained }) => explained), [0, 0]); // prettier-ignore
    assert.deepEqual([...equal[0]!.scores], [0, 0, 0]);
  });

  it("are found where the first values are close", async () => {
    const wide = clusters([40, 40], 120, 0, 3);
    const found = await leadingScores(centredGram(await gram(wide)), 2, turns);
    const lengths = found.map(({ scores }) => scores.reduce((sum, x) => sum + x * x, 0));
    const total = centredGram(await gram(wide));
    // Residual of G s = λ s, from the matrix itself.
    found.forEach(({ scores }, k) => {
      for (let i = 0; i < total.n; i++) {
        let image = 0;
        for (let j = 0; j < total.n; j++) image += total.data[i * total.n + j]! * scores[j]!;
        assert.ok(Math.abs(image - lengths[k]! * scores[i]!) < 1e-6 * lengths[k]!);
      }
    });
  });
});

describe("silhouettes", () => {
  it("are those of Python loops, Euclidean and cosine; a label of one text has 0", async () => {
    const products = await gram(rows);
    const squared = squaredDistances(products);
    const euclidean = { ...squared, data: squared.data.map(Math.sqrt) };
    close(silhouettes(euclidean, labels, 3), numpy.euclidean, 1e-9);
    close(silhouettes(cosineDistances(products), labels, 3), numpy.cosine, 1e-9);
  });

  it("near 1 for labels of far clusters, below 0 for labels that are mixed up, 0 where all lie in one place", async () => {
    const products = squaredDistances(await gram(clusters([10, 10], 8, 30)));
    const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
    const right = Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1));
    assert.ok(mean(silhouettes(products, right, 2)) > 0.9);
    assert.ok(
      mean(silhouettes(products, right.map((_, i) => i % 2), 2)) < 0, // prettier-ignore
    );
    const one = squaredDistances(await gram(Array.from({ length: 6 }, () => [0.1, 0.7, 1 / 3])));
    assert.deepEqual([...silhouettes(one, [0, 0, 0, 1, 1, 1], 2)], [0, 0, 0, 0, 0, 0]);
  });

  it("do not know the labels' numbers", async () => {
    const products = squaredDistances(await gram(rows));
    const renamed = labels.map((label) => 2 - label);
    assert.deepEqual(silhouettes(products, renamed, 3), silhouettes(products, labels, 3));
  });
});

describe("t-SNE", () => {
  const options = { perplexity: 8, seed: 5, steps: 400 };
  const distances = async (all: number[][]): Promise<Square> => squaredDistances(await gram(all));

  it("gives each row the perplexity that is asked for, to 1e-5", async () => {
    const far = await distances(clusters([20, 10, 7], 12, 6));
    for (const perplexity of [2, 8, 11.5]) {
      const { data, n, missed } = await neighboursOf(far, perplexity, turns);
      assert.equal(missed, 0);
      for (let i = 0; i < n; i++) {
        const p = [...data.subarray(i * n, (i + 1) * n)];
        assert.equal(p[i], 0);
        assert.ok(Math.abs(p.reduce((sum, x) => sum + x, 0) - 1) < 1e-12);
        const entropy = -p.reduce((sum, x) => (x > 0 ? sum + x * Math.log(x) : sum), 0);
        assert.ok(Math.abs(Math.exp(entropy) - perplexity) < 1e-5, `${Math.exp(entropy)}`);
      }
    }
  });

  it("counts rows whose ties leave no such perplexity", async () => {
    const tied = await distances(Array.from({ length: 12 }, (_, i) => [i < 9 ? 0 : i]));
    const { missed, data } = await neighboursOf(tied, 3, turns);
    assert.equal(missed, 9);
    assert.ok(data.every(Number.isFinite));
  });

  it("has the divergence of its definition, which falls with the steps", async () => {
    const all = clusters([12, 12, 12], 10, 5);
    const far = await distances(all);
    const found: number[] = [];
    for (const steps of [0, 100, 400, 1000]) {
      const { points, divergence } = await tsne(far, { ...options, steps }, turns);
      assert.ok(Math.abs(divergence - (await naiveDivergence(far, points, options.perplexity))) < 1e-9);
      found.push(divergence);
    }
    // After a quarter of the steps neighbours are exaggerated no more, so that all compare.
    const [none, few, more, most] = found;
    assert.ok(few! < none! && more! < few! && most! <= more! + 0.02, String(found));
    assert.ok(most! < 0.5 * none!, String(found));
  });

  it("ends where small moves of a row no longer help", async () => {
    const far = await distances(clusters([12, 12, 12], 10, 5));
    const { points, divergence } = await tsne(far, { ...options, steps: 1000 }, turns);
    for (const k of [0, 7, 30, 71])
      for (const by of [-0.3, 0.3]) {
        const moved = points.map((x, i) => (i === k ? x + by : x));
        assert.ok((await naiveDivergence(far, moved, options.perplexity)) > divergence - 1e-5);
      }
  });

  it("keeps far clusters apart: each row's nearest neighbour in the picture is of its own", async () => {
    const { points } = await tsne(await distances(clusters([15, 15, 15], 20, 12)), options, turns);
    const label = (i: number): number => Math.floor(i / 15);
    for (let i = 0; i < 45; i++) {
      const others = Array.from({ length: 45 }, (_, j) => j).filter((j) => j !== i);
      const far = (j: number): number =>
        Math.hypot(points[2 * i]! - points[2 * j]!, points[2 * i + 1]! - points[2 * j + 1]!);
      const nearest = others.reduce((best, j) => (far(j) < far(best) ? j : best));
      assert.equal(label(nearest), label(i));
    }
  });

  it("is the same to the last bit with the same seed, another picture with another", async () => {
    const far = await distances(clusters([10, 10], 6, 4));
    const [a, b] = [await tsne(far, options, turns), await tsne(far, options, turns)];
    assert.deepEqual(a, b);
    assert.notDeepEqual(a.points, (await tsne(far, { ...options, seed: 6 }, turns)).points);
  });

  it("stops when it is not wanted any more", async () => {
    const far = await distances(clusters([60, 60], 6, 4));
    const source = new CancelSource();
    let last = 0;
    const running = tsne(far, { ...options, steps: 1e6 }, new Turns({ signal: source.signal }), (done) => {
      last = done;
      if (done === 20) source.cancel();
    });
    await assert.rejects(running, { code: "cancelled" });
    assert.equal(last, 20);
  });
});

/** KL of the picture's pairs from the rows' pairs, from the definition. */
async function naiveDivergence(far: Square, points: ArrayLike<number>, perplexity: number): Promise<number> {
  const { n } = far;
  const { data } = await neighboursOf(far, perplexity, turns);
  const pairs = Array.from({ length: n * n }, (_, at) => [Math.floor(at / n), at % n] as const);
  const near = ([i, j]: readonly [number, number]): number =>
    1 / (1 + (points[2 * i]! - points[2 * j]!) ** 2 + (points[2 * i + 1]! - points[2 * j + 1]!) ** 2);
  const apart = pairs.filter(([i, j]) => i !== j);
  const sum = apart.reduce((all, pair) => all + near(pair), 0);
  return apart.reduce((all, [i, j]) => {
    const p = Math.max(1e-12, (data[i * n + j]! + data[j * n + i]!) / (2 * n));
    return all + p * Math.log(p / Math.max(1e-12, near([i, j]) / sum));
  }, 0);
}
