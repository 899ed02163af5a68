import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { alignedParts } from "../../../../src/analysis/common/steering/aligned";
import { divergence, logSoftmax } from "../../../../src/analysis/common/divergence";
import { takeMeasure } from "../../../../src/analysis/common/steering/measures";
import { meetExpectation } from "../../../../src/analysis/steering/expectations";
import { steer } from "../../../../src/analysis/steering";
import { tinyVocabulary } from "../../../support/tinyRunner";
import { encoder, experiment, logProb, models, newRunner, prompt } from "./subject";

const near = (a: number, b: number, within = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= within * Math.max(1, Math.abs(b)), `${a} and ${b}`);
const total = (p: readonly number[]): number => p.reduce((a, b) => a + b, 0);

/** The measures as their source defines them: of probabilities, renormalised within each set. */
function byDefinition(p: readonly number[], q: readonly number[], isAligned: (id: number) => boolean) {
  const of = (all: readonly number[], side: boolean) => all.filter((_, id) => isAligned(id) === side);
  const klWithin = (side: boolean): number => {
    const [before, after] = [of(p, side), of(q, side)];
    const [all, allAfter] = [total(before), total(after)];
    return total(after.map((x, i) => (x / allAfter) * Math.log(x / allAfter / (before[i]! / all))));
  };
  const [before, after] = [total(of(p, true)), total(of(q, true))];
  return {
    effectiveness: Math.log(after) - Math.log(before),
    disruption: after * klWithin(true) + (1 - after) * klWithin(false),
    sets: after * Math.log(after / before) + (1 - after) * Math.log((1 - after) / (1 - before)),
  };
}

describe("aligned tokens and the rest", () => {
  const random = seededRandom(4);
  const drawn = () => logSoftmax(Float32Array.from({ length: 40 }, () => 6 * random() - 3));

  for (let trial = 0; trial < 5; trial++)
    it(`have the parts of the definition, and these add up to both KLs (${trial})`, () => {
      const [p, q] = [drawn(), drawn()];
      const aligned = Array.from(p.keys()).filter(() => random() < 0.3);
      const found = alignedParts(p, q, aligned);
      const probs = (of: Float64Array) => Array.from(of, Math.exp);
      const expected = byDefinition(probs(p), probs(q), (id) => aligned.includes(id));
      near(found.effectiveness, expected.effectiveness);
      near(found.disruption, expected.disruption);
      near(expected.sets + found.disruption, divergence(q, p));
      near(found.kl.aligned + found.kl.rest, divergence(p, q));
      near(found.kl.aligned, total(aligned.map((id) => Math.exp(p[id]!) * (p[id]! - q[id]!))));
    });

  it("disrupt nothing where only the weight between the sets is moved", () => {
    const p = drawn();
    const aligned = [3, 8, 21];
    const raised = logSoftmax(Float32Array.from(p, (x, id) => (aligned.includes(id) ? x + 2 : x)));
    const found = alignedParts(p, raised, aligned);
    assert.ok(found.effectiveness > 0.1);
    near(found.disruption, 0, 1e-6);
  });

  it("may be the whole vocabulary: then all is disruption", () => {
    const [p, q] = [drawn(), drawn()];
    const found = alignedParts(p, q, Array.from(p.keys()));
    near(found.effectiveness, 0);
    near(found.disruption, divergence(q, p));
    assert.equal(found.kl.rest, 0);
  });

  it("are told of an experiment that names them, and of each of its nulls", async () => {
    const { numeric } = await models();
    const runner = newRunner();
    const request = { experiment: experiment(), ids: prompt, bos: true, encoder, digest: "d" };
    const aligned = [4, 7];
    const result = await steer(runner, tinyVocabulary, { ...request, aligned });
    const at = (edits: typeof numeric) => runner.logits(prompt, edits, prompt.length)[prompt.length - 1]!;
    const [p, q] = [at([]), at(numeric)].map(logSoftmax) as [Float64Array, Float64Array];
    const expected = byDefinition(Array.from(p, Math.exp), Array.from(q, Math.exp), (id) =>
      aligned.includes(id),
    );
    const found = result.aligned!;
    near(found.steered.effectiveness, expected.effectiveness, 1e-5);
    near(found.steered.disruption, expected.disruption, 1e-5);
    near(found.steered.kl.aligned + found.steered.kl.rest, result.kl.steered, 1e-6);
    assert.deepEqual(
      found.tokens.map(({ id }) => id),
      aligned,
    );
    near(found.tokens[1]!.steered, q[7]!, 1e-5);
    for (const name of ["isotropic", "shuffled"] as const) {
      assert.equal(found[name]!.length, result.kl[name]!.length);
      found[name]!.forEach(({ kl }, i) => near(kl.aligned + kl.rest, result.kl[name]![i]!, 1e-6));
    }
    assert.equal((await steer(runner, tinyVocabulary, request)).aligned, undefined);
  });

  it("are measured behind the prompt under the edit, with the nulls beside", async () => {
    const { runner, plain, edited, numeric } = await models();
    const probs = (edits: typeof numeric) => {
      const logits = runner.logits(prompt, edits, prompt.length)[prompt.length - 1]!;
      return Array.from(logits, (_, id) => Math.exp(logProb(logits, id)));
    };
    const aligned = [4, 7];
    const expected = byDefinition(probs([]), probs(numeric), (id) => aligned.includes(id));
    const both = { plain, edited };
    const effect = await takeMeasure({ of: "effectiveness", aligned }, both, {});
    near(effect.value, expected.effectiveness, 1e-5);
    near(effect.steered, Math.log(total(aligned.map((id) => probs(numeric)[id]!))), 1e-5);
    near(effect.steered - effect.default!, effect.value);
    const disruption = await takeMeasure({ of: "disruption", aligned }, both, {});
    near(disruption.value, expected.disruption, 1e-5);
    assert.ok(disruption.value > 1e-3, "the edit does disturb");
    assert.equal((await takeMeasure({ of: "disruption", aligned }, { plain, edited: plain }, {})).value, 0);
    const all = { plain, steered: edited, isotropic: [plain, edited], shuffled: [], isDrawn: false };
    const measure = { of: "disruption", aligned } as const;
    const expectation = { of: "disruption", words: [" a"], atMost: 100 } as const;
    const { result } = await meetExpectation({ expectation, measure }, all, {});
    assert.deepEqual(result.nulls?.isotropic, [0, disruption.value]);
    assert.match(result.says, /^disruption beside " a": \S+ nats; expected at most 100: met\.$/);
  });
});
