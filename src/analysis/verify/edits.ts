/** Edits that must change nothing, and edits so small that the answer to them is a straight line. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { gaussian, seededRandom } from "../../base/random";
import type { Runner } from "../../graph/runner";
import type { Edit } from "../../protocol/edit";
import { editHook, editPart } from "../../protocol/editHook";
import type { VerifyCheck } from "../../protocol/verify";
import { indices, readAt } from "../common/reads";
import { checked, differingValues, lastHook } from "./difference";

const zeroOps = ["add", "set", "zero", "mean"] as const;
/** Size of a small edit, as a share of the edited value's own norm. */
const small = 0.01;
/** How much the slopes at ε and ε / 2 may differ, as a share: curvature of third order is left. */
const slopeBound = 0.05;
/** Rounding of a run in float32, as a share of the norm of what it gives: what no slope can be told from. */
const rounding = 2e-6;

/** Hooks up to the last block that hold vectors: there a value can be added. */
function editableHooks({ info }: Pick<Runner, "info">): string[] {
  const vectors = ["residual", "heads", "neurons"];
  return info.hooks.filter(
    (hook) =>
      !hook.startsWith("ln_final") && vectors.includes(editPart(hook) ?? "") && widthOf(hook, info) > 0,
  );
}

function widthOf(hook: string, info: Runner["info"]): number {
  return editHook(hook, info)?.width ?? 0;
}

async function lastRows(
  runner: Runner,
  ids: readonly number[],
  edits: readonly Edit[],
  options: WorkOptions,
): Promise<Float32Array> {
  const hook = lastHook(runner);
  const run = await runner.run({ ids, edits, reads: [{ hook }], cache: "none" }, options);
  return readAt(run, hook).data;
}

/** Edits of strength zero at every hook that takes one, all at once, for each operation. */
export async function zeroEdits(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const plain = await lastRows(runner, ids, [], options);
  const hooks = editableHooks(runner);
  let worst = 0;
  for (const op of zeroOps) {
    throwIfCancelled(options.signal);
    const edits = hooks.map((hook): Edit => {
      const width = widthOf(hook, runner.info);
      const value = Array.from({ length: width }, (_, i) => 3 * Math.sin(i + 1));
      const given = op === "zero" ? {} : { value };
      return { hook, op, scale: 0, positions: "every-step", ...given };
    });
    worst = Math.max(worst, differingValues(await lastRows(runner, ids, edits, options), plain));
  }
  return checked({
    check: "zero edits",
    what: `The last residual stream with edits of strength zero (${zeroOps.join(", ")}) at all ${hooks.length} hooks that take one, and with none.`,
    worst,
    bound: 0,
    unit: "values",
  });
}

/**
 * A small addition ε·v at a hook moves the last residual stream by ε times a slope: central differences at ε and ε / 2
 * agree. At the first, a middle and the last layer, in random directions; a few are tried (`attempts`).
 */
export async function smallEdits(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const { nLayers } = runner.info;
  const layers = new Set([0, Math.floor(nLayers / 2), nLayers - 1]);
  const hooks = editableHooks(runner).filter((hook) =>
    [...layers].some((layer) => hook.startsWith(`blocks.${layer}.`)),
  );
  const normal = gaussian(seededRandom(2));
  let worst = 0;
  let at = "";
  for (const hook of hooks) {
    throwIfCancelled(options.signal);
    const difference = await slopeDifference(runner, { ids, hook, normal }, options);
    if (difference <= worst && at !== "") continue;
    worst = difference;
    at = hook;
  }
  return checked({
    check: "small edits",
    what: `Slopes of the last residual stream at ${hooks.length} hooks, from steps of ${small} and ${small / 2} of the value's norm.`,
    worst,
    bound: slopeBound,
    unit: "relative",
    note: `The worst was at ${at}.`,
  });
}

/** Steps and places that are tried, until one agrees: an expert may be chosen anew or a ReLU crossed within a step. */
const attempts = [
  { step: small, share: 0.5 },
  { step: small, share: 0.5 },
  { step: small / 4, share: 0.5 },
  { step: small, share: 0 },
  { step: small / 4, share: 0 },
] as const;

/** The least difference of slopes over a few directions, steps and places; a broken edit agrees nowhere. */
async function slopeDifference(runner: Runner, on: SlopeRequest, options: WorkOptions): Promise<number> {
  let least = Infinity;
  for (const attempt of attempts) {
    least = Math.min(least, await attemptedDifference(runner, { ...on, ...attempt }, options));
    if (least <= slopeBound) break;
  }
  return least;
}

interface SlopeRequest {
  readonly ids: readonly number[];
  readonly hook: string;
  readonly normal: () => number;
}

async function attemptedDifference(
  runner: Runner,
  on: SlopeRequest & { readonly step: number; readonly share: number },
  options: WorkOptions,
): Promise<number> {
  const { ids, hook, step } = on;
  const width = widthOf(hook, runner.info);
  const there = readAt(await runner.run({ ids, reads: [{ hook }], cache: "none" }, options), hook).data;
  const norm = Math.hypot(...there.subarray(there.length - width));
  const drawn = Array.from({ length: width }, on.normal);
  const value = drawn.map((x) => (x * norm) / Math.hypot(...drawn));
  // Not everywhere: a shift of all keys alike would change no pattern.
  const positions = indices(ids.length).slice(-Math.max(1, Math.ceil(ids.length * on.share)));
  let size = 0;
  const last = async (scale: number): Promise<Float32Array> => {
    const rows = await lastRows(runner, ids, [{ hook, op: "add", value, scale, positions }], options);
    const row = rows.subarray(rows.length - runner.info.dModel);
    size = Math.hypot(...row);
    return row;
  };
  const slope = async (by: number): Promise<Float64Array> => {
    const [up, down] = [await last(by), await last(-by)];
    return Float64Array.from(up, (x, i) => (x - down[i]) / (2 * by));
  };
  const [one, half] = [await slope(step), await slope(step / 2)];
  const noise = (rounding * size) / (step / 2);
  const length = Math.hypot(...one);
  // What is added to the stream itself must be seen at its end; a head may have next to nothing to say.
  if (length <= noise) return hook.includes("hook_resid") ? Infinity : 0;
  return Math.max(0, Math.hypot(...one.map((x, i) => x - half[i])) - noise) / length;
}
