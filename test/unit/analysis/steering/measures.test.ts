import assert from "node:assert/strict";
import { injectedPositions, takeMeasure } from "../../../../src/analysis/common/steering/measures";
import { type ReadyMeasure, wordCounter } from "../../../../src/analysis/common/steering/readyMeasure";
import { meetExpectation } from "../../../../src/analysis/steering/expectations";
import { wilson } from "../../../../src/analysis/common/wilson";
import type { Edit } from "../../../../src/protocol/edit";
import type { Expectation } from "../../../../src/protocol/steeringMeasure";
import { randomIds } from "../../../support/tinyWindow";
import { hook, logProb, models, pair, prompt } from "./subject";

const near = (a: number | null, b: number, within = 1e-5) =>
  assert.ok(a !== null && Math.abs(a - b) <= within * Math.max(1, Math.abs(b)), `${a} and ${b}`);

const everyStep: Edit = { hook, op: "add", value: [1, -1, 2, 0, 0, 1, 0, -2], positions: "every-step" };

describe("measures of steering", () => {
  for (const [what, edit] of [
    ["in front", pair],
    ["at every step", everyStep],
    ["at the prompt's end", { ...everyStep, positions: "last" }],
  ] as [string, Edit][]) {
    it(`force a continuation of several tokens under an edit ${what}, as generation would apply it`, async () => {
      const { runner, plain, edited, numeric } = await models(edit);
      const forced = [4, 9, 2];
      const by = (edits: Edit[]) => {
        const logits = runner.logits([...prompt, ...forced], edits, prompt.length);
        return forced.reduce((sum, id, i) => sum + logProb(logits[prompt.length - 1 + i], id), 0);
      };
      const measure: ReadyMeasure = { of: "logProb", run: { ids: prompt, forced } };
      const taken = await takeMeasure(measure, { plain, edited }, {});
      near(taken.default, by([]));
      near(taken.steered, by(numeric));
      near(taken.value, by(numeric) - by([]));
    });
  }

  it("pool perplexity over tokens and leave out predictions made where something was injected", async () => {
    const { runner, plain, edited, numeric } = await models();
    const texts = [randomIds(9, 20, 3), randomIds(5, 20, 4), [1, 2, 3]];
    let [change, n] = [0, 0];
    for (const ids of texts.slice(0, 2)) {
      const [before, after] = [runner.logits(ids, [], ids.length), runner.logits(ids, numeric, ids.length)];
      // Three rows are injected: predictions from the fourth position on count.
      for (let p = 3; p + 1 < ids.length; p++) {
        change += logProb(after[p], ids[p + 1]) - logProb(before[p], ids[p + 1]);
        n++;
      }
    }
    const taken = await takeMeasure({ of: "perplexityRatio", texts }, { plain, edited }, {});
    near(taken.value, Math.exp(-change / n));
    near(taken.steered / (taken.default as number), taken.value);
    assert.equal(taken.skipped, 1, "a text as long as what is injected says nothing");
    assert.equal(n, 6);
  });

  it("refuse texts of which none is long enough", async () => {
    const { plain, edited } = await models();
    const measure: ReadyMeasure = { of: "perplexityRatio", texts: [[1, 2, 3], [4]] };
    await assert.rejects(takeMeasure(measure, { plain, edited }, {}), { code: "prompt-too-short" });
  });

  const injected: [string, Edit, number[] | null][] = [
    ["the rows of an edit in front", { ...everyStep, value: [[1], [2]], positions: "prefill-front" }, [0, 1]],
    ["listed positions", { ...everyStep, positions: [2, -1] }, [2, 4]],
    ["nothing where all are edited", everyStep, []],
    [
      "no text shorter than its rows",
      { ...everyStep, value: [[1], [2], [3], [4], [5], [6]], positions: "prefill-all" },
      null,
    ],
  ];
  for (const [what, edit, expected] of injected) {
    it(`count as injected ${what}`, () => {
      const found = injectedPositions([edit], 5);
      assert.deepEqual(found && [...found], expected);
    });
  }

  it("sum the probabilities of words, and count right choices", async () => {
    const { runner, plain, edited, numeric } = await models();
    const p = (id: number, edits: Edit[]) =>
      logProb(runner.logits(prompt, edits, prompt.length)[prompt.length - 1], id);
    const one = (id: number) => ({ ids: prompt, forced: [id], bytes: 1 });
    const words = await takeMeasure({ of: "probability", runs: [one(4), one(7)] }, { plain, edited }, {});
    near(words.value, Math.exp(p(4, numeric)) + Math.exp(p(7, numeric)));
    near(words.default, Math.exp(p(4, [])) + Math.exp(p(7, [])));
    const ids = [3, 4, 5, 6];
    const best = ids.indexOf(ids.reduce((a, b) => (p(b, numeric) > p(a, numeric) ? b : a)));
    const item = (answer: number) => ({ answer, choices: ids.map(one) });
    const measure = { of: "choiceAccuracy", by: "total", items: [item(best), item((best + 1) % 4)] } as const;
    assert.equal((await takeMeasure(measure, { plain, edited }, {})).steered, 0.5);
  });

  it("score along a direction, which an addition there raises by its own length", async () => {
    const vector = [3, 0, 4, 0, 0, 0, 0, 0];
    const post = "blocks.2.hook_resid_post";
    const { plain, edited } = await models({
      hook: post,
      op: "add",
      value: vector,
      scale: 2,
      positions: "every-step",
    });
    const measure = { of: "score", hook: post, vector, texts: null } as const;
    near((await takeMeasure(measure, { plain, edited }, {})).value, 10);
    const texts = [randomIds(4, 20, 8), randomIds(7, 20, 9)];
    near((await takeMeasure({ ...measure, texts }, { plain, edited }, {})).value, 10);
  });

  it("count words in texts, whole ones in any case", () => {
    const count = wordCounter(["wedding", "C++"]);
    assert.deepEqual(
      ["A Wedding, a wedding!", "weddings", "c++ and C++", "", "préwedding"].map(count),
      [2, 0, 2, 0, 0],
    );
  });
});

