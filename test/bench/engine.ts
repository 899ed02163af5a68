/** Times the engine on a GPT-2-small shape and prints JSON; ratios are against plain runs in the same process. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenModel, openModel } from "../../src/engine/model";
import { threadCount } from "../../src/engine/threads";
import { blockHook } from "../../src/graph/hooks";
import { gpt2ShapeCheckpoint } from "./gpt2Shape";
import { appendedToken, cachedLength } from "./measures/appended";
import { directions } from "./measures/directions";
import { patchSweep, steeredGeneration } from "./measures/edited";
import { hooks256, residuals1024 } from "./measures/hooked";
import { pss } from "./measures/memory";

const cacheDirectory = join(tmpdir(), "introspect-bench-cache");

/** The plain variant of every block, run once on one token. */
async function firstToken({ runner }: OpenModel): Promise<void> {
  const hook = blockHook(runner.info.nLayers - 1, "hook_resid_post");
  await runner.run({ ids: [1], reads: [{ hook }], cache: "none" });
}

/** The variant of every block that has all hooks, run once on one token. */
async function everyHook({ runner }: OpenModel): Promise<void> {
  const hooks = runner.info.hooks.filter(
    (hook) => hook.startsWith("blocks.") && !hook.endsWith("hook_result"),
  );
  await runner.run({ ids: [1], reads: hooks.map((hook) => ({ hook })), cache: "none" });
}

async function main(): Promise<void> {
  const { folder, weightBytes } = gpt2ShapeCheckpoint();
  const overWeights = (bytes: number | null): object => ({
    pssBytes: bytes,
    ratioToWeights: bytes === null ? null : bytes / weightBytes,
  });
  const before = pss();
  const started = performance.now();
  const model = await openModel(folder, { cacheDirectory });
  const openMs = performance.now() - started;
  await firstToken(model);
  const firstTokenMs = performance.now() - started;
  await everyHook(model);
  const variants = { sessions: model.sessions(), ...overWeights(pss()) };
  const report = {
    shape: "GPT-2 small, random weights, float32",
    threads: threadCount(),
    weightBytes,
    openMs,
    firstTokenMs,
    appendedToken: await appendedToken(model),
    cachedLength: await cachedLength(model),
    tokens256: await hooks256(model),
    tokens1024EveryResidual: await residuals1024(model),
    steeredGeneration: await steeredGeneration(model),
    patchSweep: await patchSweep(model),
    directions: await directions(model),
    memory: { beforeOpening: overWeights(before), variants, atTheEnd: overWeights(pss()) },
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  model.dispose();
}

void main();
