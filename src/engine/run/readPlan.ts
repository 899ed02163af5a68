/** What a run reads, sorted by where in the chain it is found. */
import { absence } from "../../graph/absence";
import { GraphError } from "../../graph/graphError";
import { type Hook, HookError, hookAxes, parseHook } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";
import type { ReadSpec } from "../../graph/runner";
import type { Axis } from "../../tensor/tensor";
import { valueShape } from "./valueShape";

/** One read with its parsed hook. */
export interface PlannedRead {
  readonly spec: ReadSpec;
  readonly hook: Hook;
  /** Axes of what the run brings, after any reduction. */
  readonly axes: readonly Axis[];
  /** Axis numbers along which only some indices leave the graph, with the indices; the position axis is not among them. */
  readonly picks: readonly { readonly axis: number; readonly indices: readonly number[] }[];
  /** Number of the hook's axis that counts new positions. */
  readonly posAxis: number;
  /** Number of the brought axis that counts positions; −1 where the reduction runs over them. */
  readonly joinAxis: number;
}

/** Most numbers that a read of the heads' results may bring: 32 MiB of them. */
const mostResults = 8 * 1024 * 1024;

/**
 * A read checked against the model and the length of its run.
 * @throws {HookError} "unknown-hook", "absent-hook"; {GraphError} "bad-plan" for indices out of range
 */
export function planRead(spec: ModelSpec, read: ReadSpec, length: number): PlannedRead {
  const hook = parseHook(read.hook);
  const why = absence(spec, hook);
  if (why !== null) {
    const next = "Run `introspect model` to list the hooks this model has.";
    throw new HookError("absent-hook", `This model has no "${read.hook}": ${why}.`, {
      next,
      details: { hook: read.hook },
    });
  }
  const axes = hookAxes(hook.site);
  checkIndices(read, "position", read.positions, length);
  const unordered = read.positions?.some((position, i, all) => i > 0 && position <= all[i - 1]) ?? false;
  if (unordered) throw new GraphError("bad-plan", `Reading "${read.hook}": positions must ascend.`);
  const picks: { axis: number; indices: readonly number[] }[] = [];
  for (const [name, indices] of [
    ["head", read.heads],
    ["dMlp", read.neurons],
  ] as const) {
    const axis = axes.indexOf(name);
    if (indices === undefined) continue;
    if (axis < 0)
      throw new GraphError(
        "bad-plan",
        `"${read.hook}" has no axis for ${name === "head" ? "heads" : "neurons"}.`,
      );
    const keys = /attn\.hook_(rot_)?[kv]$/.test(hook.site);
    checkIndices(read, name, indices, name === "dMlp" ? spec.dMlp : keys ? spec.nKvHeads : spec.nHeads);
    picks.push({ axis, indices });
  }
  const posAxis = Math.max(axes.indexOf("pos"), axes.indexOf("queryPos"));
  if (hook.site === "attn.hook_result") checkResults(spec, read, length);
  if (read.reduce !== undefined) checkReduction(spec, { read, hook, axes });
  const left = reducedAxes(read, axes);
  return { spec: read, hook, axes: left, picks, posAxis, joinAxis: left.indexOf(axes[posAxis]) };
}

/** Axes that a reduction leaves. */
function reducedAxes({ reduce }: ReadSpec, axes: readonly Axis[]): readonly Axis[] {
  switch (reduce?.kind) {
    case undefined:
      return axes;
    case "norm":
      return axes.filter((axis) => axis === "pos" || axis === "queryPos");
    case "top":
      return [...axes.slice(0, -1), "k"];
    case "mean":
      return axes.slice(1);
    case "statistics":
      return ["statistic", ...axes.slice(1)];
    case "projection":
      return ["pos", "direction"];
  }
}

/** What every head adds at every position is large: it is read for some heads or positions, or reduced. */
function checkResults(spec: ModelSpec, read: ReadSpec, length: number): void {
  if (read.reduce !== undefined) return;
  const n = (read.positions?.length ?? length) * (read.heads?.length ?? spec.nHeads) * spec.dModel;
  if (n <= mostResults) return;
  const next = "Choose heads or positions, or reduce what is read.";
  throw new GraphError("bad-plan", `Reading "${read.hook}" would bring ${n} numbers.`, { next });
}

function checkReduction(
  spec: ModelSpec,
  { read, hook, axes }: { read: ReadSpec; hook: Hook; axes: readonly Axis[] },
): void {
  const { reduce } = read;
  const refuse = (why: string): GraphError => new GraphError("bad-plan", `Reading "${read.hook}": ${why}.`);
  if (reduce === undefined || reduce.kind === "norm") return;
  const edges = axes[0] === "head";
  if (edges && reduce.kind !== "top") throw refuse(`"${reduce.kind}" is not for rows of attention`);
  const shape = edges ? [] : valueShape(spec, hook.site);
  const picked = axes.slice(1).map((axis, i) => {
    const chosen = axis === "head" ? read.heads : axis === "dMlp" ? read.neurons : undefined;
    return chosen?.length ?? shape[i];
  });
  if (reduce.kind === "top" && !(Number.isInteger(reduce.k) && reduce.k >= 1))
    throw refuse(`the ${reduce.k} largest are none`);
  if (reduce.kind === "top" && !edges && reduce.k > (picked.at(-1) ?? 0))
    throw refuse(`there are ${picked.at(-1)} entries, not ${reduce.k}`);
  if (reduce.kind === "projection") {
    const width = picked.reduce((a, b) => a * b, 1);
    const wrong = reduce.directions.find((one) => one.length !== width);
    if (reduce.directions.length === 0) throw refuse("there is no direction to project on");
    if (wrong !== undefined) throw refuse(`a direction has ${wrong.length} entries where ${width} are read`);
  }
  if ((reduce.kind === "mean" || reduce.kind === "statistics") && read.positions?.length === 0)
    throw refuse("there is no position to take the mean over");
}

function checkIndices(read: ReadSpec, what: string, indices: readonly number[] | undefined, n: number): void {
  const wrong = indices?.find((index) => !Number.isInteger(index) || index < 0 || index >= n);
  if (wrong === undefined) return;
  throw new GraphError("bad-plan", `Reading "${read.hook}": ${what} ${wrong} is not among 0 to ${n - 1}.`);
}
