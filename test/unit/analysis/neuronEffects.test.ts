import assert from "node:assert/strict";
import { neuronEffects } from "../../../src/analysis/neuronEffects";
import { matchedNeurons } from "../../../src/analysis/neuronEffects/matched";
import { factorsUpTo } from "../../../src/analysis/neuronEffects/strengths";
import { divergence, logSoftmax } from "../../../src/analysis/common/divergence";
import { rankNeurons } from "../../../src/analysis/neurons";
import type { Edit } from "../../../src/protocol/edit";
import type { EffectChoice } from "../../../src/protocol/neuronEffects";
import type { NeuronOrder } from "../../../src/protocol/neurons";
import { openRunner, type OpenRunner } from "../../support/openRunner";
import { useTempFolder } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";
import { tinyVocabulary } from "../../support/tinyRunner";
import { randomIds, tinyWindow } from "../../support/tinyWindow";

const shape = { nLayers: 3, nHeads: 2, dModel: 8, dMlp: 30, dVocab: 20, nCtx: 64, kind: "gpt" } as const;
const window = tinyWindow(randomIds(24, shape.dVocab, 3));
const { ids } = window;
const selected = [9, 10, 11, 12];
const range = { start: window.tokens[9].start, end: window.tokens[12].end };
const tokenOf = (text: string): number | null => (/^t\d+$/.test(text) ? Number(text.slice(1)) : null);
const line = { line: "an unrelated line", ids: randomIds(7, shape.dVocab, 8) };
const near = (a: number, b: number, share = 1e-4, least = 1e-5): void =>
  assert.ok(Math.abs(a - b) <= Math.max(least, share * Math.abs(b)), `${a} and ${b}`);

