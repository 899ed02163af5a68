import assert from "node:assert/strict";
import { CancelSource } from "../../../src/base/cancel";
import { blockHook } from "../../../src/graph/hooks";
import type { Edit } from "../../../src/protocol/edit";
import type { Tensor } from "../../../src/tensor/tensor";
import { Agreement } from "../../support/agreement";
import { type OpenRunner, openRunner } from "../../support/openRunner";
import { inRepo } from "../../support/paths";
import { seededRandom } from "../../../src/base/random";

const model = inRepo("models/introspect-small");

/** Ids that mean nothing, the same on every machine. */
function someIds(n: number, dVocab: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => Math.floor(random() * dVocab));
}

function bits(values: ArrayLike<number>): number[] {
  return [...new Uint32Array(Float32Array.from(values).buffer)];
}

describe("ModelRunner", () => {
  let open: OpenRunner;
  let ids: number[];
  const run = async (
    hook: string,
    plan: { ids: number[]; edits?: Edit[]; cache?: "none" | "prefix"; positions?: number[] },
  ): Promise<Tensor> => {
    const { positions, ...rest } = plan;
    const { reads } = await open.runner.run({
      ...rest,
      reads: [{ hook, ...(positions ? { positions } : {}) }],
    });
    return reads.get(hook) as Tensor;
  };
  const lastHook = (): string => blockHook(open.runner.info.nLayers - 1, "hook_resid_post");

  before(async () => {
    open = await openRunner(model);
    ids = someIds(40, open.runner.info.dVocab);
  });
  after(() => open.dispose());

  it("gives the same bits with and without hooks declared", async () => {
    const plain = await run(lastHook(), { ids, cache: "none" });
    const reads = open.runner.info.hooks.map((hook) => ({ hook }));
    const all = await open.runner.run({ ids, reads, cache: "none" });
    assert.equal(all.reads.size, open.runner.info.hooks.length);
    assert.deepEqual(bits((all.reads.get(lastHook()) as Tensor).data), bits(plain.data));
  });

  const sites = [
    "hook_resid_pre",
    "hook_resid_mid",
    "hook_resid_post",
    "hook_attn_out",
    "hook_mlp_out",
    "attn.hook_z",
    "mlp.hook_post",
  ] as const;
  for (const site of sites) {
    it(`an edit of zero strength at ${site} changes no bit`, async () => {
      const { dModel, dMlp } = open.runner.info;
      const width = site === "mlp.hook_post" ? dMlp : dModel;
      const value = Array.from({ length: width }, (_, i) => Math.sin(i) * 5);
      for (const op of ["add", "set"] as const) {
        const edit: Edit = { hook: blockHook(1, site), op, value, scale: 0, positions: "every-step" };
        const plain = await open.runner.logitsAt({ ids, position: -1 });
        const edited = await open.runner.logitsAt({ ids, edits: [edit], position: -1 });
        assert.deepEqual(bits(edited.logits), bits(plain.logits), op);
      }
    });

    it(`an edit at ${site} changes the logits from its position on and none before`, async () => {
      const { dModel, dMlp } = open.runner.info;
      const width = site === "mlp.hook_post" ? dMlp : dModel;
      const edit: Edit = {
        hook: blockHook(1, site),
        op: "add",
        value: Array.from({ length: width }, (_, i) => Math.cos(i)),
        positions: [20],
      };
      const plain = await run(lastHook(), { ids, cache: "none" });
      const edited = await run(lastHook(), { ids, edits: [edit], cache: "none" });
      const cut = 20 * dModel;
      assert.deepEqual(bits(edited.data.subarray(0, cut)), bits(plain.data.subarray(0, cut)));
      for (let position = 20; position < ids.length; position++) {
        const row = position * dModel;
        assert.notDeepEqual(
          bits(edited.data.subarray(row, row + dModel)),
          bits(plain.data.subarray(row, row + dModel)),
        );
      }
    });
  }

  it("incremental, chunked and whole runs agree", async () => {
    const long = someIds(400, open.runner.info.dVocab, 2);
    const whole = await run(lastHook(), { ids: long, cache: "none", positions: [100, 255, 256, 399] });
    const agree = new Agreement();
    for (const n of [1, 7, 255, 256, 300, 399, 400])
      await run(lastHook(), { ids: long.slice(0, n), positions: [n - 1] });
    agree.relative(
      "cached",
      (await run(lastHook(), { ids: long, positions: [399] })).data,
      whole.data.slice(-open.runner.info.dModel),
    );
    const pattern = await run(blockHook(2, "attn.hook_pattern"), { ids: long, positions: [300] });
    const { nHeads } = open.runner.info;
    assert.deepEqual(pattern.shape, [nHeads, 1, 400]);
    for (let head = 0; head < nHeads; head++) {
      const row = pattern.data.subarray(head * 400, (head + 1) * 400);
      assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-5, "a row sums to 1");
      assert.ok(
        row.subarray(301).every((x) => x === 0),
        "no weight on later keys",
      );
    }
    agree.settle();
  });

  it("a text that shares a prefix with an earlier one gets its own numbers", async () => {
    const other = [...ids.slice(0, 30), ...someIds(10, open.runner.info.dVocab, 3)];
    const fresh = await run(lastHook(), { ids: other, cache: "none" });
    await run(lastHook(), { ids, positions: [39] });
    const cached = await run(lastHook(), { ids: other, positions: [39] });
    const agree = new Agreement();
    agree.relative("after a shared prefix", cached.data, fresh.data.slice(-open.runner.info.dModel));
    agree.settle();
  });

  it("picks positions, heads and neurons as slices of the whole", async () => {
    const z = await run("blocks.1.attn.hook_z", { ids });
    const { dHead, nHeads } = open.runner.info;
    const { reads } = await open.runner.run({
      ids,
      reads: [
        { hook: "blocks.1.attn.hook_z", positions: [3, 9], heads: [2, 0] },
        { hook: "blocks.1.mlp.hook_post", positions: [5], neurons: [7, 1] },
      ],
    });
    const picked = reads.get("blocks.1.attn.hook_z") as Tensor;
    assert.deepEqual(picked.shape, [2, 2, dHead]);
    const expected = [3, 9].flatMap((p) =>
      [2, 0].flatMap((h) => [...z.data.subarray((p * nHeads + h) * dHead, (p * nHeads + h + 1) * dHead)]),
    );
    const agree = new Agreement();
    agree.relative("z", picked.data, expected);
    const post = await run("blocks.1.mlp.hook_post", { ids });
    const neurons = reads.get("blocks.1.mlp.hook_post") as Tensor;
    agree.relative(
      "post",
      neurons.data,
      [7, 1].map((n) => post.data[5 * open.runner.info.dMlp + n] as number),
    );
    agree.settle();
  });

  it("zeroing, setting and mean-ablating do what their names say", async () => {
    const hook = "blocks.2.mlp.hook_post";
    const plain = await run(hook, { ids });
    const { dMlp } = open.runner.info;
    const read = async (edit: Omit<Edit, "hook" | "positions">): Promise<Float32Array> =>
      (await run(hook, { ids, edits: [{ hook, positions: [10], neurons: [4], ...edit }] })).data;
    const at = 10 * dMlp + 4;
    const column = Array.from({ length: ids.length - 1 }, (_, i) => plain.data[(i + 1) * dMlp + 4] as number);
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const value = Array.from({ length: dMlp }, () => 2.5);
    const cases: [Omit<Edit, "hook" | "positions">, number][] = [
      [{ op: "zero" }, 0],
      [{ op: "set", value }, 2.5],
      [{ op: "mean" }, mean],
      [{ op: "scale", scale: 3 }, 3 * (plain.data[at] as number)],
      [{ op: "add", value, scale: 2 }, (plain.data[at] as number) + 5],
    ];
    for (const [edit, expected] of cases) {
      const data = await read(edit);
      assert.ok(Math.abs((data[at] as number) - expected) < 1e-5, `${edit.op}: ${data[at]} for ${expected}`);
      const others = (values: Float32Array): Float32Array => values.filter((_, i) => i !== at);
      assert.deepEqual(bits(others(data)), bits(others(plain.data)), `${edit.op} leaves the rest alone`);
    }
  });

  it("samples reproducibly from a seed, and greedily at temperature 0", async () => {
    const sample = (seed: number, temperature: number) =>
      open.runner.generate({ ids: ids.slice(0, 8), sampling: { maxTokens: 12, temperature, seed } });
    assert.deepEqual(await sample(5, 1), await sample(5, 1));
    assert.notDeepEqual((await sample(5, 1)).ids, (await sample(6, 1)).ids);
    assert.deepEqual(await sample(1, 0), await sample(2, 0));
  });

  it("stops when it is told to, and answers the next call", async () => {
    const source = new CancelSource();
    const work = open.runner.generate(
      { ids: ids.slice(0, 8), sampling: { maxTokens: 300, temperature: 0, seed: 0 } },
      { signal: source.signal, onProgress: ({ done }) => (done === 3 ? source.cancel() : undefined) },
    );
    await assert.rejects(work, { code: "cancelled" });
    assert.equal((await run(lastHook(), { ids, positions: [39] })).data.length, open.runner.info.dModel);
  });

  const refused: [string, () => Promise<unknown>, string][] = [
    ["an empty run", () => run(lastHook(), { ids: [] }), "bad-ids"],
    ["an id outside the vocabulary", () => run(lastHook(), { ids: [1, 4_000_000] }), "bad-ids"],
    [
      "more tokens than learned positions",
      () => run(lastHook(), { ids: new Array<number>(600).fill(1) }),
      "too-long",
    ],
    ["an unknown hook", () => run("blocks.0.hook_resid_por", { ids }), "unknown-hook"],
    ["a hook of a layer that is not there", () => run("blocks.99.hook_resid_pre", { ids }), "absent-hook"],
    ["a hook that the family lacks", () => run("blocks.0.attn.hook_rot_q", { ids }), "absent-hook"],
    ["a position past the end", () => run(lastHook(), { ids, positions: [40] }), "bad-plan"],
    [
      "an edit of the wrong width",
      () =>
        run(lastHook(), {
          ids,
          edits: [{ hook: "blocks.0.hook_resid_pre", op: "add", value: [1, 2], positions: "last" }],
        }),
      "bad-edit",
    ],
    [
      "an edit that no float32 can hold",
      () =>
        run(lastHook(), {
          ids,
          edits: [
            {
              hook: "blocks.0.hook_resid_pre",
              op: "add",
              value: new Array<number>(192).fill(1e300),
              positions: "last",
            },
          ],
        }),
      "bad-edit",
    ],
    [
      "logits that are no numbers",
      () => {
        const huge: Edit = {
          hook: "blocks.3.hook_resid_post",
          op: "add",
          value: new Array<number>(192).fill(3e38),
          positions: "last",
        };
        return open.runner.generate({
          ids,
          edits: [huge, huge],
          sampling: { maxTokens: 1, temperature: 0, seed: 0 },
        });
      },
      "not-finite",
    ],
    [
      "an edit at the pattern",
      () =>
        run(lastHook(), {
          ids,
          edits: [{ hook: "blocks.0.attn.hook_pattern", op: "zero", positions: "last" }],
        }),
      "bad-edit",
    ],
    [
      "an edit past the prompt",
      () =>
        run(lastHook(), { ids, edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: [40] }] }),
      "bad-edit",
    ],
  ];
  for (const [what, call, code] of refused) {
    it(`refuses ${what}`, () => assert.rejects(call, { code }));
  }
});
