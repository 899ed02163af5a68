import assert from "node:assert/strict";
import { numericEdits } from "../../../../src/analysis/common/editValue";
import { isotropicNulls, shuffledNulls } from "../../../../src/analysis/common/steering/nulls";
import { embeddingOnly, otherLayer, positiveOnly } from "../../../../src/analysis/common/steering/variants";
import { steer } from "../../../../src/analysis/steering";
import type { Edit, Experiment, SteerResult } from "../../../../src/protocol/edit";
import { tinyVocabulary } from "../../../support/tinyRunner";
import { encoder, experiment, hook, logProb, newRunner, pair, prompt, shape } from "./subject";

const rowsOf = (edit: Edit) => edit.value as number[][];
const near = (a: number, b: number, within = 1e-5) =>
  assert.ok(Math.abs(a - b) <= within * Math.max(1, Math.abs(b)), `${a} and ${b}`);

async function residual(ids: readonly number[], at = hook): Promise<number[][]> {
  const { reads } = await newRunner().run({ ids, reads: [{ hook: at }] });
  const data = Array.from(reads.get(at)!.data);
  return ids.map((_, p) => data.slice(p * 8, (p + 1) * 8));
}

const run = (part: Partial<Experiment> = {}, more: object = {}) =>
  steer(newRunner(), tinyVocabulary, {
    experiment: experiment(part),
    ids: prompt,
    bos: true,
    encoder,
    digest: "d",
    ...more,
  });

describe("nulls of steering", () => {
  const asked = { given: [pair], encoder, draws: 20, seed: 4 };

  it("have the norms of the real value, row by row, and never its direction", async () => {
    const runner = newRunner();
    const numeric = await numericEdits(runner, [pair], encoder);
    const real = rowsOf(numeric[0]).map((row) => Math.hypot(...row));
    const isotropic = isotropicNulls(runner, numeric, asked);
    const shuffled = await shuffledNulls(runner, numeric, asked, {});
    for (const draws of [isotropic, shuffled]) {
      assert.equal(draws.length, 20);
      // With twenty tokens in all, two short random texts may come to the same.
      assert.ok(new Set(draws.map((edits) => JSON.stringify(edits))).size >= 18);
      for (const [edit] of draws) {
        rowsOf(edit).forEach((row, i) => near(Math.hypot(...row), real[i]));
        assert.deepEqual({ ...edit, value: null }, { ...numeric[0], value: null });
        assert.notDeepEqual(edit.value, numeric[0].value);
      }
    }
    assert.deepEqual(await shuffledNulls(runner, numeric, asked, {}), shuffled);
    assert.notDeepEqual(await shuffledNulls(runner, numeric, { ...asked, seed: 5 }, {}), shuffled);
  });

  it("of a vector that came from no text are differences of two texts at their last token", async () => {
    const vector: Edit = { ...pair, value: new Array<number>(8).fill(2), positions: "every-step" };
    const draws = await shuffledNulls(newRunner(), [vector], { ...asked, given: [vector] }, {});
    for (const [edit] of draws)
      near(Math.hypot(...(edit.value as number[])), Math.hypot(...(vector.value as number[])));
    assert.equal(new Set(draws.map((edits) => JSON.stringify(edits))).size, 20);
  });

  const vector = [2, -1, 0, 1, 3, 0, 1, -2];
  const spans: readonly Edit[] = [
    { hook, op: "set", value: vector, positions: "last" },
    { hook, op: "add", value: vector, positions: "every-step", preserveNorm: true },
    { hook, op: "project-out", value: vector, positions: "every-step" },
    { hook, op: "project-out", value: [vector, [...vector].reverse()], positions: "every-step" },
    { hook, op: "keep", value: [vector], positions: "every-step" },
    { hook, op: "interchange", value: { ids: prompt }, subspace: [vector], positions: [1] },
  ];
  for (const edit of spans)
    it(`replace what ${edit.op} goes by, ${JSON.stringify(edit.value).length > 40 ? "several rows" : "one row"}${edit.preserveNorm ? ", the length kept" : ""}, and nothing else`, async () => {
      const field = edit.op === "interchange" ? "subspace" : "value";
      const runner = newRunner();
      const numeric = await numericEdits(runner, [edit], encoder);
      const rows = (of: Edit): number[][] => {
        const given = of[field] as number[] | number[][];
        return Array.isArray(given[0]) ? (given as number[][]) : [given as number[]];
      };
      const real = rows(numeric[0]!);
      const given = { ...asked, given: [edit] };
      for (const draws of [
        isotropicNulls(runner, numeric, asked),
        await shuffledNulls(runner, numeric, given, {}),
      ]) {
        assert.equal(draws.length, 20);
        for (const [drawn] of draws) {
          assert.deepEqual({ ...drawn, [field]: null }, { ...numeric[0], [field]: null });
          assert.notDeepEqual(drawn![field], numeric[0]![field]);
          const made = rows(drawn!);
          assert.equal(made.length, real.length);
          made.forEach((row, i) => near(Math.hypot(...row), Math.hypot(...real[i]!)));
          if (made.length > 1) assert.notDeepEqual(made[0], made[1], "a span stays of as many dimensions");
        }
      }
    });

  it("are a direction made under shuffled labels where that is known, at the real one's length", async () => {
    const edit: Edit = { hook, op: "add", value: vector, positions: "every-step" };
    const labels = [Array.from({ length: 20 }, (_, draw) => vector.map((_, d) => Math.cos(draw + d * d)))];
    const draws = await shuffledNulls(newRunner(), [edit], { ...asked, given: [edit], labels }, {});
    draws.forEach(([drawn], draw) => {
      const row = drawn!.value as number[];
      const own = labels[0]![draw]!;
      const ratio = Math.hypot(...vector) / Math.hypot(...own);
      row.forEach((x, d) => near(x, own[d]! * ratio));
    });
    const controls = { isotropic: 0, seed: 0, shuffled: 5, others: false };
    const withLabels = await run({ edits: [edit], controls }, { labels });
    assert.equal(withLabels.controlFacts?.shuffled, "labels");
    assert.equal((await run({ edits: [edit], controls })).controlFacts?.shuffled, "pairs");
    const two = await run({ edits: [edit, pair], controls }, { labels: [labels[0], null] });
    assert.equal(two.controlFacts?.shuffled, "both");
    assert.equal(withLabels.controls.shuffled?.length, 5);
  });

  it("are none where nothing is added", async () => {
    const zero: Edit = { hook, op: "zero", positions: "last" };
    assert.deepEqual(isotropicNulls(newRunner(), [zero], asked), []);
    assert.deepEqual(await shuffledNulls(newRunner(), [zero], { ...asked, given: [zero] }, {}), []);
  });
});

