import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { colourLevels } from "../../../../src/extension/contributions";
import { bucketTokens, levelOf, scaleOf } from "../../../../src/extension/decorations/buckets";
import type { TokenInfo } from "../../../../src/protocol/model";

const token = (start: number, end: number, special?: true): TokenInfo => ({
  id: start,
  text: "t",
  start,
  end,
  ...(special ? { special } : {}),
});
const everywhere = [{ start: 0, end: 1e9 }];
const counts = (buckets: readonly (readonly unknown[])[]): number[] => buckets.map((bucket) => bucket.length);

describe("the scale of a neuron's colours", () => {
  it("is its own largest size, whatever the sign", () => {
    assert.equal(scaleOf([token(0, 1), token(1, 2), token(2, 3)], [0, -3, 2]), 3);
  });

  it("leaves out position 0, where attention sinks are, and added tokens", () => {
    const tokens = [token(0, 0, true), token(0, 1), token(1, 1, true)];
    assert.equal(scaleOf(tokens, [100, 2, 50]), 2);
  });

  it("leaves out a custom prefix", () => {
    const tokens = [token(0, 0, true), { ...token(0, 0), prefix: true as const }, token(0, 1)];
    assert.equal(scaleOf(tokens, [100, 50, 2]), 2);
  });

  it("is zero for an empty or broken record", () => {
    assert.equal(scaleOf([], []), 0);
    assert.equal(scaleOf([token(0, 1), token(1, 2)], [1, Number.NaN]), 0);
  });
});

describe("the step of an activation", () => {
  const cases: [number, number, number][] = [
    [6, 6, 6],
    [-6, 6, 6],
    [3, 6, 3],
    [0.4, 6, 0],
    [0.6, 6, 1],
    [0, 6, 0],
    [7, 6, 6],
    [1, 0, 0],
    [Number.NaN, 6, 0],
    [Number.POSITIVE_INFINITY, 6, 0],
  ];
  for (const [activation, scale, level] of cases) {
    it(`${activation} on a scale of ${scale} is ${level}`, () =>
      assert.equal(levelOf(activation, scale), level));
  }
});

describe("tokens by step", () => {
  it("keep their sign, and none is in two steps", () => {
    const tokens = [token(0, 1), token(1, 2), token(2, 3), token(3, 4)];
    const { positive, negative } = bucketTokens(tokens, [9, 6, -6, 1], everywhere);
    assert.deepEqual(counts(positive), [1, 0, 0, 0, 0, 1]);
    assert.deepEqual(counts(negative), [0, 0, 0, 0, 0, 1]);
  });

  it("are only those in the visible ranges, edges by a unit included", () => {
    const tokens = [token(0, 1), token(1, 10), token(10, 20), token(20, 30), token(30, 40)];
    const { positive } = bucketTokens(tokens, [1, 1, 1, 1, 1], [{ start: 19, end: 21 }]);
    assert.deepEqual(
      positive[colourLevels - 1]?.map(({ start }) => start),
      [10, 20],
    );
  });

  it("leave out what covers no text", () => {
    const { positive } = bucketTokens([token(0, 1), token(3, 3), token(3, 5)], [0, 4, 4], everywhere);
    assert.deepEqual(counts(positive), [0, 0, 0, 0, 0, 1]);
  });

  it("never throw, and paint each token at most once (fuzzed)", () => {
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) {
      const tokens = Array.from({ length: Math.floor(random() * 30) }, (_, i) =>
        token(i, i + Math.floor(random() * 3)),
      );
      const activations = tokens.map(() => (random() < 0.1 ? Number.NaN : (random() - 0.5) * 10));
      const { positive, negative } = bucketTokens(tokens, activations, everywhere);
      const painted = [...positive, ...negative].flat();
      assert.equal(new Set(painted.map(({ start }) => start)).size, painted.length);
      assert.ok(painted.every(({ activation }) => Number.isFinite(activation)));
    }
  });
});
