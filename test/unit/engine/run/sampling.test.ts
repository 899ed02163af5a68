import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { chooseToken } from "../../../../src/engine/run/sampling";

describe("chooseToken", () => {
  const logits = Float32Array.from([0, 2, 2, -1]);
  const total = [0, 2, 2, -1].reduce((sum, x) => sum + Math.exp(x), 0);

  it("takes the first of the most likely at temperature 0", () => {
    const choice = chooseToken(logits, 0, () => assert.fail("nothing is drawn"));
    assert.equal(choice.id, 1);
    assert.ok(Math.abs(choice.logProb - (2 - Math.log(total))) < 1e-7);
  });

  for (const temperature of [0.5, 1, 3]) {
    it(`draws at temperature ${temperature} as often as the distribution says`, () => {
      const random = seededRandom(9);
      const counts = [0, 0, 0, 0];
      const n = 20000;
      for (let i = 0; i < n; i++) counts[chooseToken(logits, temperature, random).id]++;
      const sum = [...logits].reduce((s, x) => s + Math.exp(x / temperature), 0);
      counts.forEach((count, id) => {
        const p = Math.exp(logits[id] / temperature) / sum;
        const deviation = Math.sqrt((p * (1 - p)) / n);
        assert.ok(Math.abs(count / n - p) < 5 * deviation + 1e-9, `token ${id}: ${count / n} for ${p}`);
      });
    });
  }

  it("reports the model's own log-probability whatever the temperature", () => {
    const random = seededRandom(1);
    for (let i = 0; i < 50; i++) {
      const { id, logProb } = chooseToken(logits, 2, random);
      assert.ok(Math.abs(logProb - (logits[id] - Math.log(total))) < 1e-7);
    }
  });

  it("never draws what is impossible", () => {
    const some = Float32Array.from([-Infinity, 0, -Infinity]);
    assert.equal(chooseToken(some, 1, () => 0).id, 1);
    assert.equal(chooseToken(some, 1, () => 1 - 1e-12).id, 1);
  });

  for (const broken of [
    [0, Number.NaN],
    [-Infinity, -Infinity],
    [Infinity, 0],
  ]) {
    it(`refuses logits like ${broken.join(", ")}`, () => {
      assert.throws(() => chooseToken(Float32Array.from(broken), 0, () => 0), { code: "not-finite" });
    });
  }
});
