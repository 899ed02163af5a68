import assert from "node:assert/strict";
import { CancelledError } from "../../../src/base/errors";
import { lensRows, lensView } from "../../../src/analysis/lens";
import { lensHooks } from "../../../src/analysis/lens/hooks";
import { LensColumns } from "../../../src/analysis/lens/columns";
import type { LensCell } from "../../../src/protocol/lens";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { randomIds, tinyWindow } from "../../support/tinyWindow";

const shape = {
  nLayers: 3,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 20,
  nCtx: 64,
  kind: "gpt",
  seed: 1,
} as const;
const model = tinyModel(shape);
const view = (runner: TinyRunner, ids: number[], cache: LensColumns, columns = 4) =>
  lensView(runner, tinyVocabulary, { window: tinyWindow(ids), columns, k: 3, cache });

const collect = async (ids: number[], k: number) => {
  const layers: LensCell[][] = lensHooks(new TinyRunner(model).info).map(() => []);
  for await (const { layer, cells } of lensRows(new TinyRunner(model), tinyVocabulary, { ids, k })) {
    layers[layer].push(...cells);
  }
  return layers;
};

describe("the logit lens", () => {
  const ids = randomIds(12, shape.dVocab, 3);

  it("has a row more than layers, and its last row is the model's own prediction", async () => {
    const layers = await collect(ids, shape.dVocab);
    assert.equal(layers.length, 4);
    const logits = new TinyRunner(model).logits(ids, [], ids.length);
    layers[3].forEach((cell, pos) => {
      assert.equal(cell.pos, pos);
      const total = Math.log(logits[pos].reduce((sum, x) => sum + Math.exp(x), 0));
      for (const { id, logProb } of cell.top) assert.ok(Math.abs(logProb - (logits[pos][id] - total)) < 1e-5);
    });
  });

  it("gives distributions: probabilities sum to 1 and entropy is theirs", async () => {
    for (const cell of (await collect(ids, shape.dVocab)).flat()) {
      const p = cell.top.map(({ logProb }) => Math.exp(logProb));
      assert.ok(Math.abs(p.reduce((a, b) => a + b, 0) - 1) < 1e-5);
      assert.ok(Math.abs(cell.entropy + p.reduce((h, x) => h + x * Math.log(x), 0)) < 1e-5);
    }
  });

  it("takes k beyond the vocabulary as the vocabulary", async () => {
    assert.equal((await collect(ids, 1000))[0][0].top.length, shape.dVocab);
  });

  it("shows the last positions, the same cells as the whole table", async () => {
    const shown = await view(new TinyRunner(model), ids, new LensColumns());
    assert.deepEqual(shown.positions, [8, 9, 10, 11]);
    const all = await collect(ids, 3);
    shown.layers.forEach((row, layer) => assert.deepEqual(row.positions, all[layer].slice(8)));
  });

  it("follows the last position's final top tokens through the rows", async () => {
    const { trajectories, layers } = await view(new TinyRunner(model), ids, new LensColumns());
    const final = layers[3].positions[3];
    assert.deepEqual(
      trajectories[3].map((t) => t.id),
      final.top.map((t) => t.id),
    );
    trajectories[3].forEach((t, rank) => {
      assert.equal(t.rank.length, 4);
      assert.equal(t.rank[3], rank + 1);
      assert.ok(Math.abs(t.logProb[3] - final.top[rank].logProb) < 1e-6);
    });
  });

  it("names the row from which the top token no longer changes", async () => {
    const { depth, layers } = await view(new TinyRunner(model), ids, new LensColumns(), 12);
    depth.forEach((row, i) => {
      const tops = layers.map((layer) => layer.positions[i].top[0].id);
      assert.ok(tops.slice(row).every((id) => id === tops[3]));
      assert.ok(row === 0 || tops[row - 1] !== tops[3]);
    });
  });

  it("asks only for the new column when one token is typed, with the same answer", async () => {
    const cache = new LensColumns();
    const runner = new TinyRunner(model);
    await view(runner, ids, cache);
    const typed = await view(runner, [...ids, 5], cache);
    assert.equal(typed.columnsComputed, 1);
    assert.deepEqual(runner.plans[1].reads[0].positions, [12]);
    const fresh = await view(new TinyRunner(model), [...ids, 5], new LensColumns());
    assert.deepEqual({ ...typed, engineMs: 0, columnsComputed: 4 }, { ...fresh, engineMs: 0 });
  });

  it("computes anew what follows a changed token, and everything for another k", async () => {
    const cache = new LensColumns();
    const runner = new TinyRunner(model);
    await view(runner, ids, cache);
    const changed = ids.with(9, ids[9] === 4 ? 6 : 4);
    assert.equal((await view(runner, changed, cache)).columnsComputed, 3);
    const other = { window: tinyWindow(changed), columns: 4, k: 2, cache };
    assert.equal((await lensView(runner, tinyVocabulary, other)).columnsComputed, 4);
  });

  it("has trajectories again after stepping back into kept columns", async () => {
    const cache = new LensColumns();
    const runner = new TinyRunner(model);
    await view(runner, ids, cache);
    const back = await view(runner, ids.slice(0, -1), cache);
    const fresh = await view(new TinyRunner(model), ids.slice(0, -1), new LensColumns());
    assert.deepEqual(back.trajectories, fresh.trajectories);
    assert.deepEqual(back.layers, fresh.layers);
  });

  it("keeps the rows of the newest columns alone", async () => {
    const cache = new LensColumns();
    await view(new TinyRunner(model), ids, cache, 12);
    const renewable = ids.map((_, pos) => pos).filter((pos) => cache.renewable(pos) !== undefined);
    assert.deepEqual(renewable, [8, 9, 10, 11]);
  });

  it("keeps nothing from a run that was overtaken by other ids", () => {
    const cache = new LensColumns();
    const key = (...some: number[]) => ({ ids: some, k: 3, chosen: [] });
    const column = (next: number | null) => ({ cells: [], trajectories: [], next, logSumExp: [] });
    cache.align(key(0, 1, 2));
    cache.align(key(0, 7, 2));
    cache.put(key(0, 1, 2), 2, column(null));
    cache.put(key(0, 1, 2), 0, column(1));
    assert.equal(cache.get(2), undefined);
    assert.equal(cache.get(0), undefined, "another token follows by now");
    cache.put(key(0, 7, 2), 0, column(7));
    assert.deepEqual(cache.get(0), column(7));
    cache.align({ ...key(0, 7, 2), chosen: [4] });
    assert.equal(cache.get(0), undefined, "other tokens are followed");
  });

  it("refuses an empty window", async () => {
    await assert.rejects(view(new TinyRunner(model), [], new LensColumns()), { code: "empty-input" });
  });

  it("stops when it is no longer wanted", async () => {
    const stop = new AbortController();
    stop.abort();
    const request = { window: tinyWindow(ids), columns: 4, k: 3 };
    await assert.rejects(
      lensView(new TinyRunner(model), tinyVocabulary, request, { signal: stop.signal }),
      CancelledError,
    );
  });
});
