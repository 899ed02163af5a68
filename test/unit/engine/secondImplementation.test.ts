import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { RunPlan, Runner } from "../../../src/graph/runner";
import type { Edit } from "../../../src/protocol/edit";
import { Agreement } from "../../support/agreement";
import { type OpenRunner, openRunner } from "../../support/openRunner";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner } from "../../support/tinyRunner";
import { randomIds } from "../../support/tinyWindow";
import { removeFolder } from "../../support/tempFolder";

const shape = {
  nLayers: 3,
  nHeads: 2,
  dModel: 16,
  dMlp: 24,
  dVocab: 40,
  nCtx: 32,
  kind: "gpt",
  seed: 8,
} as const;

/** The engine's runner against the same model in plain loops (test/support/tinyRunner.ts), weight for weight. */
describe("the engine and a second implementation", () => {
  const plain = new TinyRunner(tinyModel(shape));
  const ids = randomIds(14, shape.dVocab, 4);
  let engine: OpenRunner;
  let folder: string;
  before(async () => {
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "introspect-tiny-"));
    writeTinyCheckpoint(folder, plain.model);
    engine = await openRunner(folder);
  });
  after(async () => {
    engine.dispose();
    await removeFolder(folder);
  });

  /** Both runners' reads of the same plan, tensor by tensor. */
  async function compareRuns(plan: RunPlan): Promise<void> {
    const agree = new Agreement();
    const [ours, theirs] = [await engine.runner.run(plan), await plain.run(plan)];
    for (const [hook, tensor] of theirs.reads) {
      const read = ours.reads.get(hook)!;
      assert.deepEqual([read.axes, read.shape], [tensor.axes, tensor.shape], hook);
      agree.relative(hook, read.data, tensor.data);
    }
    agree.settle();
  }
  const hooks = plain.info.hooks;

  it("read the same at every hook", () => compareRuns({ ids, reads: hooks.map((hook) => ({ hook })) }));

  it("read the same at some positions, heads and neurons", () =>
    compareRuns({
      ids,
      reads: [
        { hook: "blocks.1.hook_resid_pre", positions: [2, 5, 13] },
        { hook: "blocks.2.attn.hook_pattern", positions: [3, 9], heads: [1] },
        { hook: "blocks.0.attn.hook_z", heads: [1, 0], positions: [7] },
        { hook: "blocks.1.mlp.hook_post", neurons: [5, 2, 23], positions: [1, 12] },
      ],
    }));

  const row = (n: number, scale = 1) => Array.from({ length: n }, (_, i) => scale * Math.sin(i + 1));
  const resid = "blocks.1.hook_resid_pre";
  const z = "blocks.0.attn.hook_z";
  const post = "blocks.2.mlp.hook_post";
  const edits: [string, Edit[]][] = [
    [
      "add a row everywhere",
      [{ hook: resid, op: "add", value: row(16), scale: 2, positions: "prefill-all" }],
    ],
    [
      "add rows in front",
      [{ hook: resid, op: "add", value: [row(16), row(16, 3)], positions: "prefill-front" }],
    ],
    ["set at two places", [{ hook: resid, op: "set", value: [row(16), row(16, 2)], positions: [4, -1] }]],
    ["set half the way", [{ hook: resid, op: "set", value: row(16), scale: 0.5, positions: "last" }]],
    ["double the stream", [{ hook: "blocks.0.hook_resid_mid", op: "scale", scale: 2, positions: [3] }]],
    ["take out one head", [{ hook: z, op: "zero", heads: [1], positions: "every-step" }]],
    ["set one head", [{ hook: z, op: "set", heads: [0], value: row(16), positions: [2, 3] }]],
    ["take out neurons", [{ hook: post, op: "zero", neurons: [0, 7], positions: "every-step" }]],
    ["double neurons", [{ hook: post, op: "scale", scale: -2, neurons: [3], positions: "prefill-all" }]],
    ["put a head at its mean", [{ hook: z, op: "mean", heads: [1], positions: "prefill-all" }]],
    ["change what an MLP adds", [{ hook: "blocks.1.hook_mlp_out", op: "zero", positions: [5, 6] }]],
    [
      "apply in list order",
      [
        { hook: resid, op: "add", value: row(16), positions: "last" },
        { hook: resid, op: "scale", scale: 3, positions: "last" },
        { hook: resid, op: "add", value: row(16, -1), positions: "last" },
        { hook: post, op: "zero", neurons: [1], positions: "last" },
      ],
    ],
  ];
  for (const [what, list] of edits) {
    it(`agree when edits ${what}`, async () => {
      await compareRuns({ ids, reads: hooks.map((hook) => ({ hook })), edits: list });
      const agree = new Agreement();
      const at = { ids, edits: list, position: -1 };
      const [ours, theirs] = [await engine.runner.logitsAt(at), await plain.logitsAt(at)];
      agree.relative("logits", ours.logits, theirs.logits);
      const sampling = { maxTokens: 8, temperature: 0, seed: 0 };
      const request = { ids, edits: list, sampling };
      const [made, expected] = [await engine.runner.generate(request), await plain.generate(request)];
      assert.deepEqual(made.ids, expected.ids);
      agree.relative("log-probabilities", made.logProbs, expected.logProbs, 1e-3);
      agree.settle();
    });
  }

  it("decode rows alike, ranks and entropies too", async () => {
    const hook = "blocks.1.hook_resid_post";
    const rows = (await plain.run({ ids, reads: [{ hook }] })).reads.get(hook)!.data;
    const track = ids.map((id, i) => [id, (id + i) % shape.dVocab]);
    const [ours, theirs] = [
      await engine.runner.decode({ rows, k: 5, track }),
      await plain.decode({ rows, k: 5, track }),
    ];
    assert.deepEqual(ours.ids, theirs.ids);
    const agree = new Agreement();
    agree.relative("logits", ours.logits.flat(), theirs.logits.flat());
    agree.relative("normalizers", ours.logSumExp, theirs.logSumExp);
    agree.relative("entropies", ours.entropy, theirs.entropy);
    agree.absolute(
      "ranks",
      ours.tracked.flat().map((t) => t.rank),
      theirs.tracked.flat().map((t) => t.rank),
      0,
    );
    agree.settle();
  });

  it("have the same weights", async () => {
    const agree = new Agreement();
    const both = async <T>(ask: (runner: Runner) => Promise<T>) =>
      [await ask(engine.runner), await ask(plain)] as const;
    const [ours, theirs] = await both((r) => r.neuronWeights(1, [3, 0]));
    theirs.forEach((one, i) => {
      agree.relative("out", ours[i].out, one.out);
      agree.relative("in", ours[i].in, one.in);
      agree.absolute("bias", [ours[i].inBias], [one.inBias], 1e-6);
    });
    for (const name of ["final", { layer: 2, norm: "ln1" }, { layer: 0, norm: "ln2" }] as const) {
      const [a, b] = await both((r) => r.normWeights(name));
      assert.equal(a.kind, b.kind);
      agree.relative("gain", a.gain!, b.gain!);
      agree.relative("bias", a.bias!, b.bias!);
    }
    const result = "blocks.1.attn.hook_result";
    const read = { ids, reads: [{ hook: result, positions: [3, 8] }] };
    const [heads, expected] = await both(async (r) => (await r.run(read)).reads.get(result)!);
    assert.deepEqual([heads.axes, heads.shape], [expected.axes, expected.shape]);
    agree.relative("head results", heads.data, expected.data);
    const rows = Float32Array.from([...row(16), ...row(16, 2).reverse()]);
    const [directions, wanted] = await both((r) => r.unembedDirections(rows, 4));
    directions.forEach((one, i) => {
      assert.deepEqual(
        one.top.map(([id]) => id),
        wanted[i].top.map(([id]) => id),
      );
      assert.deepEqual(new Set(one.bottom.map(([id]) => id)), new Set(wanted[i].bottom.map(([id]) => id)));
      agree.relative(
        "weights",
        one.top.map(([, w]) => w),
        wanted[i].top.map(([, w]) => w),
      );
    });
    agree.settle();
  });
});
