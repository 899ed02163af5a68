import assert from "node:assert/strict";
import { openRunner, type OpenRunner } from "../../../support/openRunner";
import { useTempFolder } from "../../../support/tempFolder";
import { writeTinyCheckpoint } from "../../../support/tinyCheckpoint";
import { tinyModel } from "../../../support/tinyModel";
import { TinyRunner } from "../../../support/tinyRunner";

/** A vocabulary so large that not all of it can be tracked in one graph call. */
const shape = {
  nLayers: 1,
  nHeads: 1,
  dModel: 4,
  dMlp: 4,
  dVocab: 4500,
  nCtx: 4,
  kind: "gpt",
  seed: 1,
} as const;

describe("decoding", () => {
  const folder = useTempFolder();
  let open: OpenRunner;
  const model = tinyModel(shape);
  beforeEach(async () => {
    writeTinyCheckpoint(folder(), model);
    open = await openRunner(folder());
  });
  afterEach(() => open.dispose());

  it("tracks every token of the vocabulary, in several graph calls", async () => {
    const rows = Float32Array.from({ length: 4 }, (_, i) => Math.sin(i));
    const all = Array.from({ length: shape.dVocab }, (_, id) => id);
    const request = { rows, k: 3, track: [all] };
    const before = open.calls();
    const made = await open.runner.decode(request);
    assert.equal(open.calls() - before, Math.ceil((4500 * 4500) / (16 * 1024 * 1024)));
    const wanted = await new TinyRunner(model).decode(request);
    assert.deepEqual(made.ids, wanted.ids);
    made.tracked.forEach((row, i) => {
      assert.equal(row.length, shape.dVocab);
      const ranks = row.map(({ rank }) => rank).sort((a, b) => a - b);
      assert.equal(ranks[0], 1);
      for (const id of [0, 1, 3727, 3728, 4499]) {
        assert.ok(Math.abs(row[id].logit - wanted.tracked[i][id].logit) < 1e-4);
        assert.ok(Math.abs(row[id].rank - wanted.tracked[i][id].rank) <= 1);
      }
    });
  });

  it("tracks another list for every row", async () => {
    const rows = Float32Array.from({ length: 8 }, (_, i) => Math.cos(i));
    const { tracked } = await open.runner.decode({ rows, k: 1, track: [[3, 5], [7]] });
    const both = await open.runner.decode({ rows, k: 1, track: [[3, 5, 7]] });
    assert.deepEqual(tracked, [both.tracked[0].slice(0, 2), [both.tracked[1][2]]]);
  });
  it("compares rows with others, wherever a call is cut, as plain loops do", async () => {
    const n = 1000;
    const rows = Float32Array.from({ length: n * shape.dModel }, (_, i) => 3 * Math.sin(i * i));
    const track = Array.from({ length: n }, (_, i) => [i % shape.dVocab, 7]);
    const row = (i: number): number[] => [...rows.slice(i * shape.dModel, (i + 1) * shape.dModel)];
    for (const [said, to] of [
      ["groups of three", (i: number) => (i < 999 ? i - (i % 3) + 2 : i)],
      ["all with the last", () => n - 1],
      ["all with the first", () => 0],
    ] as const) {
      const compare = { to: Array.from({ length: n }, (_, i) => to(i)), follow: 2 };
      const made = await open.runner.decode({ rows, k: 1, track, compare });
      assert.equal(made.divergence.length, n, said);
      // A call holds 932 rows of this vocabulary.
      for (const i of [0, 1, 2, 929, 930, 931, 932, 933, 998, 999]) {
        const pair = { rows: Float32Array.from([...row(i), ...row(to(i))]), k: 1 };
        const wanted = await new TinyRunner(model).decode({
          ...pair,
          track: [track[i]],
          compare: { to: [1, 1], follow: 2 },
        });
        assert.deepEqual(made.ids[i], wanted.ids[0], said);
        const x = made.divergence[i];
        assert.ok(x >= 0 && Math.abs(x - wanted.divergence[0]) < 1e-4, `${said}, row ${i}: ${x}`);
        if (to(i) === i) assert.equal(x, 0, said);
        assert.equal(made.tracked[i].length, 4);
        made.tracked[i].forEach(({ logit, rank }, j) => {
          assert.ok(Math.abs(logit - wanted.tracked[0][j].logit) < 1e-4, said);
          assert.ok(Math.abs(rank - wanted.tracked[0][j].rank) <= 1, `${said}, row ${i}, token ${j}`);
        });
      }
    }
  });

  it("compares without tracking anything of its own", async () => {
    const rows = Float32Array.from({ length: 3 * shape.dModel }, (_, i) => Math.cos(i));
    const { tracked, ids } = await open.runner.decode({ rows, k: 2, compare: { to: [2, 2, 2], follow: 1 } });
    assert.deepEqual(
      tracked.map((row) => row.length),
      [1, 1, 1],
    );
    assert.equal(tracked[2][0].rank, 1);
    assert.equal(ids[0].length, 2);
  });

  it("gives the logit of one id in each row as the whole row has it", async () => {
    const rows = Float32Array.from({ length: 3 * shape.dModel }, (_, i) => Math.sin(i * i));
    const ids = [7, 4499, 7];
    const { tracked } = await open.runner.decode({ rows, k: 1, track: ids.map((id) => [id]) });
    const logits = await open.runner.logitsOfIds(rows, ids);
    assert.equal(logits.length, 3);
    logits.forEach((logit, i) => assert.ok(Math.abs(logit - tracked[i][0].logit) < 1e-5, `row ${i}`));
  });

  it("gives every row the same numbers, whatever stands beside it", async () => {
    const rows = Float32Array.from({ length: 60 * shape.dModel }, (_, i) => 3 * Math.sin(i * i));
    const wanted = await new TinyRunner(model).decode({ rows, k: 4 });
    for (const n of [1, 2, 48, 49, 60]) {
      const made = await open.runner.decode({ rows: rows.slice(0, n * shape.dModel), k: 4 });
      const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-4, `${n} rows: ${a}, ${b}`);
      assert.deepEqual(made.ids, wanted.ids.slice(0, n), `${n} rows`);
      made.logits.forEach((row, i) => row.forEach((x, j) => near(x, wanted.logits[i][j])));
      made.logSumExp.forEach((x, i) => near(x, wanted.logSumExp[i]));
      made.entropy.forEach((x, i) => near(x, wanted.entropy[i]));
    }
  });
});
