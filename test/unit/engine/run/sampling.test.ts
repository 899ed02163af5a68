import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { chooseToken, type ChoiceRule } from "../../../../src/engine/run/sampling";

describe("chooseToken", () => {
  const logits = Float32Array.from([0, 2, 2, -1]);
  const total = [0, 2, 2, -1].reduce((sum, x) => sum + Math.exp(x), 0);

  it("takes the first of the most likely at temperature 0", () => {
    const choice = chooseToken(logits, { temperature: 0 }, () => assert.fail("nothing is drawn"));
    assert.equal(choice.id, 1);
    assert.ok(Math.abs(choice.logProb - (2 - Math.log(total))) < 1e-7);
  });

  for (const temperature of [0.5, 1, 3]) {
    it(`draws at temperature ${temperature} as often as the distribution says`, () => {
      const random = seededRandom(9);
      const counts = [0, 0, 0, 0];
      const n = 20000;
      for (let i = 0; i < n; i++) counts[chooseToken(logits, { temperature }, random).id]++;
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
      const { id, logProb } = chooseToken(logits, { temperature: 2 }, random);
      assert.ok(Math.abs(logProb - (logits[id] - Math.log(total))) < 1e-7);
    }
  });

  it("never draws what is impossible", () => {
    const some = Float32Array.from([-Infinity, 0, -Infinity]);
    assert.equal(chooseToken(some, { temperature: 1 }, () => 0).id, 1);
    assert.equal(chooseToken(some, { temperature: 1 }, () => 1 - 1e-12).id, 1);
  });

  for (const broken of [
    [0, Number.NaN],
    [-Infinity, -Infinity],
    [Infinity, 0],
  ]) {
    it(`refuses logits like ${broken.join(", ")}`, () => {
      assert.throws(() => chooseToken(Float32Array.from(broken), { temperature: 0 }, () => 0), {
        code: "not-finite",
      });
    });
  }

  const shares = (temperature: number): number[] => {
    const raw = [...logits].map((x) => Math.exp(x / temperature));
    return raw.map((x) => x / raw.reduce((a, b) => a + b, 0));
  };
  const rules: [rule: ChoiceRule, kept: number[]][] = [
    [{ temperature: 1, topK: 1 }, [1]],
    [{ temperature: 1, topK: 3 }, [0, 1, 2]],
    [{ temperature: 1, topK: 9 }, [0, 1, 2, 3]],
    [{ temperature: 1, topP: 0.4 }, [1]],
    [{ temperature: 1, topP: 0.5 }, [1, 2]],
    [{ temperature: 1, topP: 0.95 }, [0, 1, 2]],
    [{ temperature: 50, topP: 0.7 }, [0, 1, 2]],
    [{ temperature: 1, topK: 3, topP: 0.49 }, [1, 2]],
    [{ temperature: 1, topK: 2, topP: 0.49 }, [1]],
    [{ temperature: 0, topK: 3, topP: 0.9 }, [1]],
  ];
  for (const [rule, kept] of rules) {
    it(`draws under ${JSON.stringify(rule)} from ${kept.join(", ")}, as often as their shares say`, () => {
      const random = seededRandom(4);
      const counts = [0, 0, 0, 0];
      const n = 4000;
      for (let i = 0; i < n; i++) counts[chooseToken(logits, rule, random).id]++;
      const all = shares(rule.temperature || 1);
      const sum = kept.reduce((total, id) => total + all[id], 0);
      counts.forEach((count, id) => {
        const p = kept.includes(id) ? all[id] / sum : 0;
        assert.ok(
          Math.abs(count / n - p) <= 5 * Math.sqrt((p * (1 - p)) / n),
          `token ${id}: ${count / n} for ${p}`,
        );
      });
    });
  }

  it("lists the most likely tokens beside the chosen one, under the model's own distribution", () => {
    const { alternatives } = chooseToken(logits, { temperature: 3, topK: 1, alternatives: 3 }, () => 0);
    assert.deepEqual(
      alternatives.map(({ id }) => id),
      [1, 2, 0],
    );
    const own = shares(1);
    for (const { id, logProb } of alternatives) assert.ok(Math.abs(logProb - Math.log(own[id])) < 1e-6);
    assert.deepEqual(chooseToken(logits, { temperature: 0 }, () => 0).alternatives, []);
  });

  it("takes the nucleus of a flat distribution of many tokens", () => {
    const flat = new Float32Array(5000);
    const seen = new Set<number>();
    const random = seededRandom(2);
    for (let i = 0; i < 1500; i++) seen.add(chooseToken(flat, { temperature: 1, topP: 0.25 }, random).id);
    assert.ok(Math.max(...seen) < 1251 && seen.size > 800, `${seen.size} up to ${Math.max(...seen)}`);
  });
});
