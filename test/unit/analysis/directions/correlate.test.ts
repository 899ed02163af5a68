import assert from "node:assert/strict";
import { correlationOf } from "../../../../src/analysis/directions/correlate";
import { gaussian, seededRandom } from "../../../../src/base/random";

const options = { draws: 100, seed: 0, points: 1000 };

describe("two lists of scores", () => {
  const normal = gaussian(seededRandom(1));
  const noise = Array.from({ length: 400 }, normal);

  it("correlate as they were made to, and better than all shifted ones", () => {
    const other = noise.map((x) => 0.8 * x + 0.6 * normal());
    const { n, r, shifted, percentile } = correlationOf(noise, other, options);
    assert.equal(n, 400);
    assert.ok(Math.abs(r - 0.8) < 0.06, String(r));
    assert.equal(shifted.length, 100);
    assert.equal(percentile, 1);
    assert.equal(
      correlationOf(
        noise,
        noise.map((x) => -2 * x + 3),
        options,
      ).r.toFixed(9),
      "-1.000000000",
    );
  });

  it("that change slowly and have nothing in common correlate no better than shifted ones", () => {
    // A plain test would call these two random walks related; shifting them shows that walks always seem so.
    const walk = (seed: number): number[] => {
      const step = gaussian(seededRandom(seed));
      let at = 0;
      return Array.from({ length: 400 }, () => (at += step()));
    };
    const all = Array.from({ length: 12 }, (_, i) =>
      correlationOf(walk(2 * i + 1), walk(2 * i + 2), options),
    );
    const sizes = all.map(({ r }) => Math.abs(r));
    assert.ok(Math.max(...sizes) > 0.3, "walks do seem related");
    const mean = all.reduce((sum, { percentile }) => sum + percentile!, 0) / all.length;
    assert.ok(mean > 0.25 && mean < 0.75, String(mean));
  });

  it("are the same for the same seed, and are not shifted where they are short", () => {
    const reversed = [...noise].reverse();
    assert.deepEqual(correlationOf(noise, reversed, options), correlationOf(noise, reversed, options));
    assert.notDeepEqual(
      correlationOf(noise, reversed, options).shifted,
      correlationOf(noise, reversed, { ...options, seed: 1 }).shifted,
    );
    const short = correlationOf(noise.slice(0, 19), reversed.slice(0, 19), options);
    assert.deepEqual([short.shifted, short.percentile], [[], null]);
  });

  it("are drawn by evenly taken pairs", () => {
    const { points } = correlationOf(noise, noise, { ...options, points: 100 });
    assert.deepEqual(points.slice(0, 2), [
      [noise[0], noise[0]],
      [noise[4], noise[4]],
    ]);
    assert.equal(points.length, 100);
  });
});
