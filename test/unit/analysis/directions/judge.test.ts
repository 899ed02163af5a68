import assert from "node:assert/strict";
import { percentileOf } from "../../../../src/analysis/common/percentile";
import { Turns } from "../../../../src/analysis/common/turns";
import { wilson } from "../../../../src/analysis/common/wilson";
import { halvedLabels, judge, shuffledLabels } from "../../../../src/analysis/directions/judge";
import { fitDirection, type Label } from "../../../../src/analysis/directions/methods";
import { splitPairs } from "../../../../src/analysis/directions/split";
import { CancelSource } from "../../../../src/base/cancel";
import { gaussian, seededRandom } from "../../../../src/base/random";

function rowsOf(n: number, d: number, apart: number, seed = 1) {
  const normal = gaussian(seededRandom(seed));
  const labels: Label[] = Array.from({ length: 2 * n }, (_, i) => ({ positive: i % 2 === 0, pair: i >> 1 }));
  const data = new Float32Array(2 * n * d);
  labels.forEach(({ positive }, i) => {
    for (let j = 0; j < d; j++) data[i * d + j] = normal() + (positive && j === 0 ? apart : 0);
  });
  const rows = { data, width: d };
  const textsOf = (part: readonly number[]): number[] => part.flatMap((pair) => [2 * pair, 2 * pair + 1]);
  const split = splitPairs(n, 0.25, seed);
  const parts = {
    train: textsOf(split.train),
    validation: textsOf(split.validation),
    test: textsOf(split.test),
  };
  const fit = (under: readonly Label[], which: readonly number[]) =>
    fitDirection("mean-difference", { rows, labels: under, which }, 0);
  return { rows, labels, ...parts, fit, turned: true };
}

const asked = { draws: 40, seed: 3 };

describe("a judged direction", () => {
  it("is accurate on what it was not fitted to, far above both nulls, where the classes are apart", async () => {
    const { accuracy, interval, nulls, percentile, pairAccuracy } = await judge(
      rowsOf(120, 16, 6),
      asked,
      new Turns({}),
    );
    assert.ok(accuracy! > 0.95 && interval![0] <= accuracy! && interval![1] >= accuracy!);
    assert.ok(pairAccuracy! > 0.95);
    assert.equal(nulls.isotropic.length, 40);
    assert.equal(nulls.shuffled.length, 40);
    assert.deepEqual(percentile, { isotropic: 1, shuffled: 1 });
    const mean = nulls.shuffled.reduce((a, b) => a + b, 0) / 40;
    assert.ok(Math.abs(mean - 0.5) < 0.06, `shuffled labels: ${mean}`);
  });

  it("is at chance where there is nothing, and its nulls are too", async () => {
    const { accuracy, interval, nulls } = await judge(rowsOf(200, 16, 0), asked, new Turns({}));
    assert.ok(interval![0] < 0.5 && interval![1] > 0.5, String(accuracy));
    for (const draws of [nulls.isotropic, nulls.shuffled]) {
      const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
      assert.ok(Math.abs(mean - 0.5) < 0.06, String(mean));
    }
  });

  it("is chosen by and fitted to nothing of the test part", async () => {
    const data = rowsOf(60, 8, 2);
    const before = await judge(data, asked, new Turns({}));
    const spoilt = data.rows.data.map((x, i) => (data.test.includes(Math.floor(i / 8)) ? 1000 * x : x));
    const after = await judge(
      { ...rowsOf(60, 8, 2), rows: { data: spoilt, width: 8 } },
      asked,
      new Turns({}),
    );
    assert.deepEqual(after.choice, before.choice);
    assert.deepEqual(after.vector, before.vector);
    assert.equal(after.threshold, before.threshold);
    assert.equal(after.residNorm, before.residNorm);
  });

  it("has the threshold in the middle of the classes' mean scores, spread to each side", async () => {
    const data = rowsOf(50, 4, 3);
    const { vector, threshold, spread } = await judge(data, asked, new Turns({}));
    const known = [...data.train, ...data.validation];
    const mean = (positive: boolean): number => {
      const which = known.filter((i) => data.labels[i]!.positive === positive);
      const score = (i: number): number =>
        [...vector].reduce((sum, v, j) => sum + v * data.rows.data[4 * i + j]!, 0) / Math.hypot(...vector);
      return which.reduce((sum, i) => sum + score(i), 0) / which.length;
    };
    assert.ok(Math.abs(threshold! + spread! - mean(true)) < 1e-9);
    assert.ok(Math.abs(threshold! - spread! - mean(false)) < 1e-9);
  });

  it("gives the same numbers for the same seed, others for another", async () => {
    const one = await judge(rowsOf(30, 8, 1), asked, new Turns({}));
    assert.deepEqual(await judge(rowsOf(30, 8, 1), asked, new Turns({})), one);
    const other = await judge(rowsOf(30, 8, 1), { draws: 40, seed: 4 }, new Turns({}));
    assert.notDeepEqual(other.nulls.shuffled, one.nulls.shuffled);
  });

  it("is not made any further once it was cancelled", async () => {
    const source = new CancelSource();
    source.cancel();
    await assert.rejects(judge(rowsOf(30, 8, 1), asked, new Turns(source)), { code: "cancelled" });
  });
});

