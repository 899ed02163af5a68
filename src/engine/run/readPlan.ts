/** What a run reads, sorted by where in the chain it is found. */
import { absence } from "../../graph/absence";
import { GraphError } from "../../graph/graphError";
import { type Hook, HookError, hookAxes, parseHook } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";
import type { ReadSpec } from "../../graph/runner";
import type { Axis } from "../../tensor/tensor";

/** One read with its parsed hook. */
export interface PlannedRead {
  readonly spec: ReadSpec;
  readonly hook: Hook;
  readonly axes: readonly Axis[];
  /** Axis numbers along which only some indices leave the graph, with the indices; the position axis is not among them. */
  readonly picks: readonly { readonly axis: number; readonly indices: readonly number[] }[];
  /** Number of the axis that counts new positions. */
  readonly posAxis: number;
}

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
  return { spec: read, hook, axes, picks, posAxis: Math.max(axes.indexOf("pos"), axes.indexOf("queryPos")) };
}

function checkIndices(read: ReadSpec, what: string, indices: readonly number[] | undefined, n: number): void {
  const wrong = indices?.find((index) => !Number.isInteger(index) || index < 0 || index >= n);
  if (wrong === undefined) return;
  throw new GraphError("bad-plan", `Reading "${read.hook}": ${what} ${wrong} is not among 0 to ${n - 1}.`);
}