describe("controls of steering", () => {
  const both = async (edit: Edit = pair) => ({
    given: [edit],
    numeric: await numericEdits(newRunner(), [edit], encoder),
  });

  it("add the positive part alone, where the texts differ", async () => {
    const made = await positiveOnly(newRunner(), await both(), encoder, {});
    const plus = await residual([0, 5, 7]);
    assert.deepEqual(rowsOf(made![0]), [new Array<number>(8).fill(0), plus[1], plus[2]]);
    const alone: Edit = { ...pair, value: { text: "57" } };
    assert.equal(await positiveOnly(newRunner(), await both(alone), encoder, {}), null);
  });

  it("add the difference of token embeddings at the same layer", async () => {
    const made = await embeddingOnly(newRunner(), await both(), encoder, {});
    const [plus, minus] = [await residual([0, 5, 7], "hook_embed"), await residual([0, 3, 1], "hook_embed")];
    assert.deepEqual(
      rowsOf(made![0]),
      plus.map((row, p) => row.map((x, d) => x - minus[p][d])),
    );
    assert.equal(made![0].hook, hook);
    const numbers: Edit = { ...pair, value: [1, 2, 3, 4, 5, 6, 7, 8] };
    assert.equal(await embeddingOnly(newRunner(), await both(numbers), encoder, {}), null);
  });

  it("go to another layer, texts being read there", async () => {
    const at = { layer: undefined, encoder };
    const made = await otherLayer(newRunner(), await both(), at, {});
    assert.equal(made?.layer, 3);
    const there = { ...pair, hook: "blocks.3.hook_resid_pre" };
    assert.deepEqual(made.edits, await numericEdits(newRunner(), [there], encoder));
    assert.equal((await otherLayer(newRunner(), await both(), { layer: 0, encoder }, {}))?.layer, 0);
    assert.equal(await otherLayer(newRunner(), await both(), { layer: 1, encoder }, {}), null);
  });

  it("run beside the experiment, each a continuation with its KL", async () => {
    const behind = [0, 5, 7, ...prompt];
    const result = await run({}, { prompting: { text: "57", ids: behind } });
    const names = ["positiveOnly", "embeddingOnly", "prompting", "otherLayer"] as const;
    for (const name of names) {
      assert.equal(result.controls[name]?.ids.length, 5, name);
      assert.ok((result.kl[name] ?? -1) > 0, name);
    }
    assert.equal(result.controls.shuffled?.length, 3);
    assert.equal(result.kl.shuffled?.length, 3);
    const alone = await newRunner().generate({ ids: behind, sampling: experiment().sampling });
    assert.deepEqual(result.controls.prompting?.ids, alone.ids);
    assert.equal(result.controlFacts?.otherLayer, 3);
    assert.equal(result.controlFacts?.prompting, "57");
    const below = result.kl.shuffled!.filter((kl) => kl < result.kl.steered).length;
    assert.equal(result.percentiles?.shuffled, below / 3);
    assert.equal(result.percentiles?.isotropic, result.percentile);
  });

  it("are told of one by one, each part being the result as far as it goes", async () => {
    const parts: SteerResult[] = [];
    const request = { experiment: experiment(), ids: prompt, bos: true, encoder, digest: "d" };
    const onPart = (part: SteerResult) => parts.push(structuredClone(part));
    const result = await steer(newRunner(), tinyVocabulary, request, { onPart });
    assert.deepEqual(result, await run(), "telling of parts changes nothing");
    const count = ({ controls }: SteerResult) =>
      Object.values(controls).reduce((sum, one) => sum + (Array.isArray(one) ? one.length : 1), 0);
    assert.deepEqual(
      parts.map(count),
      Array.from({ length: count(result) }, (_, i) => i + 1),
    );
    assert.deepEqual(parts.at(-1), result);
    for (const part of parts) {
      assert.deepEqual(part.kl.isotropic, result.kl.isotropic.slice(0, part.controls.isotropic.length));
      assert.equal(part.kl.steered, result.kl.steered);
      for (const name of ["positiveOnly", "embeddingOnly", "otherLayer"] as const)
        assert.equal(part.kl[name] !== undefined, part.controls[name] !== undefined, name);
    }
  });

  it("are left out where the file says so", async () => {
    const controls = { isotropic: 1, seed: 0, shuffled: 0, others: false };
    const result = await run({ controls }, { prompting: { text: "5", ids: [0, 5, ...prompt] } });
    assert.deepEqual(Object.keys(result.controls).sort(), ["isotropic", "zero"]);
  });
});

