import assert from "node:assert/strict";
import { numericEdits } from "../../../../src/analysis/common/editValue";
import { EditedModel, SteeringSubject } from "../../../../src/analysis/common/steering/editedModel";
import { takeMeasure } from "../../../../src/analysis/common/steering/measures";
import type { ReadyMeasure } from "../../../../src/analysis/common/steering/readyMeasure";
import { steer } from "../../../../src/analysis/steering";
import { StrengthSteps } from "../../../../src/analysis/steering/step";
import {
  type KeptCell,
  steeringSweep,
  type SteeringSweepRequest,
} from "../../../../src/analysis/steeringSweep";
import { bestCell, paretoFront } from "../../../../src/analysis/steeringSweep/pareto";
import type { Progress } from "../../../../src/base/cancel";
import { decodeSteeringSweep } from "../../../../src/protocol/decodeSteeringSweep";
import type { SweepPart } from "../../../../src/protocol/steeringSweep";
import { tinyVocabulary } from "../../../support/tinyRunner";
import { randomIds } from "../../../support/tinyWindow";
import { encoder, experiment, newRunner, pair, prompt } from "./subject";

const plan = (more: object = {}) =>
  decodeSteeringSweep({
    version: 1,
    prompt: "",
    edits: [{ ...pair, scale: undefined, hook: "blocks.{layer}.hook_resid_pre" }].map(
      ({ scale: _, ...rest }) => rest,
    ),
    layers: "all",
    strengths: [0, 1, -2],
    effect: { of: "logProb", text: "x" },
    cost: { of: "kl" },
    controls: { isotropic: 3, shuffled: 2, seed: 1 },
    ...more,
  });
const effect: ReadyMeasure = { of: "logProb", run: { ids: prompt, forced: [4] } };
const cost: ReadyMeasure = { of: "kl" };
const request = (more: Partial<SteeringSweepRequest> = {}): SteeringSweepRequest => ({
  plan: plan(),
  ids: prompt,
  encoder,
  effect,
  cost,
  readFiles: (edits) => Promise.resolve([...edits]),
  ...more,
});
const run = (more: Partial<SteeringSweepRequest> = {}, runner = newRunner()) =>
  steeringSweep(runner, tinyVocabulary, request(more));

/** A cell, measured alone. */
async function alone(layer: number, strength: number, measure: ReadyMeasure): Promise<number> {
  const runner = newRunner();
  const edit = { ...pair, hook: `blocks.${layer}.hook_resid_pre`, scale: strength };
  const subject = new SteeringSubject(runner, tinyVocabulary, {
    ids: prompt,
    sampling: experiment().sampling,
    encoder,
  });
  const edited = new EditedModel(subject, await numericEdits(runner, [edit], encoder));
  return (await takeMeasure(measure, { plain: new EditedModel(subject, []), edited }, {})).value;
}

