import assert from "node:assert/strict";
import { headPattern } from "../../../src/analysis/attention";
import { blockEdge, controlEdges } from "../../../src/analysis/blockEdge";
import { blockingEdit } from "../../../src/analysis/common/edge";
import { whyAttention } from "../../../src/analysis/whyAttention";
import { CancelSource } from "../../../src/base/cancel";
import type { Vocabulary } from "../../../src/graph/runner";
import { openRunner, type OpenRunner } from "../../support/openRunner";
import { inRepo } from "../../support/paths";

// " Mary Dalton met Tom at the park. Then Mary Dal": the last token stood at position 3 too.
const ids = [44, 901, 615, 276, 2519, 765, 354, 318, 796, 286, 1077, 74, 13, 354, 873, 571, 901, 615, 276];
const last = ids.length - 1;
const vocabulary: Vocabulary = { text: (id) => `t${id}`, decode: () => null };

/** Log-probability and logit of a token, from all logits. */
function measured(logits: Float32Array, token: number, against: number): [number, number] {
  const sum = Math.log(logits.reduce((total, x) => total + Math.exp(x), 0));
  return [logits[token] - sum, logits[token] - logits[against]];
}

describe("one edge of attention", function () {
  this.timeout(20_000);
  let open: OpenRunner;
  before(async () => (open = await openRunner(inRepo("models", "introspect-small"))));
  after(() => open.dispose());
  const edge = { layer: 3, head: 2, query: last, key: 4 };

  for (const softmax of ["before", "after"] as const) {
    it(`blocked ${softmax} the softmax changes what a whole edited run says`, async () => {
      const { runner } = open;
      const block = await blockEdge(runner, vocabulary, { ids, edge, softmax });
      const edits = [blockingEdit(edge, softmax)];
      const { token, against } = block;
      const of = async (given: typeof edits | []): Promise<[number, number]> =>
        measured((await runner.logitsAt({ ids, edits: given, position: -1 })).logits, token.id, against.id);
      const [plain, blocked] = [await of([]), await of(edits)];
      const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-4, `${a} and ${b}`);
      near(block.plain.logProb, plain[0]);
      near(block.blocked.logProb, blocked[0]);
      near(block.change.logProb, blocked[0] - plain[0]);
      near(block.change.logitDiff, blocked[1] - plain[1]);
      assert.ok(Math.abs(block.change.logitDiff) > 0.1, "the induction edge matters");
      assert.equal(block.isActual, false);
      assert.equal(token.id, block.top[0].id);
    });
  }

  it("is compared with the edges of its query whose weights are nearest to its own", async () => {
    const { runner } = open;
    const block = await blockEdge(runner, vocabulary, { ids, edge, softmax: "before", seed: 1 });
    const weights = await Promise.all(
      Array.from({ length: runner.info.nHeads }, async (_, head) => {
        const { rows } = await headPattern(runner, { ids, layer: 3, head, positions: ids.map((_, i) => i) });
        return [...rows[last]];
      }),
    );
    const own = weights[2][4];
    const others = weights.flatMap((row, head) => row.map((weight, key) => ({ head, key, weight })));
    const nearest = others
      .filter(({ head, key }) => head !== 2 || key !== 4)
      .sort((a, b) => Math.abs(a.weight - own) - Math.abs(b.weight - own))
      .slice(0, controlEdges);
    const names = (all: readonly { head: number; key: number }[]) =>
      all.map(({ head, key }) => `${head}.${key}`);
    assert.equal(block.compared, "matched");
    assert.deepEqual(names(block.controls), names(nearest));
    block.controls.forEach(({ weight }, i) => assert.ok(Math.abs(weight - nearest[i].weight) < 1e-6));
    const again = await blockEdge(runner, vocabulary, { ids, edge, softmax: "before", seed: 2 });
    assert.deepEqual(again.controls, block.controls, "no seed has a part in it");
  });

  it("has random other edges of the same query as controls where asked, each once and the same for a seed", async () => {
    const ask = (seed: number) =>
      blockEdge(open.runner, vocabulary, { ids, edge, softmax: "before", controls: "random", seed });
    const { controls, percentile, change, compared } = await ask(1);
    assert.equal(compared, "random");
    assert.equal(controls.length, controlEdges);
    const names = controls.map(({ head, key }) => `${head}.${key}`);
    assert.equal(new Set(names).size, names.length);
    assert.ok(!names.includes("2.4"));
    const smaller = controls.filter((one) => Math.abs(one.change.logProb) < Math.abs(change.logProb));
    assert.equal(percentile.logProb, smaller.length / controls.length);
    assert.deepEqual((await ask(1)).controls, controls);
    assert.notDeepEqual((await ask(2)).controls, controls);
    const one = controls[3];
    const alone = await blockEdge(open.runner, vocabulary, {
      ids,
      edge: { ...edge, head: one.head, key: one.key },
      softmax: "before",
      token: (await ask(1)).token.id,
    });
    assert.ok(Math.abs(alone.change.logProb - one.change.logProb) < 1e-6);
    assert.ok(Math.abs(alone.weight - one.weight) < 1e-6);
  });

  it("has as many controls as there are, and measures the token the text goes on with", async () => {
    const early = { layer: 0, head: 0, query: 1, key: 0 };
    const block = await blockEdge(open.runner, vocabulary, {
      ids,
      edge: early,
      softmax: "before",
      position: 2,
    });
    assert.equal(block.controls.length, 2 * open.runner.info.nHeads - 1);
    assert.equal(block.token.id, ids[3]);
    assert.equal(block.isActual, true);
  });

  it("is explained by parts that add up, position by learned vectors and not by rotation", async () => {
    const why = await whyAttention(open.runner, { ids, edge, top: 8 });
    assert.ok(Math.abs(why.residual) <= 1e-4, String(why.residual));
    assert.ok(why.centred > 3, "an induction edge scores far above the mean");
    assert.equal(why.rotation, null);
    assert.ok(why.queryParts.some(({ source }) => source === "position"));
    // The key is found by what the previous-token head 0.4 wrote there.
    assert.ok(
      why.keyParts.slice(0, 4).some(({ source }) => source === "head 0.4"),
      JSON.stringify(why.keyParts),
    );
    const { rows } = why.matrix;
    const all = rows.flat().reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(all - why.sum) < 1e-9);
  });

  it("has weights times the lengths of the values beside the pattern", async () => {
    const positions = [3, 4, 17, 18];
    const { rows, weighted } = await headPattern(open.runner, { ids, layer: 3, head: 2, positions });
    const hook = "blocks.3.attn.hook_v";
    const { data } = (await open.runner.run({ ids, reads: [{ hook, positions, heads: [2] }] })).reads.get(
      hook,
    )!;
    const dHead = data.length / positions.length;
    rows.forEach((row, i) =>
      row.forEach((share, j) => {
        const length = Math.hypot(...data.subarray(j * dHead, (j + 1) * dHead));
        assert.ok(Math.abs(weighted![i][j] - share * length) < 1e-5);
      }),
    );
  });

  const bad: [string, Partial<typeof edge> & { position?: number; token?: number }, string][] = [
    ["a head that is not there", { head: 99 }, "out-of-range"],
    ["a query beyond the text", { query: 400 }, "out-of-range"],
    ["a key after its query", { query: 3, key: 4 }, "out-of-range"],
    ["the only key of the first position", { query: 0, key: 0 }, "only-edge"],
    ["a position before the query", { position: 2 }, "out-of-range"],
    ["a token that is not there", { token: 1e6 }, "out-of-range"],
  ];
  for (const [what, { position, token, ...change }, code] of bad) {
    it(`refuses ${what}`, async () => {
      const request = { ids, edge: { ...edge, ...change }, softmax: "before", position, token } as const;
      await assert.rejects(blockEdge(open.runner, vocabulary, request), { code });
    });
  }

  it("stops when it is cancelled", async () => {
    const source = new CancelSource();
    const onProgress = (): void => source.cancel();
    const run = blockEdge(
      open.runner,
      vocabulary,
      { ids, edge, softmax: "before" },
      { signal: source.signal, onProgress },
    );
    await assert.rejects(run, { code: "cancelled" });
  });
});
