import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../../src/base/random";
import { cholesky, solveCholesky } from "../../../src/tensor/cholesky";

describe("Cholesky's factors", () => {
  const normal = gaussian(seededRandom(1));
  const d = 9;
  const m = Float64Array.from({ length: d * d }, normal);
  const s = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++) s[i * d + j] += m[i * d + k] * m[j * d + k] + (i === j ? 0.1 : 0);

  it("solve a system", () => {
    const x = Float64Array.from({ length: d }, normal);
    const y = x.map((_, i) => x.reduce((sum, value, j) => sum + s[i * d + j] * value, 0));
    const l = s.slice();
    assert.equal(cholesky(l, d), true);
    solveCholesky(l, d, y);
    x.forEach((value, i) => assert.ok(Math.abs(value - y[i]) < 1e-9));
  });

  it("do not exist for a matrix that is not positive definite", () => {
    assert.equal(cholesky(Float64Array.from([1, 0, 0, -1]), 2), false);
    assert.equal(cholesky(new Float64Array(4), 2), false);
  });
});