describe("what a neuron does to a prediction", () => {
  const folder = useTempFolder();
  let open: OpenRunner;
  beforeEach(async () => {
    writeTinyCheckpoint(folder(), tinyModel({ ...shape, seed: 6 }));
    open = await openRunner(folder(), 1);
  });
  afterEach(() => open.dispose());

  const effects = (layer: number, neuron: number, choice: EffectChoice = {}) =>
    neuronEffects(open.runner, tinyVocabulary, {
      window,
      range,
      layer,
      neuron,
      choice,
      tokenOf,
      unrelated: line,
    });
  const logProbsAt = async (edits: readonly Edit[], position: number) =>
    logSoftmax((await open.runner.logitsAt({ ids, edits, position })).logits);
  const rank = (by: NeuronOrder, effect?: EffectChoice) =>
    rankNeurons(open.runner, tinyVocabulary, {
      window,
      range,
      k: shape.nLayers * shape.dMlp,
      records: null,
      choice: { by, ...(effect ? { effect } : {}) },
      tokenOf,
    });

  const neuronAt = (layer: number, neuron: number) => ({
    hook: `blocks.${layer}.mlp.hook_post`,
    neurons: [neuron],
  });
  /** The layer's neurons, each its mean over what is neither selected nor first: in plain loops. */
  const restMeans = async (layer: number): Promise<number[]> => {
    const { hook } = neuronAt(layer, 0);
    const { data } = (await open.runner.run({ ids, reads: [{ hook }] })).reads.get(hook)!;
    const rest = ids.map((_, pos) => pos).filter((pos) => pos > 0 && !selected.includes(pos));
    return Array.from({ length: shape.dMlp }, (_, j) =>
      rest.reduce((sum, pos) => sum + data[pos * shape.dMlp + j] / rest.length, 0),
    );
  };

  for (const ablation of ["mean", "zero"] as const) {
    for (const layer of [0, 2]) {
      it(`is by ablation to ${ablation} what the edit engine's run so edited loses (layer ${layer})`, async () => {
        const { effect, controls, target } = await effects(layer, 7, { ablation });
        const to = ablation === "zero" ? null : await restMeans(layer);
        for (const { neuron, exact } of [effect, ...controls.slice(0, 3)]) {
          const how: Partial<Edit> = to ? { op: "set", value: to } : { op: "zero" };
          const edit = { ...how, ...neuronAt(layer, neuron), positions: selected } as Edit;
          const plain = await logProbsAt([], target.position);
          const without = await logProbsAt([edit], target.position);
          const { token, minus } = target;
          near(exact.logProb, plain[token.id] - without[token.id], 1e-3);
          const diff = (l: Float64Array) => l[token.id] - l[minus.id];
          near(exact.logitDiff, diff(plain) - diff(without), 1e-3);
          near(exact.kl, divergence(plain, without), 1e-2, 1e-6);
        }
      });
    }
  }

  it("is ablated to a mean that nothing of the selection is part of", async () => {
    const { ablation, ablatedTo } = await effects(1, 4);
    assert.equal(ablation, "mean");
    near(ablatedTo, (await restMeans(1))[4]);
  });

  it("is ablated to zero where the selection leaves nothing of the text to take a mean over", async () => {
    const whole = { start: 0, end: window.tokens[23].end };
    const choice = { layer: 1, neuron: 4, choice: {}, tokenOf, unrelated: null };
    const card = await neuronEffects(open.runner, tinyVocabulary, { window, range: whole, ...choice });
    assert.deepEqual([card.ablation, card.ablatedTo], ["zero", 0]);
    assert.ok(card.effect.exact.kl > 1e-6, "something was ablated");
    const ranking = await rankNeurons(open.runner, tinyVocabulary, {
      window,
      range: whole,
      k: 2,
      records: null,
      choice: { by: "logProb", effect: { ablation: "mean" } },
      tokenOf,
    });
    assert.equal(ranking.effect?.ablation, "zero");
    assert.ok(ranking.neurons.every(({ score }) => score !== 0));
  });

  it("is by the direct path the slope of a small addition to the last stream, the final norm's scale frozen", async () => {
    const { effect, target, activation, ablatedTo } = await effects(1, 4, { ablation: "zero" });
    assert.equal(ablatedTo, 0);
    const [{ out }] = await open.runner.neuronWeights(1, [4]);
    const epsilon = 1e-2;
    const at = async (amount: number): Promise<Float64Array> =>
      logProbsAt(
        [
          {
            hook: "blocks.2.hook_resid_post",
            op: "add",
            value: [...out],
            scale: amount,
            positions: [target.position],
          },
          { hook: "ln_final.hook_scale", op: "freeze", positions: [target.position] },
        ],
        target.position,
      );
    const [more, less] = [await at(epsilon), await at(-epsilon)];
    const diff = (l: Float64Array) => l[target.token.id] - l[target.minus.id];
    const slope = (diff(more) - diff(less)) / (2 * epsilon);
    near(effect.direct?.logitDiff ?? NaN, slope * activation, 2e-3);
    // Log-probabilities are no line in the activation: the whole step is compared, not its slope.
    const [plain, without] = [await at(0), await at(-activation)];
    near(effect.direct?.logProb ?? NaN, plain[target.token.id] - without[target.token.id], 1e-3);
  });

  it("is the same by both ways in the last layer, but for the norm's scale", async () => {
    const { effect, target } = await effects(2, 11);
    const edit: Edit = {
      ...neuronAt(2, 11),
      op: "set",
      value: await restMeans(2),
      positions: selected,
    };
    const frozen: Edit = { hook: "ln_final.hook_scale", op: "freeze", positions: [target.position] };
    const [plain, without] = [
      await logProbsAt([], target.position),
      await logProbsAt([edit, frozen], target.position),
    ];
    near(effect.direct?.logProb ?? NaN, plain[target.token.id] - without[target.token.id], 1e-3);
    assert.notEqual(effect.direct?.logProb, effect.exact.logProb);
  });

  it("adds up over a layer by the direct path to what its MLP adds, without the bias", async () => {
    const position = 12;
    const ranking = await rank("logitDiff", { position, token: 3, minus: 5, ablation: "zero" });
    const own = ranking.neurons.filter(({ layer }) => layer === 1);
    const sum = own.reduce((total, { score }) => total + score, 0);
    const all: Edit = { hook: "blocks.1.mlp.hook_post", op: "zero", positions: [position] };
    const [kept, gone] = await Promise.all(
      [[], [all]].map(async (edits) => {
        const hook = "blocks.1.hook_mlp_out";
        const { reads } = await open.runner.run({ ids, edits, reads: [{ hook, positions: [position] }] });
        return reads.get(hook)?.data as Float32Array;
      }),
    );
    const added: Edit = {
      hook: "blocks.2.hook_resid_post",
      op: "add",
      value: Array.from(kept, (x, d) => gone[d] - x),
      positions: [position],
    };
    const frozen: Edit = { hook: "ln_final.hook_scale", op: "freeze", positions: [position] };
    const [plain, without] = [await logProbsAt([], position), await logProbsAt([added, frozen], position)];
    near(sum, plain[3] - plain[5] - (without[3] - without[5]), 1e-3);
  });

  it("is ranked by the direct effect that the card says, the exact one beside it", async () => {
    const effect = { position: 12, token: 3, minus: 5 };
    const ranking = await rank("logitDiff", effect);
    const sizes = ranking.neurons.map(({ score }) => Math.abs(score));
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
    );
    assert.ok(ranking.neurons.some(({ score }) => score < 0));
    for (const one of ranking.neurons.slice(0, 3)) {
      const card = await effects(one.layer, one.neuron, effect);
      near(card.effect.direct?.logitDiff ?? NaN, one.score, 1e-3);
      near(card.effect.exact.logitDiff, one.exact?.logitDiff ?? NaN, 1e-3);
    }
    assert.deepEqual(ranking.effect?.target.token, { id: 3, text: "t3" });
  });

  it("is ranked by a log-probability to first order: the slope along every neuron", async () => {
    const position = 12;
    const ranking = await rank("logProb", { position, token: 3, ablation: "zero" });
    const { layer, neuron, score } = ranking.neurons[0];
    const [{ out }] = await open.runner.neuronWeights(layer, [neuron]);
    const hook = `blocks.${layer}.mlp.hook_post`;
    const reads = [{ hook, positions: [position], neurons: [neuron] }];
    const [activation] = (await open.runner.run({ ids, reads })).reads.get(hook)?.data ?? [NaN];
    const at = async (scale: number): Promise<number> =>
      (
        await logProbsAt(
          [
            { hook: "blocks.2.hook_resid_post", op: "add", value: [...out], scale, positions: [position] },
            { hook: "ln_final.hook_scale", op: "freeze", positions: [position] },
          ],
          position,
        )
      )[3];
    near(score, (activation * ((await at(0.01)) - (await at(-0.01)))) / 0.02, 1e-2);
  });

  it("is ranked by what it writes: mean |activation| times the length of its output row", async () => {
    const ranking = await rank("write");
    const { layer, neuron, score, activations } = ranking.neurons[0];
    const [{ out }] = await open.runner.neuronWeights(layer, [neuron]);
    const mean = activations.reduce((sum, a) => sum + Math.abs(a) / activations.length, 0);
    near(score, mean * Math.hypot(...out));
    const card = await effects(layer, neuron);
    near(card.effect.write, score);
  });

  it("has no direct effect where the target lies outside the selection, but an exact one", async () => {
    const { effect } = await effects(0, 7, { position: -1 });
    assert.deepEqual(effect.direct, { logProb: 0, logitDiff: 0 });
    assert.ok(effect.exact.kl > 0);
  });

  it("compares with twenty neurons of the layer, the same ones each time", async () => {
    const [once, again] = [await effects(1, 4), await effects(1, 4)];
    assert.equal(once.controls.length, 20);
    assert.ok(once.controls.every(({ neuron }) => neuron !== 4));
    assert.deepEqual(once, again);
    const writes = once.controls.map(({ write }) => Math.abs(write - once.effect.write));
    assert.deepEqual(
      writes,
      [...writes].sort((a, b) => a - b),
    );
    const smaller = once.controls.filter(({ exact }) => exact.kl < once.effect.exact.kl).length;
    assert.equal(once.percentile?.exact.kl, smaller / 20);
  });

  it("changes nothing at factor one, and at factor zero what ablating to zero does", async () => {
    const { strengths, effect, plain, elsewhere } = await effects(1, 4, { ablation: "zero", strongest: 4 });
    assert.deepEqual(
      strengths.map(({ factor }) => factor),
      [0, 0.5, 1, 2, 4],
    );
    near(strengths[0].kl, effect.exact.kl, 1e-2, 1e-7);
    near(plain.logProb - strengths[0].logProb, effect.exact.logProb, 1e-3);
    assert.ok(strengths[2].kl < 1e-8 && (elsewhere?.strengths[2].kl ?? 1) < 1e-8);
    near(strengths[2].logProb, plain.logProb);
    assert.ok(strengths[4].kl > strengths[3].kl);
  });

  it("is run on the unrelated line at every position but the first", async () => {
    const { elsewhere } = await effects(0, 4, { strongest: 2 });
    const positions = [1, 2, 3, 4, 5, 6];
    const edit: Edit = {
      hook: "blocks.0.mlp.hook_post",
      op: "scale",
      scale: 2,
      neurons: [4],
      positions,
    };
    let kl = 0;
    for (const position of positions) {
      const plain = logSoftmax((await open.runner.logitsAt({ ids: line.ids, position })).logits);
      const edited = logSoftmax(
        (await open.runner.logitsAt({ ids: line.ids, edits: [edit], position })).logits,
      );
      kl += divergence(plain, edited) / positions.length;
    }
    near(elsewhere?.strengths.at(-1)?.kl ?? NaN, kl, 1e-2, 1e-7);
  });

  it("is measured on the neuron's strongest selected token and the token that follows, unless chosen", async () => {
    const chosen = await effects(1, 4);
    assert.ok(selected.includes(chosen.target.position));
    assert.equal(chosen.target.token.id, ids[chosen.target.position + 1]);
    const end = await effects(1, 4, { position: -1 });
    assert.equal(end.target.token.id, end.plain.top[0].id);
    assert.equal(end.target.minus.id, end.plain.top[1].id);
  });

  const wrong: readonly (readonly [string, EffectChoice])[] = [
    ["a position beyond the text", { position: 24 }],
    ["an id beyond the vocabulary", { token: 20 }],
    ["a text that is no token", { token: "no token" }],
    ["one token twice", { token: 3, minus: 3 }],
  ];
  for (const [what, choice] of wrong) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(effects(1, 4, choice), { code: "bad-target" });
    });
  }

  it("stops when it is cancelled", async () => {
    const request = { window, range, layer: 1, neuron: 4, choice: {}, tokenOf, unrelated: line };
    const signal = AbortSignal.abort();
    await assert.rejects(neuronEffects(open.runner, tinyVocabulary, request, { signal }), {
      code: "cancelled",
    });
  });
});

describe("matched neurons", () => {
  it("are the closest ones, the lower index first where two are equally close", () => {
    assert.deepEqual(matchedNeurons([5, 1, 4, 6, 5], 0), [4, 2, 3, 1]);
  });

  it("are at most twenty", () => {
    assert.equal(matchedNeurons(new Float64Array(50), 3).length, 20);
    assert.deepEqual(matchedNeurons([1], 0), []);
  });
});

describe("factors", () => {
  for (const [strongest, factors] of [
    [1, [0, 0.5, 1]],
    [3, [0, 0.5, 1, 2, 3]],
    [8, [0, 0.5, 1, 2, 4, 8]],
  ] as const) {
    it(`go up to ${strongest}`, () => assert.deepEqual(factorsUpTo(strongest), factors));
  }
});
