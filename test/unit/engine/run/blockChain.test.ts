import assert from "node:assert/strict";
import { CancelSource } from "../../../../src/base/cancel";
import { seededRandom } from "../../../../src/base/random";
import { blockHook } from "../../../../src/graph/hooks";
import type { Edit } from "../../../../src/protocol/edit";
import type { Tensor } from "../../../../src/tensor/tensor";
import { Agreement } from "../../../support/agreement";
import { type OpenRunner, openRunner } from "../../../support/openRunner";
import { inRepo } from "../../../support/paths";

function someIds(n: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => Math.floor(random() * 4000));
}

describe("the chain of blocks", () => {
  let open: OpenRunner;
  let last: string;
  before(async () => {
    open = await openRunner(inRepo("models/introspect-small"));
    last = blockHook(open.runner.info.nLayers - 1, "hook_resid_post");
  });
  after(() => open.dispose());

  const whole = 400;
  const rows = async (ids: number[], chunk: number, hook = last): Promise<Tensor> => {
    const { reads } = await open.runner.run({ ids, chunk, cache: "none", reads: [{ hook }] });
    return reads.get(hook) as Tensor;
  };

  for (const chunk of [1, 7, 64, 256, 399]) {
    it(`gives in chunks of ${chunk} what it gives in one piece of ${whole}`, async () => {
      const ids = someIds(whole, 5);
      const agree = new Agreement();
      for (const hook of [
        last,
        "blocks.1.attn.hook_z",
        "blocks.2.attn.hook_pattern",
        "blocks.0.mlp.hook_post",
      ]) {
        const [one, pieces] = [await rows(ids, whole, hook), await rows(ids, chunk, hook)];
        assert.deepEqual(pieces.shape, one.shape);
        agree.relative(hook, pieces.data, one.data, 1e-5);
      }
      agree.settle();
    });
  }

  it("gives a first chunk to the last bit as a run of these positions alone gives it", async () => {
    const ids = someIds(300, 6);
    const pieces = await rows(ids, 256);
    const alone = await rows(ids.slice(0, 256), 256);
    assert.deepEqual(
      new Uint32Array(pieces.data.slice(0, alone.data.length).buffer),
      new Uint32Array(alone.data.slice().buffer),
    );
  });

  it("reads an early layer in chunks too, and stops there", async () => {
    const ids = someIds(300, 7);
    const before = open.calls();
    const agree = new Agreement();
    const pieces = await rows(ids, 100, blockHook(1, "hook_resid_post"));
    assert.equal(open.calls() - before, 3 * 3, "embedding and two blocks, three times");
    agree.relative("early", pieces.data, (await rows(ids, 300, blockHook(1, "hook_resid_post"))).data);
    agree.settle();
  });

  for (const step of [1, 2, 3, 4, 5, 8]) {
    it(`begins no further graph once it was cancelled after ${step} of 8 blocks`, async () => {
      const source = new CancelSource();
      let begun = -1;
      const onProgress = ({ done }: { done: number }): void => {
        if (done !== step) return;
        begun = open.calls();
        source.cancel();
      };
      const plan = { ids: someIds(400, 8), cache: "none" as const, reads: [{ hook: last }] };
      const work = open.runner.run(plan, { signal: source.signal, onProgress });
      if (step === 8) await work;
      else await assert.rejects(work, { code: "cancelled" });
      assert.equal(open.calls(), begun);
    });
  }

  it("begins no further graph of a continuation once it was cancelled", async () => {
    const source = new CancelSource();
    let begun = -1;
    const sampling = { maxTokens: 50, temperature: 0, seed: 0 };
    const work = open.runner.generate(
      { ids: someIds(8, 9), sampling },
      {
        signal: source.signal,
        onProgress: ({ done }) => {
          if (done !== 3) return;
          begun = open.calls();
          source.cancel();
        },
      },
    );
    await assert.rejects(work, { code: "cancelled" });
    assert.equal(open.calls(), begun);
  });
});

describe("a kept run", () => {
  let open: OpenRunner;
  const ids = someIds(40, 3);
  before(async () => {
    open = await openRunner(inRepo("models/introspect-small"));
  });
  after(() => open.dispose());

  const wholeRows = async (edits: Edit[], positions: number[]): Promise<Float32Array> => {
    const hook = blockHook(open.runner.info.nLayers - 1, "hook_resid_post");
    const { reads } = await open.runner.run({ ids, edits, cache: "none", reads: [{ hook, positions }] });
    return (reads.get(hook) as Tensor).data;
  };
  const value = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.cos(i));
  const cases: [what: string, edits: (width: number) => Edit[], blocks: number][] = [
    [
      "at a block's input",
      (d) => [{ hook: "blocks.2.hook_resid_pre", op: "set", value: value(d), positions: [30] }],
      2,
    ],
    [
      "at a block's output",
      (d) => [{ hook: "blocks.1.hook_resid_post", op: "add", value: value(d), positions: [-1] }],
      3,
    ],
    ["in attention", () => [{ hook: "blocks.3.attn.hook_z", op: "zero", heads: [1], positions: [5, 20] }], 1],
    [
      "everywhere in a layer",
      () => [{ hook: "blocks.1.hook_mlp_out", op: "mean", positions: "prefill-all" }],
      3,
    ],
    ["at the last position", () => [{ hook: "blocks.0.hook_attn_out", op: "zero", positions: "last" }], 4],
    ["at the embedding", (d) => [{ hook: "hook_embed", op: "add", value: value(d), positions: [12] }], 5],
    [
      "in two layers",
      (d) => [
        { hook: "blocks.3.hook_resid_pre", op: "add", value: value(d), positions: [4] },
        { hook: "blocks.1.mlp.hook_post", op: "scale", scale: 2, neurons: [3, 4], positions: [10] },
      ],
      3,
    ],
  ];
  for (const [what, edits, blocks] of cases) {
    it(`agrees with a whole run edited ${what}, in ${blocks} graph calls`, async () => {
      const kept = await open.runner.base(ids);
      const list = edits(open.runner.info.dModel);
      const positions = [0, 3, 4, 11, 25, 39];
      await kept.final({ edits: list, positions });
      const before = open.calls();
      const found = await kept.final({ edits: list, positions });
      assert.equal(open.calls() - before, blocks);
      const agree = new Agreement();
      agree.relative(what, found, await wholeRows(list, positions), 1e-5);
      agree.settle();
    });
  }

  it("gives the plain run where nothing is edited, and again after edited runs", async () => {
    const kept = await open.runner.base(ids);
    const positions = [1, 39];
    const plain = await kept.final({ edits: [], positions });
    assert.deepEqual(plain, await wholeRows([], positions));
    await kept.final({ edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: [0] }], positions });
    assert.deepEqual(await kept.final({ edits: [], positions }), plain);
  });

  it("refuses a position past the end", async () => {
    const kept = await open.runner.base(ids);
    const edits: Edit[] = [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: [40] }];
    await assert.rejects(kept.final({ edits, positions: [0] }), { code: "bad-edit" });
  });
});
