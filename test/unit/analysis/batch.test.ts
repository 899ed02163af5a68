import assert from "node:assert/strict";
import { runBatch, type BatchRequest } from "../../../src/analysis/batch";
import type { ReadSpec } from "../../../src/graph/runner";
import type { Edit } from "../../../src/protocol/edit";
import type { Tensor } from "../../../src/tensor/tensor";
import { EditSubject, bits, someIds } from "../../support/editSubject";

const [resid, pattern, scores] = ["hook_resid_post", "attn.hook_pattern", "attn.hook_attn_scores"].map(
  (site) => `blocks.2.${site}`,
) as [string, string, string];

describe("a batch", () => {
  let open: EditSubject;
  let sequences: number[][];
  before(async () => {
    open = await EditSubject.open(null);
    sequences = [7, 12, 3].map((n, i) => someIds(n, open.runner.info.dVocab, 20 + i));
  });
  after(() => open.close());
  const run = (reads: readonly ReadSpec[], more: Partial<BatchRequest> = {}) =>
    runBatch(open.runner, { sequences, reads, edits: [], encoder: null, cache: "none", ...more });

  /** What row `i` of a batch has where its sequence has positions and keys; the rest must be `fill`. */
  const part = (of: Tensor, i: number, { like, fill }: { like: Tensor; fill: number }): Float32Array => {
    const size = of.data.length / of.shape[0]!;
    const row = of.data.subarray(i * size, (i + 1) * size);
    const seen: number[] = [];
    row.forEach((x, at) => {
      const place: number[] = [];
      let rest = at;
      for (const n of of.shape.slice(1).reverse()) {
        place.unshift(rest % n);
        rest = Math.floor(rest / n);
      }
      if (place.every((index, axis) => index < like.shape[axis]!)) seen.push(x);
      else assert.equal(x, fill);
    });
    return Float32Array.from(seen);
  };

  it("gives every sequence its own numbers, filled up behind the shorter ones", async () => {
    const reads = [
      { hook: resid },
      { hook: pattern },
      { hook: scores },
      { hook: resid, reduce: { kind: "norm" }, as: "norms" },
    ] as const;
    const found = await run(reads);
    assert.deepEqual(found.lengths, [7, 12, 3]);
    for (const { hook, ...read } of reads) {
      const name = "as" in read ? read.as : hook;
      const all = found.reads.get(name)!;
      assert.equal(all.axes[0], "batch");
      for (const [i, ids] of sequences.entries()) {
        const alone = (await open.runner.run({ ids, reads: [{ hook, ...read }], cache: "none" })).reads.get(
          name,
        )!;
        const own = part(all, i, { like: alone, fill: hook === scores ? -Infinity : 0 });
        assert.deepEqual(bits(own), bits(alone.data), `${name} of ${i}`);
      }
    }
  });

  it("reads positions from each sequence's end", async () => {
    const { reads } = await run([{ hook: resid, positions: [-1] }]);
    const all = reads.get(resid)!;
    const { dModel } = open.runner.info;
    assert.deepEqual(all.shape, [3, 1, dModel]);
    for (const [i, ids] of sequences.entries()) {
      const alone = (await open.runner.run({ ids, reads: [{ hook: resid }], cache: "none" })).reads.get(
        resid,
      )!;
      assert.deepEqual(
        bits(all.data.subarray(i * dModel, (i + 1) * dModel)),
        bits(alone.data.slice(-dModel)),
      );
    }
  });

  it("edits the sequences that an edit names, and no others", async () => {
    const edit: Edit = { hook: "blocks.0.hook_resid_post", op: "zero", positions: "last", batch: [0, 2] };
    const plain = (await run([{ hook: resid, positions: [-1] }])).reads.get(resid)!;
    const edited = (await run([{ hook: resid, positions: [-1] }], { edits: [edit] })).reads.get(resid)!;
    const { dModel } = open.runner.info;
    const row = (of: Tensor, i: number): number[] => bits(of.data.subarray(i * dModel, (i + 1) * dModel));
    assert.notDeepEqual(row(edited, 0), row(plain, 0));
    assert.deepEqual(row(edited, 1), row(plain, 1));
    assert.notDeepEqual(row(edited, 2), row(plain, 2));
    const { batch: _, ...always } = edit;
    const all = (await run([{ hook: resid, positions: [-1] }], { edits: [always] })).reads.get(resid)!;
    assert.deepEqual(row(all, 0), row(edited, 0));
  });

  it("brings the indices of the largest", async () => {
    const { reads, indices } = await run([{ hook: pattern, reduce: { kind: "top", k: 5 } }]);
    assert.deepEqual(indices.get(pattern)!.shape, reads.get(pattern)!.shape);
    const last = indices.get(pattern)!;
    const beyond = last.data.slice(-5 * (12 - 3));
    assert.ok(beyond.every((index) => index === -1));
  });

  const refused: [string, Partial<BatchRequest>, readonly ReadSpec[], string][] = [
    ["no sequence", { sequences: [] }, [], "empty-input"],
    ["an empty sequence", { sequences: [[1], []] }, [], "empty-input"],
    ["a position that a sequence lacks", {}, [{ hook: resid, positions: [5] }], "out-of-range"],
    [
      "an edit of a sequence that is not there",
      { edits: [{ hook: resid, op: "zero", positions: "last", batch: [3] }] },
      [],
      "out-of-range",
    ],
  ];
  for (const [what, more, reads, code] of refused)
    it(`is refused with ${what}: ${code}`, () => assert.rejects(run(reads, more), { code }));
});
