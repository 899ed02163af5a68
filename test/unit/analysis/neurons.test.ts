import assert from "node:assert/strict";
import { rankNeurons } from "../../../src/analysis/neurons";
import { RecordActivations } from "../../../src/analysis/common/activations";
import { tinyForward, tinyModel, type TinyModel, type TinyShape } from "../../support/tinyModel";
import { tinyRecords } from "../../support/tinyRecords";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { behindPrefix, randomIds, tinyWindow } from "../../support/tinyWindow";

const shape: TinyShape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 64,
  kind: "gpt",
  seed: 1,
};
const gated: TinyShape = { ...shape, kind: "gated", seed: 2 };

/** [layer][neuron][pos] of a run, the plain way. */
function posts(model: TinyModel, ids: readonly number[]): number[][][] {
  const all: number[][][] = [];
  tinyForward(model, ids, (hook, values, [n, width]) => {
    if (!hook.endsWith("mlp.hook_post")) return;
    all.push(
      Array.from({ length: width }, (_, j) => Array.from({ length: n }, (_, p) => values[p * width + j])),
    );
  });
  return all;
}

const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
const deviation = (list: number[]) => Math.sqrt(mean(list.map((x) => (x - mean(list)) ** 2)));
const near = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) < 1e-4 * Math.max(1, Math.abs(b)), `${a} and ${b}`);

/** z-scores with deviations of at least a quarter of their layer's median, as the doc comment says. */
function expectedScores(
  selected: number[][],
  baseline: { mean: number[][]; deviation: number[][] },
): number[][] {
  return selected.map((layer, l) => {
    const sorted = [...baseline.deviation[l]].sort((a, b) => a - b);
    const floor = sorted[Math.floor(sorted.length / 2)] / 4;
    return layer.map((x, j) => (x - baseline.mean[l][j]) / Math.max(baseline.deviation[l][j], floor));
  });
}