describe("expectations", () => {
  const forced: ReadyMeasure = { of: "logProb", run: { ids: prompt, forced: [4] } };

  it("are met or not by the value, with a sentence, and the same value of the nulls beside", async () => {
    const { plain, edited } = await models();
    const all = { plain, steered: edited, isotropic: [plain, edited], shuffled: [], isDrawn: false };
    const { value } = await takeMeasure(forced, { plain, edited }, {});
    const meet = (bounds: Partial<Expectation>) =>
      meetExpectation(
        { expectation: { of: "logProb", text: " x", ...bounds } as Expectation, measure: forced },
        all,
        {},
      );
    const { result } = await meet({ atLeast: value - 0.001 });
    assert.equal(result.met, true);
    assert.match(
      result.says,
      /^rise of the log-probability of " x": \S+ nats; expected at least \S+: met\.$/,
    );
    assert.deepEqual(result.nulls, { isotropic: [0, value], shuffled: [] });
    assert.deepEqual(result.percentiles, { isotropic: value > 0 ? 0.75 : 0.25, shuffled: null });
    assert.equal((await meet({ atLeast: value + 0.001 })).result.met, false);
    assert.equal((await meet({ atMost: value - 0.001, name: "n" })).result.met, false);
  });

  it("of drawn texts hold to the lower end of the Wilson interval, and warn where few were drawn", async () => {
    const { plain, edited } = await models(pair, { maxTokens: 3, temperature: 1, seed: 0 });
    const all = { plain, steered: edited, isotropic: [], shuffled: [], isDrawn: true };
    const measure: ReadyMeasure = { of: "words", n: 20, tokens: 3, count: () => 1 };
    const meet = (atLeast: number) =>
      meetExpectation({ expectation: { of: "words", words: ["x"], atLeast }, measure }, all, {});
    const { result, warnings } = await meet(0.83);
    assert.deepEqual(result.drawn?.hits, 20);
    near(result.drawn.interval[0], 0.8389, 1e-3);
    assert.equal(result.met, true);
    assert.equal((await meet(0.85)).result.met, false, "20 of 20 are no proof of 85 %");
    assert.equal(warnings.length, 1);
  });

  const known: [number, number, number, number][] = [
    // From the formula of Wilson (1927), as R's binom::binom.wilson gives it.
    [0, 10, 0, 0.27753],
    [5, 10, 0.2366, 0.7634],
    [10, 10, 0.72247, 1],
    [50, 100, 0.40383, 0.59617],
  ];
  for (const [hits, n, low, high] of known) {
    it(`have the Wilson interval of ${hits} in ${n}`, () => {
      const [a, b] = wilson(hits, n);
      near(a, low, 2e-4);
      near(b, high, 2e-4);
    });
  }
});
