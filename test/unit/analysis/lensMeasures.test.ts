import assert from "node:assert/strict";
import { lensRows, lensView } from "../../../src/analysis/lens";
import { lensDepths } from "../../../src/analysis/lens/depths";
import { lensHooks } from "../../../src/analysis/lens/hooks";
import { lensPerplexity } from "../../../src/analysis/lens/perplexity";
import type { LensCell } from "../../../src/protocol/lens";
import type { RunWindow } from "../../../src/protocol/model";
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
  seed: 5,
} as const;
const model = tinyModel(shape);
const ids = randomIds(14, shape.dVocab, 9);

/** Log-probabilities of every row and position, by plain double loops over the residual rows. */
async function plainLogProbs(): Promise<number[][][]> {
  const runner = new TinyRunner(model);
  const result: number[][][] = [];
  for (const hook of lensHooks(runner.info)) {
    const run = await runner.run({ ids, reads: [{ hook }] });
    const rows = run.reads.get(hook)!.data;
    const ofRow: number[][] = [];
    for (let pos = 0; pos < ids.length; pos++) {
      const { logits } = await runner.logitsOf(rows.slice(pos * shape.dModel, (pos + 1) * shape.dModel));
      let sum = 0;
      for (const x of logits) sum += Math.exp(x);
      ofRow.push(Array.from(logits, (x) => x - Math.log(sum)));
    }
    result.push(ofRow);
  }
  return result;
}

const near = (a: number | null, b: number, said: string): void =>
  assert.ok(a !== null && Math.abs(a - b) < 1e-5, `${said}: ${a}, ${b}`);

/** A window whose position 1 is an added token, so that it does not count. */
function windowOf(): RunWindow {
  const window = tinyWindow(ids);
  const tokens = window.tokens.map((token, pos) =>
    pos === 1 ? { ...token, special: true as const } : token,
  );
  return { ...window, tokens };
}

describe("measures of the lens", () => {
  let plain: number[][][];
  before(async () => {
    plain = await plainLogProbs();
  });

  const check = (cell: LensCell, row: number): void => {
    const { pos } = cell;
    const said = `row ${row}, position ${pos}`;
    const [here, output] = [plain[row][pos], plain[3][pos]];
    let kl = 0;
    for (let id = 0; id < shape.dVocab; id++) kl += Math.exp(output[id]) * (output[id] - here[id]);
    near(cell.kl, kl, `KL, ${said}`);
    assert.ok(cell.kl > -1e-9, said);
    let best = 0;
    for (let id = 0; id < shape.dVocab; id++) if (output[id] > output[best]) best = id;
    let rank = 1;
    for (let id = 0; id < shape.dVocab; id++) if (here[id] > here[best]) rank++;
    assert.equal(cell.rank, rank, said);
    if (pos === ids.length - 1) assert.equal(cell.surprisal, null);
    else near(cell.surprisal, -here[ids[pos + 1]], `surprisal, ${said}`);
  };

  it("are those of plain loops in the view", async () => {
    const request = { window: windowOf(), columns: 14, k: 2 };
    const view = await lensView(new TinyRunner(model), tinyVocabulary, request);
    for (const { layer, positions } of view.layers) for (const cell of positions) check(cell, layer);
    for (const cell of view.layers[3].positions) {
      assert.equal(cell.kl, 0);
      assert.equal(cell.rank, 1);
    }
    assert.ok(view.layers[0].positions.some(({ kl, rank }) => kl > 0.01 && rank > 1));
  });

  it("are those of plain loops row by row, whether few or all tokens are listed", async () => {
    for (const k of [1, shape.dVocab]) {
      for await (const { layer, cells } of lensRows(new TinyRunner(model), tinyVocabulary, { ids, k })) {
        assert.equal(cells.length, ids.length);
        for (const cell of cells) {
          check(cell, layer);
          assert.equal(cell.top.length, k);
        }
      }
    }
  });

  it("follow chosen tokens through every column", async () => {
    const request = { window: windowOf(), columns: 6, k: 2, chosen: [4, 17] };
    const view = await lensView(new TinyRunner(model), tinyVocabulary, request);
    view.trajectories.forEach((lines, i) => {
      const chosen = lines.filter((line) => line.chosen);
      assert.deepEqual(
        chosen.map(({ id }) => id).sort((a, b) => a - b),
        [4, 17],
      );
      for (const { id, rank, logProb } of lines) {
        rank.forEach((r, row) => {
          const here = plain[row][view.positions[i]];
          near(logProb[row], here[id], "log-probability");
          assert.equal(r, 1 + here.filter((x) => x > here[id]).length);
        });
      }
    });
  });

  /** Mean over positions whose own token and the one behind it count. */
  const mean = (row: number, positions: number[]): number => {
    let sum = 0;
    for (const pos of positions) sum -= plain[row][pos][ids[pos + 1]];
    return sum / positions.length;
  };

  it("have means over the shown positions, without position 0, added tokens and the last", async () => {
    const request = { window: windowOf(), columns: 14, k: 1 };
    const { perplexity } = await lensView(new TinyRunner(model), tinyVocabulary, request);
    const counted = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    assert.equal(perplexity.tokens, counted.length);
    perplexity.surprisal.forEach((x, row) => near(x, mean(row, counted), `row ${row}`));
  });

  it("have means over a range: of its tokens, each foretold from the left", async () => {
    const window = windowOf();
    const range = { start: window.tokens[5].start, end: window.tokens[7].end };
    const perplexity = await lensPerplexity(new TinyRunner(model), { window, range });
    assert.equal(perplexity.tokens, 3);
    perplexity.surprisal.forEach((x, row) => near(x, mean(row, [4, 5, 6]), `row ${row}`));
    const none = { start: 0, end: window.tokens[1].end };
    const empty = await lensPerplexity(new TinyRunner(model), { window, range: none });
    assert.deepEqual(empty, { about: "this", tokens: 0, surprisal: [] });
  });

  it("give each token of a text the depth of the column to its left", async () => {
    const window = windowOf();
    const range = { start: 0, end: window.tokens[13].end };
    const depths = await lensDepths(new TinyRunner(model), { window, range });
    const view = await lensView(new TinyRunner(model), tinyVocabulary, { window, columns: 14, k: 1 });
    assert.equal(depths.rows, 4);
    const at = depths.tokens.map((token) => window.tokens.findIndex(({ start }) => start === token.start));
    depths.depth.forEach((depth, i) => {
      const left = at[i] - 1;
      assert.equal(depth, left < 2 ? null : view.depth[left], `token ${at[i]}`);
    });
    assert.ok(new Set(depths.depth).size > 2, "the depths differ");
  });
});