describe("a sweep of steering", () => {
  it("has in each cell what the edit alone comes to, layers by strengths", async () => {
    const result = await run();
    assert.deepEqual(result.layers, [0, 1, 2, 3]);
    assert.deepEqual(result.strengths, [0, 1, -2]);
    for (const [i, layer] of result.layers.entries()) {
      for (const [j, strength] of result.strengths.entries()) {
        assert.equal(result.effect[i][j], await alone(layer, strength, effect));
        assert.equal(result.cost[i][j], await alone(layer, strength, cost));
      }
    }
    assert.deepEqual(result.baseline, { effect: 0, cost: 0 });
    assert.ok(
      result.effect.every((row) => row[0] === 0),
      "strength zero changes no bit",
    );
    assert.equal(result.relativeNorm[1][0], 0);
    assert.ok((result.relativeNorm[1][1] ?? 0) > 0);
  });

  it("runs controls at the best cell, or at the one that is named", async () => {
    const result = await run();
    const [i, j] = result.best!;
    assert.deepEqual(result.controls?.at, { layer: result.layers[i], strength: result.strengths[j] });
    assert.equal(result.controls.chosen, "best");
    assert.deepEqual(result.controls.zero, { effect: 0, cost: 0, same: true });
    assert.equal(result.controls.real.effect, Math.max(...result.effect.flat()));
    assert.deepEqual([result.controls.isotropic.length, result.controls.shuffled.length], [3, 2]);
    const below = result.controls.isotropic.filter((one) => one.effect < result.controls!.real.effect).length;
    assert.equal(result.controls.percentiles.isotropic, below / 3);
    assert.ok(result.controls.positiveOnly && result.controls.embeddingOnly);
    assert.equal(result.warnings.length, 1);
    const given = await run({ plan: plan({ controls: { isotropic: 1, at: { layer: 2, strength: 1 } } }) });
    assert.equal(given.controls?.real.effect, result.effect[2][1]);
    assert.deepEqual(given.warnings, []);
  });

  it("says when strength zero is not the plain model", async () => {
    const runner = newRunner();
    const logitsAt = runner.logitsAt.bind(runner);
    runner.logitsAt = async (asked, options) => {
      const { logits } = await logitsAt(asked, options);
      return {
        logits: asked.edits?.some(({ scale }) => scale === 0) ? logits.map((x, i) => x + 1e-4 * i) : logits,
      };
    };
    const { controls, warnings } = await run({}, runner);
    assert.equal(controls?.zero.same, false);
    assert.ok(warnings.some((one) => one.includes("do not trust")));
  });

  it("goes on from what was kept, and comes to the same", async () => {
    const cells = new Map<string, KeptCell>();
    const keeperOf = (most: number) => ({
      known: (name: string) => cells.get(name),
      keep: (name: string, cell: KeptCell) => {
        if (cells.size >= most) return Promise.reject(new Error("the machine went down"));
        cells.set(name, cell);
        return Promise.resolve();
      },
    });
    await assert.rejects(run({ keeper: keeperOf(7) }), /went down/);
    assert.equal(cells.size, 7);
    const runner = newRunner();
    let asked = 0;
    const logitsAt = runner.logitsAt.bind(runner);
    runner.logitsAt = (...all) => {
      asked++;
      return logitsAt(...all);
    };
    const resumed = await run({ keeper: keeperOf(Infinity) }, runner);
    assert.deepEqual(resumed, await run());
    // Five cells of twelve were left, zero, three and two draws, two parts; and the plain model.
    assert.equal(asked, 5 + 8 + 1);
  });

  it("can measure how often words come, on and off topic perplexity, less being better there", async () => {
    const texts = [randomIds(9, 20, 3)];
    const onTopic: ReadyMeasure = { of: "perplexityRatio", texts };
    const of = { effect: { of: "perplexityRatio", on: { texts: ["x"] } } };
    const result = await run({ plan: plan(of), effect: onTopic });
    assert.equal(result.better, "lower");
    const [i, j] = result.best!;
    assert.equal(result.effect[i][j], Math.min(...result.effect.flat()));
    assert.ok(result.effect.every((row) => row[0] === 1));
    const counted: ReadyMeasure = { of: "count", n: 1, tokens: 3, count: (text) => text.length };
    const count = { effect: { of: "count", words: ["x"] } };
    const drawn = await run({ plan: plan(count), effect: counted });
    assert.ok(drawn.effect.flat().every((length) => length > 0));
  });

  it("reports progress over cells and controls, and stops", async () => {
    const seen: Progress[] = [];
    const stop = new AbortController();
    const onProgress = (progress: Progress) => {
      seen.push(progress);
      if (seen.length === 5) stop.abort();
    };
    const options = { signal: stop.signal, onProgress };
    await assert.rejects(steeringSweep(newRunner(), tinyVocabulary, request(), options), {
      code: "cancelled",
    });
    assert.equal(seen.length, 5);
    assert.deepEqual(
      seen.map(({ done }) => done),
      [0, 1, 1, 2, 2],
    );
    assert.ok(seen.every(({ total }) => total === 12 + 3 + 3 + 2));
  });

  it("tells every cell as soon as it is measured, as it then stands in the result", async () => {
    const parts: SweepPart[] = [];
    const onProgress = ({ partial }: Progress) => partial !== undefined && parts.push(partial as SweepPart);
    const result = await steeringSweep(newRunner(), tinyVocabulary, request(), { onProgress });
    assert.deepEqual(
      parts.map(({ cell }) => cell),
      result.layers.flatMap((_, row) => result.strengths.map((_, column) => [row, column])),
    );
    for (const { cell, ...told } of parts) {
      const [row, column] = cell;
      const { effect, cost, relativeNorm, baseline } = result;
      const [e, c, norm] = [effect, cost, relativeNorm].map((rows) => rows[row][column]);
      assert.deepEqual(told, { effect: e, cost: c, relativeNorm: norm, baseline });
    }
  });

  const bad: [string, object, RegExp][] = [
    [
      "a layer that the model has not",
      { layers: [0, 4] },
      /^layers\[1\] is 4, but the model has 4 layers\.$/,
    ],
    ["edits that name no layer", { edits: [{ ...pair, scale: "{strength}" }] }, /^edits name no \{layer\}/],
    ["edits that name no strength", { layers: [1], edits: [pair] }, /^edits name no \{strength\}/],
    [
      "an axis that there is not",
      { edits: [{ ...pair, hook: "blocks.{depth}.hook_resid_pre" }] },
      /\{depth\}|no \{layer\}/,
    ],
    [
      "a hook that the model has not",
      { edits: [{ ...pair, scale: 1, hook: "blocks.{layer}.attn.hook_rot_q" }], strengths: [1] },
      /names no hook of this model/,
    ],
  ];
  for (const [what, more, message] of bad) {
    it(`refuses ${what}, in one sentence, before anything is run`, async () => {
      const runner = newRunner();
      await assert.rejects(async () => run({ plan: plan(more) }, runner), { code: "bad-field", message });
      assert.equal(runner.plans.length, 0);
    });
  }
});

