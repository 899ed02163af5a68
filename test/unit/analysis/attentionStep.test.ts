import assert from "node:assert/strict";
import { attentionView, headPattern } from "../../../src/analysis/attention";
import { HeadScoreCache } from "../../../src/analysis/attention/scoreCache";
import { attentionStep } from "../../../src/analysis/attention/step";
import { SmallPatterns, thumbnailSize } from "../../../src/analysis/attention/thumbnails";
import type { Vocabulary } from "../../../src/graph/runner";
import { openRunner, type OpenRunner } from "../../support/openRunner";
import { inRepo } from "../../support/paths";
import { tinyWindow } from "../../support/tinyWindow";

const vocabulary: Vocabulary = { text: (id) => `t${id}`, decode: () => null };
const prompt = [44, 901, 615, 276, 2519, 765, 354, 318, 796, 286, 1077, 74, 13, 354, 873, 571, 901, 615, 276];
const at = { layer: 3, head: 2 };
const greedy = { maxTokens: 12, temperature: 0, seed: 0, topK: 0, topP: 1, alternatives: 0 };

describe("attention, continued", function () {
  this.timeout(30_000);
  let open: OpenRunner;
  before(async () => (open = await openRunner(inRepo("models", "introspect-small"))));
  after(() => open.dispose());

  it("writes the tokens that generate writes, each with the row that a run of the whole text has", async () => {
    const { runner } = open;
    const ids = [...prompt];
    const first = prompt.length - 4;
    const positions = [2, ...Array.from({ length: 4 }, (_, i) => first + i)];
    const shown = await headPattern(runner, { ids, ...at, positions });
    const norms = [...shown.valueNorms!];
    const rows: { row: Float32Array; weighted: Float32Array; outside: number }[] = [];
    let { next } = await attentionStep(runner, vocabulary, { ids, ...at, positions });
    const logProbs = [next.logProb];
    while (rows.length < greedy.maxTokens) {
      ids.push(next.id);
      positions.push(ids.length - 1);
      const step = await attentionStep(runner, vocabulary, { ids, ...at, positions, valueNorms: norms });
      norms.push(step.valueNorm!);
      rows.push({ row: step.row, weighted: step.weighted!, outside: step.outside });
      next = step.next;
      logProbs.push(next.logProb);
    }
    const made = await runner.generate({ ids: prompt, sampling: greedy });
    assert.deepEqual(ids.slice(prompt.length), made.ids);
    made.logProbs.forEach((logProb, i) => assert.ok(Math.abs(logProb - logProbs[i]) < 1e-4));
    assert.equal(next.text, `t${next.id}`);

    const hook = `blocks.${at.layer}.attn.hook_pattern`;
    const whole = await runner.run({ ids, reads: [{ hook, heads: [at.head] }], cache: "none" });
    const { data } = whole.reads.get(hook)!;
    const after = await headPattern(runner, { ids, ...at, positions });
    rows.forEach(({ row, weighted, outside }, i) => {
      const query = prompt.length + i;
      assert.equal(row.length, 5 + i + 1);
      row.forEach((x, j) => assert.ok(Math.abs(x - data[query * ids.length + positions[j]]) < 1e-5));
      weighted.forEach((x, j) => assert.ok(Math.abs(x - after.weighted![5 + i][j]) < 1e-4));
      assert.ok(Math.abs(row.reduce((a, b) => a + b, outside) - 1) < 1e-5);
    });
  });

  it("runs a new token behind what was run before, not the text again", async () => {
    const { runner } = open;
    const seen: number[] = [];
    const ids = [...prompt];
    await attentionStep(runner, vocabulary, { ids, ...at, positions: [ids.length - 1] });
    const { run } = runner;
    const spy = Object.assign(Object.create(runner) as typeof runner, {
      run: (...[plan, options]: Parameters<typeof run>) => {
        seen.push(plan.ids.length);
        assert.equal(plan.cache, undefined, "the prefix cache is used");
        assert.ok(
          plan.reads.every(
            ({ positions }) => positions?.length === 1 && positions[0] === plan.ids.length - 1,
          ),
        );
        return run.call(runner, plan, options);
      },
    });
    ids.push(286);
    await attentionStep(spy, vocabulary, { ids, ...at, positions: [ids.length - 1] });
    assert.deepEqual(seen, [prompt.length + 1]);
  });

  it("shows what was written behind the selection, and all heads small: the largest weight of each block", async () => {
    const { runner } = open;
    const window = tinyWindow(prompt.map((id) => id % 20));
    const ids = prompt;
    const tokens = window.tokens.map((token, i) =>
      i < 16 ? token : { ...token, end: token.start, generated: true as const },
    );
    const range = { start: tokens[3].start, end: tokens[10].end };
    const shown = { window: { ...window, ids, tokens }, range, ...at };
    const kept = new HeadScoreCache();
    const view = await attentionView(runner, { ...shown, cache: kept, thumbnails: kept });
    assert.deepEqual(view.positions, [3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18]);
    const { size, data } = view.thumbnails!;
    assert.equal(size, 11);
    const { nHeads } = runner.info;
    const from = (at.layer * nHeads + at.head) * size * size;
    view.pattern.rows.forEach((row, i) =>
      row.forEach((x, j) => assert.ok(Math.abs(data[from + i * size + j] - 255 * x) <= 0.51)),
    );
    const plain = await attentionView(runner, shown);
    // Equal but for the order of sums: with pictures the runs begin at another position.
    view.heads.forEach((one, i) => assert.ok(Math.abs(one.induction! - plain.heads[i].induction!) < 1e-6));
    assert.equal(plain.thumbnails, undefined);
    assert.equal(
      (await attentionView(runner, { ...shown, cache: kept, thumbnails: kept })).thumbnails,
      view.thumbnails,
    );
    const repeated = { bosId: null, seed: 0 };
    const other = await attentionView(runner, {
      ...shown,
      repeated,
      cache: new HeadScoreCache(),
      thumbnails: kept,
    });
    assert.equal(other.thumbnails, view.thumbnails, "the text's, whatever heads are scored on");
  });

  it("reduces many positions to few cells without losing a peak", () => {
    const n = 500;
    const positions = Array.from({ length: n }, (_, i) => i + 7);
    const pictures = new SmallPatterns({ nLayers: 1, nHeads: 2 } as OpenRunner["runner"]["info"], positions);
    const nKeys = n + 7;
    const row = (peak: number, height: number): number[] =>
      Array.from({ length: nKeys }, (_, key) => (key === peak ? height : 0));
    const pattern = (peaks: readonly [number, number][]) => ({
      axes: ["head", "queryPos", "keyPos"] as const,
      shape: [2, 1, nKeys],
      data: Float32Array.from(peaks.flatMap(([peak, height]) => row(peak, height))),
    });
    pictures.add(
      0,
      pattern([
        [7, 1],
        [506, 0.5],
      ]),
      [506],
    );
    pictures.add(
      0,
      pattern([
        [3, 1],
        [8, 0.25],
      ]),
      [7],
    );
    const { size, data } = pictures.result;
    assert.equal(size, thumbnailSize);
    const last = size - 1;
    assert.equal(data[last * size], 255);
    assert.equal(data[size * size + last * size + last], 128);
    assert.equal(data[size * size], 64);
    assert.equal(
      data.reduce((a, b) => a + b, 0),
      255 + 128 + 64,
      "a key that is not shown is in no cell",
    );
  });

  it("refuses a head that is not there, and positions that do not end with the text", async () => {
    const ask = (layer: number, positions: readonly number[]) =>
      attentionStep(open.runner, vocabulary, { ids: prompt, layer, head: 0, positions });
    await assert.rejects(ask(99, [prompt.length - 1]), { code: "out-of-range" });
    await assert.rejects(ask(0, [3]), { code: "out-of-range" });
  });
});