describe("samples of an experiment", () => {
  const sampling = { maxTokens: 6, temperature: 1, seed: 9, samples: 4 };

  it("are drawn with seeds of their own, the same again, default and steered side by side", async () => {
    const result = await run({ sampling });
    const { samples } = result;
    assert.deepEqual(samples?.seeds, [9, 10, 11, 12]);
    assert.deepEqual(samples.default[0], result.default);
    assert.deepEqual(samples.steered[0], result.steered);
    for (const [i, seed] of samples.seeds.entries()) {
      const alone = await newRunner().generate({ ids: prompt, sampling: { ...sampling, seed } });
      assert.deepEqual(samples.default[i].ids, alone.ids);
      const a: readonly number[] = samples.default[i].ids;
      const b: readonly number[] = samples.steered[i].ids;
      const at: number = a.findIndex((id, j) => id !== b[j]);
      assert.equal(samples.partsAt[i], at < 0 ? null : at);
    }
    assert.deepEqual(await run({ sampling }), result);
    assert.ok(new Set(samples.default.map(({ ids }) => ids.join())).size > 1);
  });

  it("are scored by the other model, token by token", async () => {
    const { steered, default: plain, crossed } = await run();
    const runner = newRunner();
    const numeric = await numericEdits(runner, [pair], encoder);
    const of = (ids: readonly number[], edits: Edit[]) => {
      const logits = runner.logits([...prompt, ...ids], edits, prompt.length);
      return ids.map((id, i) => logProb(logits[prompt.length - 1 + i], id));
    };
    of(steered.ids, []).forEach((x, i) => near(crossed!.steered[i], x));
    of(plain.ids, numeric).forEach((x, i) => near(crossed!.default[i], x));
  });

  it("tell which tokens moved", async () => {
    const { moved } = await run();
    const runner = newRunner();
    const numeric = await numericEdits(runner, [pair], encoder);
    const at = (edits: Edit[]) => runner.logits(prompt, edits, prompt.length)[prompt.length - 1];
    const change = (id: number) => Math.exp(logProb(at(numeric), id)) - Math.exp(logProb(at([]), id));
    const all = Array.from({ length: shape.dVocab }, (_, id) => id).sort((a, b) => change(b) - change(a));
    assert.equal(moved?.up[0].id, all[0]);
    assert.equal(moved?.down[0].id, all.at(-1));
    near(moved.up[0].steered, logProb(at(numeric), all[0]));
  });
});
