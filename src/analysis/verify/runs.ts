/** Ways of running that must not matter: with hooks or without, from a cache or from the start, in chunks or whole. */
import type { WorkOptions } from "../../base/cancel";
import { throwIfCancelled } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { VerifyCheck } from "../../protocol/verify";
import { indices, readAt } from "../common/reads";
import { checked, differingValues, lastHook, relativeDifference } from "./difference";

/** Float32 sums made in another order differ by about this share; wrong positions or keys by far more. */
const orderBound = 1e-4;
/** Hooks read in one run: their values are held at once. */
const hooksAtOnce = 64;

async function lastRows(
  runner: Runner,
  ids: readonly number[],
  how: {
    readonly chunk?: number;
    readonly cache?: "none" | "prefix";
    readonly positions?: readonly number[];
  },
  options: WorkOptions,
): Promise<Float32Array> {
  const hook = lastHook(runner);
  const { positions, ...rest } = how;
  const read = { hook, ...(positions === undefined ? {} : { positions }) };
  return readAt(await runner.run({ ids, cache: "none", ...rest, reads: [read] }, options), hook).data;
}

/** Declaring hooks changes no bit of the last residual stream. */
export async function hookedIsHookFree(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const plain = await lastRows(runner, ids, {}, options);
  const { hooks } = runner.info;
  const last = lastHook(runner);
  let worst = 0;
  for (let i = 0; i < hooks.length; i += hooksAtOnce) {
    throwIfCancelled(options.signal);
    const some = [...new Set([...hooks.slice(i, i + hooksAtOnce), last])];
    const reads = some.map((hook) => ({ hook }));
    const run = await runner.run({ ids, reads, cache: "none" }, options);
    worst = Math.max(worst, differingValues(readAt(run, last).data, plain));
  }
  return checked({
    check: "hooked = hook-free",
    what: `The last residual stream with all ${hooks.length} hooks read, and with none.`,
    worst,
    bound: 0,
    unit: "values",
  });
}

/** Keys and values from an earlier run stand for computing them anew: half of the ids cached, then one by one. */
export async function cachedIsFull(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const { dModel } = runner.info;
  const full = await lastRows(runner, ids, {}, options);
  const half = Math.ceil(ids.length / 2);
  let worst = 0;
  for (const n of [half, ...indices(ids.length - half).map((i) => half + i + 1)]) {
    throwIfCancelled(options.signal);
    const how = { cache: "prefix", positions: [n - 1] } as const;
    const row = await lastRows(runner, ids.slice(0, n), how, options);
    // Frequencies that depend on the length give other numbers to the same ids in a longer run: only whole runs compare.
    const expected =
      n === ids.length
        ? full.subarray(-dModel)
        : (await lastRows(runner, ids.slice(0, n), {}, options)).subarray(-dModel);
    worst = Math.max(worst, relativeDifference(row, expected));
  }
  return checked({
    check: "cached = full",
    what: `The last residual stream of ${ids.length} tokens appended one by one, and computed at once.`,
    worst,
    bound: orderBound,
    unit: "relative",
  });
}

/** A run in small chunks gives what the whole gives. */
export async function chunkedIsWhole(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const whole = await lastRows(runner, ids, { chunk: ids.length }, options);
  let worst = 0;
  for (const chunk of [1, 5, Math.ceil(ids.length / 2)]) {
    worst = Math.max(worst, relativeDifference(await lastRows(runner, ids, { chunk }, options), whole));
  }
  return checked({
    check: "chunked = whole",
    what: `The last residual stream of ${ids.length} tokens in chunks of 1, 5 and half, and in one piece.`,
    worst,
    bound: orderBound,
    unit: "relative",
  });
}
