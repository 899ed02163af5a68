import assert from "node:assert/strict";
import { attentionView, headPattern, headScores } from "../../../src/analysis/attention";
import { repeatedTokens } from "../../../src/analysis/attention/repeated";
import { HeadScoreCache } from "../../../src/analysis/attention/scoreCache";
import { mostShown } from "../../../src/protocol/attention";
import type { RunPlan } from "../../../src/graph/runner";
import { tensor } from "../../../src/tensor/tensor";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner } from "../../support/tinyRunner";
import { behindPrefix, randomIds, tinyWindow } from "../../support/tinyWindow";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 20,
  nCtx: 64,
  kind: "gpt",
  seed: 1,
} as const;
const model = tinyModel(shape);
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} and ${b}`);

/** A runner whose every head attends from each query to one key, or evenly where `target` is null. */
class Planted extends TinyRunner {
  constructor(private readonly target: ((query: number, ids: readonly number[]) => number) | null) {
    super(model);
  }
  override async run(plan: RunPlan) {
    const n = plan.ids.length;
    const reads = plan.reads.map(({ hook, positions = [], heads = [0, 1] }) => {
      const row = (q: number) =>
        plan.ids.map((_, k) =>
          this.target ? Number(k === this.target(q, plan.ids)) : k <= q ? 1 / (q + 1) : 0,
        );
      const rows = heads.flatMap(() => positions.flatMap(row));
      const full = [heads.length, positions.length, n];
      return [hook, tensor(["head", "queryPos", "keyPos"], full, Float32Array.from(rows))] as const;
    });
    return { reads: new Map(reads) };
  }
}

describe("attention", () => {
  const ids = randomIds(10, shape.dVocab, 5);

  it("shows the true pattern of the head, and says what lies outside", async () => {
    const runner = new TinyRunner(model);
    const hook = "blocks.1.attn.hook_pattern";
    const { data } = (await runner.run({ ids, reads: [{ hook }] })).reads.get(hook)!;
    const positions = [3, 4, 7];
    const shown = await headPattern(runner, { ids, layer: 1, head: 1, positions });
    shown.rows.forEach((row, i) => {
      row.forEach((share, j) => near(share, data[100 + positions[i] * 10 + positions[j]]));
      near(row.reduce((a, b) => a + b, 0) + shown.outside[i], 1);
    });
  });

  it("shows a custom prefix before the selection, at most half of what there is room for", async () => {
    const few = behindPrefix(tinyWindow(randomIds(9, shape.dVocab, 2)), 3);
    const range = { start: few.start, end: few.tokens.at(-1)!.end };
    const show = async (window: typeof few) =>
      (await attentionView(new Planted(null), { window, range, layer: 0, head: 0 })).positions;
    assert.deepEqual(await show(few), [1, 2, 3, 4, 5, 6, 7, 8]);
    const many = behindPrefix(tinyWindow(randomIds(900, shape.dVocab, 2)), 600);
    const { positions, unshown } = await attentionView(new Planted(null), {
      window: many,
      range: { start: many.start, end: many.tokens.at(-1)!.end },
      layer: 0,
      head: 0,
    });
    assert.equal(positions.length, mostShown);
    assert.equal(unshown, many.tokens.length - 601 - mostShown / 2);
    assert.deepEqual([positions[0], positions[mostShown / 2]], [601 - mostShown / 2, 601]);
  });

  it("shows the positions that the selection overlaps, by one unit too", async () => {
    const window = tinyWindow([0, 2, 3, 4, 5]);
    const [, first, second] = window.tokens;
    const range = { start: first.end - 1, end: second.start + 1 };
    const view = await attentionView(new TinyRunner(model), { window, range, layer: 0, head: 0 });
    assert.deepEqual(view.positions, [1, 2]);
    assert.equal(view.unshown, 0);
    assert.equal(view.heads.length, 4);
  });

  it("scores the heads of one text once, and those of another anew", async () => {
    const runner = new TinyRunner(model);
    const cache = new HeadScoreCache();
    const ask = (list: number[], head: number) => {
      const window = tinyWindow(list);
      return attentionView(runner, { window, range: { start: 0, end: 20 }, layer: 0, head, cache });
    };
    const first = await ask(ids, 0);
    const plans = runner.plans.length;
    assert.deepEqual((await ask(ids, 1)).heads, first.heads);
    assert.equal(runner.plans.length, plans + 1);
    const other = await ask(ids.slice(0, -1), 1);
    assert.deepEqual(other.heads, await headScores(runner, ids.slice(0, -1)));
  });

  const repeated = [0, 5, 6, 7, 5, 6, 7];
  type Expected = Partial<
    Record<"previousToken" | "duplicate" | "induction" | "firstToken" | "entropy", number>
  >;
  const planted: [string, ((q: number, ids: readonly number[]) => number) | null, Expected][] = [
    ["the token before", (q) => q - 1, { previousToken: 1, firstToken: 1 / 6, entropy: 0, duplicate: 0 }],
    ["the first token", () => 0, { previousToken: 1 / 6, firstToken: 1, entropy: 0, induction: 0 }],
    [
      "the same token earlier",
      (q, all) => all.indexOf(all[q]),
      { duplicate: 3 / 6, induction: 0, entropy: 0 },
    ],
    [
      "what followed an earlier copy",
      (q, all) => all.indexOf(all[q]) + 1,
      { induction: 3 / 6, duplicate: 0 },
    ],
    ["everything evenly", null, { entropy: [2, 3, 4, 5, 6, 7].reduce((h, n) => h + Math.log(n), 0) / 6 }],
  ];
  for (const [what, target, expected] of planted) {
    it(`scores a head that attends to ${what}`, async () => {
      for (const head of await headScores(new Planted(target), repeated)) {
        for (const [name, value] of Object.entries(expected))
          near(head[name as keyof Expected] as number, value);
      }
    });
  }

  it("scores heads on the second copy of repeated random tokens, each of them once", async () => {
    const { ids: twice, from } = repeatedTokens(new TinyRunner(model), { bosId: 0, seed: 3, length: 6 });
    assert.deepEqual([twice.length, from, twice[0]], [13, 7, 0]);
    assert.deepEqual(twice.slice(1, 7), twice.slice(7));
    assert.equal(new Set(twice.slice(0, 7)).size, 7);
    assert.notDeepEqual(repeatedTokens(new TinyRunner(model), { bosId: 0, seed: 4, length: 6 }).ids, twice);
    const runner = new Planted((q, all) => all.indexOf(all[q]) + 1);
    for (const head of await headScores(runner, twice, {}, from)) near(head.induction!, 1);
    const window = tinyWindow(ids);
    const asked = {
      window,
      range: { start: 0, end: 20 },
      layer: 0,
      head: 0,
      repeated: { bosId: null, seed: 1 },
    };
    const view = await attentionView(new TinyRunner(model), asked);
    assert.equal(view.scoredOn, "repeated");
    const random = repeatedTokens(new TinyRunner(model), asked.repeated);
    assert.equal(random.ids.length, 2 * shape.dVocab, "no more tokens than the vocabulary has");
    assert.deepEqual(view.heads, await headScores(new TinyRunner(model), random.ids, {}, random.from));
  });

  it("gives all heads shares between 0 and 1, in order of layer and head", async () => {
    const scores = await headScores(new TinyRunner(model), ids);
    assert.deepEqual(
      scores.map((s) => `${s.layer}.${s.head}`),
      ["0.0", "0.1", "1.0", "1.1"],
    );
    for (const s of scores) {
      for (const share of [s.previousToken, s.duplicate, s.induction, s.firstToken])
        assert.ok(share! >= 0 && share! <= 1);
      assert.ok(s.entropy! > 0 && s.entropy! < Math.log(10));
    }
  });

  it("has no scores, neither zeros nor NaN, for a single position", async () => {
    for (const s of await headScores(new TinyRunner(model), [0]))
      assert.deepEqual(
        [s.previousToken, s.duplicate, s.induction, s.firstToken, s.entropy],
        Array(5).fill(null),
      );
  });

  const bad: [string, { start: number; end: number }, number, number, string][] = [
    ["a selection past the text", { start: 500, end: 600 }, 0, 0, "empty-selection"],
    ["an empty selection", { start: 3, end: 3 }, 0, 0, "empty-selection"],
    ["a layer that is not there", { start: 0, end: 9 }, 2, 0, "out-of-range"],
    ["a head that is not there", { start: 0, end: 9 }, 0, -1, "out-of-range"],
  ];
  for (const [what, range, layer, head, code] of bad) {
    it(`refuses ${what}`, async () => {
      const request = { window: tinyWindow(ids), range, layer, head };
      await assert.rejects(attentionView(new TinyRunner(model), request), { code });
    });
  }
});