describe("ranking neurons", () => {
  const ids = randomIds(40, shape.dVocab, 3);
  const window = tinyWindow(ids);
  const range = { start: window.tokens[20].start, end: window.tokens[23].end };
  const model = tinyModel(shape);

  it("neither ranks a custom prefix nor compares with it", async () => {
    const behind = behindPrefix(window, 19);
    const all = { start: 0, end: behind.tokens.at(-1)!.end };
    const rank = (of: typeof all, k = 3) =>
      rankNeurons(new TinyRunner(model), tinyVocabulary, { window: behind, range: of, k, records: null });
    assert.deepEqual(
      (await rank(all)).selected,
      ids.map((_, pos) => pos).filter((pos) => pos > 19),
    );
    const few = await rank({ start: behind.tokens[36].start, end: behind.tokens[39].end }, 20);
    const rest = posts(model, ids).map((layer) => layer.map((v) => v.slice(20, 36)));
    const selected = posts(model, ids).map((layer) => layer.map((v) => mean(v.slice(36, 40))));
    const expected = expectedScores(selected, {
      mean: rest.map((layer) => layer.map(mean)),
      deviation: rest.map((layer) => layer.map(deviation)),
    });
    for (const { layer, neuron, score } of few.neurons) near(score, expected[layer][neuron]);
  });

  it("says what else one may do where a selection alone has nothing to rank", async () => {
    const alone = { ...tinyWindow([0, 5]), context: "selection" } as const;
    const request = { window: alone, range: { start: 0, end: 0 }, k: 3, records: null };
    await assert.rejects(
      rankNeurons(new TinyRunner(model), tinyVocabulary, request),
      (error: { code: string; next: string }) =>
        error.code === "empty-selection" && /text before/.test(error.next),
    );
  });

  it("scores against the rest of the window where there are no records", async () => {
    const result = await rankNeurons(new TinyRunner(model), tinyVocabulary, {
      window,
      range,
      k: 20,
      records: null,
    });
    assert.equal(result.baseline, "window");
    assert.deepEqual(result.selected, [20, 21, 22, 23]);
    const all = posts(model, ids);
    const rest = all.map((layer) =>
      layer.map((v) => v.filter((_, p) => p > 0 && !result.selected.includes(p))),
    );
    const selected = all.map((layer) => layer.map((v) => mean(v.slice(20, 24))));
    const expected = expectedScores(selected, {
      mean: rest.map((layer) => layer.map(mean)),
      deviation: rest.map((layer) => layer.map(deviation)),
    });
    assert.equal(result.neurons.length, 20);
    result.neurons.forEach((one) => {
      near(one.score, expected[one.layer][one.neuron]);
      one.activations.forEach((x, i) => near(x, all[one.layer][one.neuron][20 + i]));
    });
  });

  it("scores against the model's records where it has some", async () => {
    const runner = new TinyRunner(model);
    const records = tinyRecords(model, 4, 7);
    const kept = new RecordActivations(runner, records);
    const result = await rankNeurons(runner, tinyVocabulary, { window, range, k: 5, records: kept });
    assert.equal(result.baseline, "records");
    const [best] = result.neurons;
    const at = best.layer * shape.dMlp + best.neuron;
    near(best.score, (mean([...best.activations]) - records.mean[at]) / records.deviation[at]);
    assert.match(best.explanation.basis, /^random letters/);
  });

  it("ranks the highest scores first, over all layers", async () => {
    const { neurons } = await rankNeurons(new TinyRunner(model), tinyVocabulary, {
      window,
      range,
      k: 20,
      records: null,
    });
    neurons.forEach((one, i) => assert.ok(i === 0 || one.score <= neurons[i - 1].score));
    assert.equal(new Set(neurons.map((n) => n.layer)).size, 2);
  });

  it("ranks a gated neuron by how far it is out on the side it fires on, and keeps the sign", async () => {
    const signed = tinyModel(gated);
    for (const records of [null, tinyRecords(signed, 4, 7)]) {
      const runner = new TinyRunner(signed);
      const kept = records && new RecordActivations(runner, records);
      const request = { window, range, k: 20, records: kept };
      const result = await rankNeurons(runner, tinyVocabulary, request);
      assert.equal(result.signed, true);
      const sizes = result.neurons.map(({ activations, score }) =>
        mean([...activations]) < 0 ? -score : score,
      );
      sizes.forEach((size, i) => assert.ok(i === 0 || size <= sizes[i - 1]));
      const lead = result.neurons.slice(0, 8);
      assert.ok(
        lead.some(({ score }) => score < 0) && lead.some(({ score }) => score > 0),
        "both signs come first",
      );
      const found = posts(signed, ids).map((layer) => layer.map((v) => mean(v.slice(20, 24))));
      for (const { layer, neuron, activations } of result.neurons)
        near(mean([...activations]), found[layer][neuron]);
    }
    const { signed: plain } = await rankNeurons(new TinyRunner(model), tinyVocabulary, {
      window,
      range,
      k: 1,
      records: null,
    });
    assert.equal(plain, undefined);
  });

  it("never ranks position 0 or an added token", async () => {
    const special = {
      ...window,
      tokens: window.tokens.map((t, i) => (i === 21 ? { ...t, special: true as const } : t)),
    };
    const wide = { start: 0, end: window.tokens[22].end };
    const request = { window: special, range: wide, k: 1, records: null };
    const { selected } = await rankNeurons(new TinyRunner(model), tinyVocabulary, request);
    assert.ok(!selected.includes(0) && !selected.includes(21) && selected.includes(20));
  });

  it("does not let a neuron that never moves outrank the others", async () => {
    const still = tinyModel(shape);
    for (let d = 0; d < shape.dModel; d++) still.blocks[0].up.w[d * shape.dMlp] = 0;
    const request = { window, range, k: 20, records: null };
    const { neurons } = await rankNeurons(new TinyRunner(still), tinyVocabulary, request);
    const dead = neurons.find((n) => n.layer === 0 && n.neuron === 0);
    assert.ok(Math.abs(dead!.score) < 1e-3, `${dead!.score}`);
  });

  it("says so when there is nothing to compare with", async () => {
    const all = { start: 0, end: window.tokens[39].end };
    const result = await rankNeurons(new TinyRunner(model), tinyVocabulary, {
      window,
      range: all,
      k: 3,
      records: null,
    });
    assert.equal(result.baseline, "none");
    assert.ok(result.neurons[0].score > 0 && Number.isFinite(result.neurons[0].score));
  });

  it("gives the tokens a neuron writes, strongest first, and swaps them where a gated neuron is negative", async () => {
    for (const kind of [shape, gated]) {
      const runner = new TinyRunner(tinyModel(kind));
      const { neurons } = await rankNeurons(runner, tinyVocabulary, { window, range, k: 20, records: null });
      let negative = 0;
      for (const one of neurons) {
        const [weights] = await runner.neuronWeights(one.layer, [one.neuron]);
        const [plain] = await runner.unembedDirections(weights.out, 8);
        const swap = kind.kind === "gated" && mean([...one.activations]) < 0;
        negative += Number(swap);
        const expected = swap ? plain.bottom.map(([id]) => id) : plain.top.map(([id]) => id);
        assert.deepEqual(
          one.promotes.map((t) => t.id),
          expected,
        );
        assert.ok(one.promotes[0].weight >= one.promotes[7].weight);
        assert.ok(one.suppresses[0].weight <= one.suppresses[7].weight);
      }
      assert.equal(negative > 0, kind.kind === "gated");
    }
  });

  for (const [what, bad] of [
    ["an empty selection", { start: 5, end: 5 }],
    ["a selection past the text", { start: 5000, end: 6000 }],
    ["nothing but the beginning", { start: 0, end: 0 }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const request = { window, range: bad, k: 1, records: null };
      await assert.rejects(rankNeurons(new TinyRunner(model), tinyVocabulary, request), {
        code: "empty-selection",
      });
    });
  }

  it("stops when it is no longer wanted", async () => {
    const stop = new AbortController();
    stop.abort();
    const request = { window, range, k: 1, records: null };
    const options = { signal: stop.signal };
    await assert.rejects(rankNeurons(new TinyRunner(model), tinyVocabulary, request, options), {
      code: "cancelled",
    });
  });
});