describe("cells that are worth their cost", () => {
  const table = {
    effect: [
      [0, 3],
      [5, 5],
      [4, 1],
    ],
    cost: [
      [0, 1],
      [4, 2],
      [2, 0],
    ],
    sign: 1 as const,
  };

  it("are those that none betters, the cheapest first", () => {
    assert.deepEqual(paretoFront(table), [
      [2, 1],
      [0, 1],
      [1, 1],
    ]);
    assert.deepEqual(paretoFront({ ...table, sign: -1 }), [[0, 0]]);
    assert.deepEqual(paretoFront({ effect: [[1, 1]], cost: [[2, 2]], sign: 1 }), [
      [0, 0],
      [0, 1],
    ]);
  });

  it("have a best one within what may be spent", () => {
    assert.deepEqual(bestCell(table), [1, 1]);
    assert.deepEqual(bestCell(table, 1), [0, 1]);
    assert.equal(bestCell(table, -1), null);
  });
});

describe("one strength after another", () => {
  it("comes to what the experiment comes to at that strength, from what is there", async () => {
    const runner = newRunner();
    const { sampling } = experiment();
    const asked = { ids: prompt, edits: [pair], sampling, encoder };
    const steps = await StrengthSteps.prepare(runner, tinyVocabulary, asked, {});
    await steps.at([1], {});
    const before = runner.plans.length;
    let continuations = 0;
    const generate = runner.generate.bind(runner);
    runner.generate = (...all) => {
      continuations++;
      return generate(...all);
    };
    for (const scale of [0, 2, -1.5]) {
      const step = await steps.at([scale], {});
      const whole = await steer(newRunner(), tinyVocabulary, {
        experiment: experiment({ edits: [{ ...pair, scale }], controls: { isotropic: 0, seed: 0 } }),
        ids: prompt,
        bos: true,
        encoder,
        digest: null,
      });
      const { default: plain, steered, partsAt, relativeNorm } = whole;
      assert.deepEqual(step, { default: plain, steered, partsAt, relativeNorm, kl: whole.kl.steered });
    }
    assert.equal(runner.plans.length, before, "nothing is read again");
    assert.equal(continuations, 3, "the edited continuation alone is written");
  });
});
