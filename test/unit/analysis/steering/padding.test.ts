import assert from "node:assert/strict";
import { takeMeasure } from "../../../../src/analysis/common/steering/measures";
import { injectedInFront, paddedPieces } from "../../../../src/analysis/common/steering/padding";
import type { Edit } from "../../../../src/protocol/edit";
import { randomIds } from "../../../support/tinyWindow";
import { hook, logProb, models, pair } from "./subject";

const row = [1, -1, 2, 0, 0, 1, 0, -2];
const added: Edit = { hook, op: "add", value: row, positions: "every-step" };

/** exp(−mean change) over the predictions from `from` on, by whole runs of ids that are padded already. */
async function byHand(padded: readonly (readonly number[])[], from: number, edit: Edit): Promise<number> {
  const { runner, numeric } = await models(edit);
  let [change, n] = [0, 0];
  for (const ids of padded) {
    const [before, after] = [runner.logits(ids, [], ids.length), runner.logits(ids, numeric, ids.length)];
    for (let p = from; p + 1 < ids.length; p++, n++)
      change += logProb(after[p]!, ids[p + 1]!) - logProb(before[p]!, ids[p + 1]!);
  }
  return Math.exp(-change / n);
}

describe("a padded ratio of perplexities", () => {
  const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-5 * b, `${a} and ${b}`);
  const body = randomIds(7, 20, 3).map((id) => Math.max(2, id));

  it("is that of texts behind BOS and spaces in both runs, from the last injected position on", async () => {
    const { plain, edited } = await models();
    // The pair has three rows, BOS among them: two spaces stand behind BOS, three where there is none.
    const texts = [[0, ...body], body.slice(0, 4), [0, 7, 3]];
    const padded = [
      [0, 1, 1, ...body],
      [1, 1, 1, ...body.slice(0, 4)],
      [0, 1, 1, 7, 3],
    ];
    const taken = await takeMeasure(
      { of: "perplexityRatio", texts, pad: { bosId: 0 } },
      { plain, edited },
      {},
    );
    near(taken.value, await byHand(padded, 3, pair));
    assert.equal(taken.skipped, undefined, "a text that is no longer than the injection is measured too");
    const unpadded = await takeMeasure({ of: "perplexityRatio", texts }, { plain, edited }, {});
    assert.ok(Math.abs(unpadded.value - taken.value) > 1e-3, "another number than without padding");
    assert.equal(unpadded.skipped, 2);
  });

  it("leaves out texts of one token, whose only prediction is made where something is injected", async () => {
    const { plain, edited } = await models();
    const take = (texts: number[][]) =>
      takeMeasure({ of: "perplexityRatio", texts, pad: { bosId: 0 } }, { plain, edited }, {});
    assert.equal((await take([[0, ...body], [0, 5], [5]])).skipped, 2);
    await assert.rejects(take([[0, 5]]), { code: "prompt-too-short" });
  });

  it("asks nothing of spaces that no edit touches", async () => {
    const edit: Edit = { ...added, positions: [2] };
    const { plain, edited } = await models(edit);
    const measure = { of: "perplexityRatio", texts: [body], pad: { bosId: 0 } } as const;
    near(
      (await takeMeasure(measure, { plain, edited }, {})).value,
      await byHand([[1, 1, 1, ...body]], 3, edit),
    );
  });

  it("is the other ratio to the last bit where nothing is injected in front", async () => {
    const { plain, edited } = await models(added);
    const texts = [
      [0, ...body],
      [0, 5, 6],
    ];
    const [one, two] = await Promise.all(
      [{}, { pad: { bosId: 0 } }].map((pad) =>
        takeMeasure({ of: "perplexityRatio", texts, ...pad }, { plain, edited }, {}),
      ),
    );
    assert.deepEqual(one, two);
  });

  const rows = [row, row, row];
  const fronts: [string, Partial<Edit>, number][] = [
    ["rows in front", { value: rows, positions: "prefill-front" }, 3],
    ["rows for the first of all", { value: rows, positions: "prefill-all" }, 3],
    ["one row everywhere", {}, 0],
    ["the last position", { positions: "last" }, 0],
    ["positions from the end", { positions: [-1, -3] }, 0],
    ["positions from both ends", { positions: [4, -1] }, 5],
    ["fewer rows than positions", { value: rows, positions: [0, 1, 2, 9] }, 3],
  ];
  for (const [what, part, expected] of fronts)
    it(`counts what is injected in front: ${what}`, () => {
      assert.equal(injectedInFront([{ ...added, ...part }]), expected);
      assert.equal(injectedInFront([{ ...added, ...part }, added]), expected);
    });

  it("goes on in padded pieces where a text does not fit the context", () => {
    const at = { front: 3, spaceId: 1, bosId: 0, nCtx: 6 };
    assert.deepEqual(paddedPieces([0, 5, 6, 7, 8, 9], at), [
      [0, 1, 1, 5, 6, 7],
      [1, 1, 1, 8, 9],
    ]);
    assert.deepEqual(paddedPieces([5, 6], at), [[1, 1, 1, 5, 6]]);
    assert.deepEqual(paddedPieces([0], at), [], "BOS alone is no text");
  });

  it("needs a space token, and context behind what is injected", () => {
    const at = { front: 3, spaceId: 1, bosId: 0, nCtx: 6 };
    assert.throws(() => paddedPieces([5, 6], { ...at, spaceId: null }), { code: "no-space-token" });
    assert.throws(() => paddedPieces([5, 6], { ...at, nCtx: 4 }), { code: "out-of-range" });
    assert.deepEqual(paddedPieces([5, 6], { ...at, spaceId: null, front: 0 }), [[5, 6]]);
  });
});
