/** Times the engine on a GPT-2-small shape and prints JSON; ratios are against plain runs in the same process. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lensView } from "../../src/analysis/lens";
import { LensColumns } from "../../src/analysis/lens/columns";
import { seededRandom } from "../../src/base/random";
import { type OpenModel, openModel } from "../../src/engine/model";
import { threadCount } from "../../src/engine/threads";
import { blockHook } from "../../src/graph/hooks";
import type { RunWindow } from "../../src/protocol/model";
import { gpt2ShapeCheckpoint } from "./gpt2Shape";

const cacheDirectory = join(tmpdir(), "introspect-bench-cache");

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function times(n: number, work: (i: number) => Promise<unknown>): Promise<number> {
  await work(-2);
  await work(-1);
  const taken: number[] = [];
  for (let i = 0; i < n; i++) {
    const started = performance.now();
    await work(i);
    taken.push(performance.now() - started);
  }
  return median(taken);
}

/** Proportional set size of this process in bytes: pages shared with others or mapped twice count once. */
function pss(): number | null {
  try {
    const text = readFileSync("/proc/self/smaps_rollup", "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
  } catch {
    return null;
  }
}

function someIds(n: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => Math.floor(random() * 50257));
}

function windowOf(ids: number[]): RunWindow {
  const tokens = ids.map((id, i) => ({ id, text: null, start: i, end: i + 1 }));
  return { ids, tokens, start: 0, truncated: false, bos: false, context: "document" };
}

/** One token appended to 256 cached ones: alone, and with the lens of all layers for its column. */
async function appended({ runner, vocabulary }: OpenModel): Promise<{ plain: number; lens: number }> {
  const last = blockHook(runner.info.nLayers - 1, "hook_resid_post");
  const ids = someIds(256, 1);
  const grow = (base: number[], i: number): number[] => [...base, (i + 5) * 7];
  await runner.run({ ids, reads: [{ hook: last, positions: [255] }] });
  const plain = await times(15, (i) =>
    runner.run({ ids: grow(ids, i), reads: [{ hook: last, positions: [256] }] }),
  );
  const cache = new LensColumns();
  await lensView(runner, vocabulary, { window: windowOf(ids), columns: 16, k: 5, cache });
  const lens = await times(15, (i) =>
    lensView(runner, vocabulary, { window: windowOf(grow(ids, i)), columns: 16, k: 5, cache }),
  );
  return { plain, lens };
}

/** 256 tokens at once: no hooks; every hook declared, one position fetched; everything fetched. */
async function hooked({ runner }: OpenModel): Promise<{ free: number; declared: number; fetched: number }> {
  const { nLayers, hooks } = runner.info;
  const last = blockHook(nLayers - 1, "hook_resid_post");
  const blocks = hooks.filter((hook) => hook.startsWith("blocks."));
  const ids = someIds(256, 2);
  const run = (reads: { hook: string; positions?: number[] }[]) => () =>
    runner.run({ ids, reads, cache: "none" });
  return {
    free: await times(7, run([{ hook: last, positions: [255] }])),
    declared: await times(7, run(blocks.map((hook) => ({ hook, positions: [255] })))),
    fetched: await times(5, run(blocks.map((hook) => ({ hook })))),
  };
}

async function main(): Promise<void> {
  const { folder, weightBytes } = gpt2ShapeCheckpoint();
  const overWeights = (bytes: number | null) => ({
    pssBytes: bytes,
    ratioToWeights: bytes === null ? null : bytes / weightBytes,
  });
  const started = performance.now();
  const model = await openModel(folder, { cacheDirectory });
  const opened = performance.now() - started;
  const first = blockHook(0, "hook_resid_pre");
  const last = blockHook(model.info.nLayers - 1, "hook_resid_post");
  await model.runner.run({ ids: [1], reads: [{ hook: first }, { hook: last }] });
  const ready = performance.now() - started;
  const usedReady = pss();
  const append = await appended(model);
  const usedAppended = pss();
  const sessions = model.sessions();
  const hooks = await hooked(model);
  const report = {
    shape: "GPT-2 small, random weights, float32",
    threads: threadCount(),
    weightBytes,
    openMs: opened,
    firstTokenMs: ready,
    appendedToken: {
      cached: 256,
      plainMs: append.plain,
      withLensOfAllLayersMs: append.lens,
      ratio: append.lens / append.plain,
    },
    tokens256: {
      hookFreeMs: hooks.free,
      allHooksOnePositionRatio: hooks.declared / hooks.free,
      allHooksFetchedRatio: hooks.fetched / hooks.free,
    },
    memory: {
      whenReady: overWeights(usedReady),
      afterAppending: { ...overWeights(usedAppended), sessions },
    },
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  model.dispose();
}

void main();