describe("shuffled labels", () => {
  it("with just half of the pairs turned round leave nothing of what all pairs share", () => {
    const shared = (seed: number, of: typeof halvedLabels): number => {
      const { rows, labels, train } = rowsOf(40, 8, 6, 2);
      const which = train.slice(0, 40);
      const [first] = fitDirection("mean-difference", { rows, labels: of(labels, which, seed), which }, 0);
      return Math.abs(first!);
    };
    const seeds = Array.from({ length: 30 }, (_, i) => i + 1);
    const largest = (of: typeof halvedLabels): number => Math.max(...seeds.map((seed) => shared(seed, of)));
    // Of a difference of 6 within every pair, noise of one unit is left; free draws keep whole units of it.
    assert.ok(largest(halvedLabels) < 1.2, String(largest(halvedLabels)));
    assert.ok(largest((labels, _, seed) => shuffledLabels(labels, seed)) > 2);
    for (const n of [6, 7]) {
      const labels = Array.from({ length: 2 * n }, (_, i) => ({ positive: i % 2 === 0, pair: i >> 1 }));
      const which = labels.map((_, i) => i);
      for (const seed of seeds) {
        const turned = halvedLabels(labels, which, seed).filter(
          ({ positive }, i) => positive !== (i % 2 === 0),
        );
        assert.ok([2 * Math.floor(n / 2), 2 * Math.ceil(n / 2)].includes(turned.length));
      }
    }
  });

  it("stay balanced within each pair, and exchange among texts without a counterpart", () => {
    const labels: Label[] = [
      ...Array.from({ length: 40 }, (_, i) => ({ positive: i % 2 === 0, pair: i >> 1 })),
      ...Array.from({ length: 10 }, (_, i) => ({ positive: i < 7, pair: 20 + i })),
    ];
    const turned = shuffledLabels(labels, 5);
    for (let pair = 0; pair < 20; pair++)
      assert.notEqual(turned[2 * pair]!.positive, turned[2 * pair + 1]!.positive);
    assert.equal(turned.slice(40).filter(({ positive }) => positive).length, 7);
    assert.notDeepEqual(turned, labels);
    assert.deepEqual(shuffledLabels(labels, 5), turned);
  });
});

describe("a split of pairs", () => {
  for (const [n, share, sizes] of [
    [1, 0.25, [1, 0, 0]],
    [2, 0.25, [1, 0, 1]],
    [8, 0.25, [4, 2, 2]],
    [100, 0.3, [52, 18, 30]],
    [10, 0, [7, 3, 0]],
    [3, 0.9, [1, 0, 2]],
  ] as const)
    it(`of ${n} with ${share} held out has parts of ${sizes.join(", ")}, no pair in two`, () => {
      const { train, validation, test } = splitPairs(n, share, 7);
      assert.deepEqual([train.length, validation.length, test.length], sizes);
      assert.equal(new Set([...train, ...validation, ...test]).size, n);
    });
});

describe("intervals and percentiles", () => {
  for (const [hits, n, low, high] of [
    [8, 10, 0.4902, 0.9433],
    [0, 20, 0, 0.1611],
    [16, 16, 0.8064, 1],
    [50, 100, 0.4038, 0.5962],
  ] as const)
    it(`Wilson's of ${hits} among ${n} is ${low} to ${high}`, () => {
      const [from, to] = wilson(hits, n);
      assert.ok(Math.abs(from - low) < 5e-5 && Math.abs(to - high) < 5e-5, `${from} ${to}`);
    });

  it("count ties half", () => {
    assert.equal(percentileOf(0.8, [0.5, 0.8, 0.9, 0.2]), 0.625);
    assert.equal(percentileOf(0.8, []), null);
  });
});
