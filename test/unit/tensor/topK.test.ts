import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random";
import { topK } from "../../../src/tensor/topK";

describe("topK", () => {
  for (const k of [0, 1, 3, 255, 256, 257, 900, 2000]) {
    it(`gives the ${k} largest of 900 as sorting does, the lower index first among equals`, () => {
      const random = seededRandom(k);
      const values = Float32Array.from({ length: 900 }, () => Math.floor(random() * 300));
      const sorted = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
      assert.deepEqual(topK(values, k), sorted.slice(0, k));
    });
  }

  it("takes what is no number last", () => {
    assert.deepEqual(topK(Float32Array.of(NaN, 1, NaN, 2, 5), 3), [4, 3, 1]);
    const long = Float32Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? NaN : i));
    assert.deepEqual(
      topK(long, 300),
      Array.from({ length: 300 }, (_, i) => 599 - 2 * i),
    );
  });
});
