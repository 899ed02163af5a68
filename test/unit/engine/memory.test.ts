import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ModelSpec } from "../../../src/graph/modelSpec";
import type { ModelInfo } from "../../../src/protocol/model";
import { ModelRunner } from "../../../src/engine/modelRunner";
import { SessionPool } from "../../../src/engine/sessionPool";
import { settingsFrom } from "../../../src/engine/environment";
import { memoryBudget, requireMemory, workingBytes } from "../../../src/engine/memory";
import { openModel } from "../../../src/engine/model";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const sizes = {
  family: "gpt2",
  nLayers: 12,
  nHeads: 12,
  nKvHeads: 12,
  dModel: 768,
  dHead: 64,
  dMlp: 3072,
  dVocab: 50257,
  nCtx: 1024,
};

describe("the memory budget", () => {
  const folder = useTempFolder();

  const machines: [string, Parameters<typeof memoryBudget>, number][] = [
    ["what is set", [5e9, { total: 1e9, constrained: 0 }], 5e9],
    ["a share of the machine", [undefined, { total: 10e9, constrained: 0 }], 8e9],
    [
      "a share of the machine where the container has no limit",
      [0, { total: 10e9, constrained: 2 ** 64 }],
      8e9,
    ],
    ["a share of the container", [undefined, { total: 10e9, constrained: 5e9 }], 4e9],
  ];
  for (const [what, args, bytes] of machines) {
    it(`is ${what}`, () => assert.equal(memoryBudget(...args), bytes));
  }

  it("counts what running takes: more for more layers and longer contexts", () => {
    const base = workingBytes(sizes);
    assert.ok(base > 128e6 && base < 600e6, String(base));
    assert.ok(workingBytes({ ...sizes, nLayers: 24 }) > base);
    assert.equal(workingBytes({ ...sizes, nCtx: 1e6 }), workingBytes({ ...sizes, nCtx: 2048 }));
  });

  it("names both numbers when something does not fit", () => {
    const use = { said: "To test", next: "Do less of it." };
    requireMemory(10, 10, use);
    assert.throws(
      () => requireMemory(13.4e9, 8e9, use),
      (error: Error & { code?: string; next?: string }) =>
        error.code === "too-large" && /13\.4 GB.*8\.0 GB/.test(error.message) && error.next !== undefined,
    );
  });

  it("refuses a model before its weights are converted", async () => {
    const options = { cacheDirectory: join(folder(), "cache"), memoryBudget: 1e6 };
    await assert.rejects(openModel(inRepo("models/introspect-small"), options), { code: "too-large" });
    assert.equal(existsSync(join(folder(), "cache")), false);
  });

  it("refuses a model whose weights fit and whose running does not, and leaves no mark behind", async () => {
    const options = { cacheDirectory: join(folder(), "cache"), memoryBudget: 50e6 };
    await assert.rejects(openModel(inRepo("models/introspect-small"), options), { code: "too-large" });
    const open = await openModel(inRepo("models/introspect-small"), { ...options, memoryBudget: 2e9 });
    open.dispose();
  });

  it("has a like for runs that are kept: a long run of a large model is refused before it is made", async () => {
    const large = { ...sizes, nLayers: 96, dModel: 12288, dHead: 128, nHeads: 96, nKvHeads: 96, dVocab: 8 };
    const spec = { ...large, blocks: [], unembed: { softCap: null }, positions: { kind: "none" } };
    const pool = new SessionPool({ directory: folder(), threads: 1 });
    const info = { ...large, hooks: [] } as unknown as ModelInfo;
    const runner = new ModelRunner(info, spec as unknown as ModelSpec, new Map(), { pool });
    const ids = new Array<number>(2048).fill(1);
    await assert.rejects(runner.base(ids), { code: "too-large" });
  });

  it("counts what a run would bring: too much is refused before the run, parts and norms of it are read", async () => {
    const opened = await openModel(inRepo("models/introspect-small"), {
      cacheDirectory: join(folder(), "cache"),
      memoryBudget: 250e6,
    });
    const ids = new Array<number>(512).fill(1);
    const hooks = opened.info.hooks.filter((hook) => /hook_pattern|hook_attn_scores/.test(hook));
    const read = (more: object, memory = hooks) =>
      opened.runner.run({ ids, reads: memory.map((hook) => ({ hook, ...more })) });
    await assert.rejects(
      read({}),
      (error: Error & { code?: string }) =>
        error.code === "too-large" && /8 hooks.*101 MB/.test(error.message),
    );
    assert.equal((await read({ reduce: { kind: "norm" } })).reads.size, 8);
    assert.equal((await read({ positions: [500], heads: [1] })).reads.size, 8);
    assert.equal((await read({}, hooks.slice(0, 1))).reads.size, 1);
    opened.dispose();
  });

  it("is read from the environment in gigabytes, what is no number being left out", () => {
    assert.deepEqual(
      settingsFrom({
        INTROSPECT_MEMORY_BUDGET: "2.5",
        INTROSPECT_CACHE_LIMIT: "10",
        INTROSPECT_DEVICE: "cpu",
      }),
      { memoryBudget: 2.5e9, cacheLimit: 10e9, device: "cpu" },
    );
    for (const text of ["", "0", "-1", "much", undefined]) {
      assert.deepEqual(settingsFrom({ INTROSPECT_MEMORY_BUDGET: text, INTROSPECT_DEVICE: "" }), {});
    }
  });
});
