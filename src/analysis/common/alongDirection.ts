/** A text read along directions: products with unit vectors, taken in the graph at all layers of one run. */
import type { WorkOptions } from "../../base/cancel";
import type { ReadSpec, Runner } from "../../graph/runner";
import { requireIds } from "./analysisError";
import { readAt } from "./reads";
import { length, scaledBy } from "./vectors";

/** A vector at a hook. */
export interface ReadAlong {
  /** Full name. */
  readonly hook: string;
  readonly vector: ArrayLike<number>;
}

/**
 * Scores h·v/‖v‖ of each vector at each position (or at those given); zeros for a vector without length.
 * @throws {AnalysisError} "empty-input"; {HookError} "absent-hook", "unknown-hook"
 */
export async function scoresOf(
  runner: Runner,
  request: {
    readonly ids: readonly number[];
    readonly along: readonly ReadAlong[];
    readonly positions?: readonly number[];
    /** "prefix" begins at the first position that is read where what lies before is cached. */
    readonly cache?: "prefix" | "none";
  },
  options: WorkOptions = {},
): Promise<Float32Array[]> {
  const { ids, along, positions, cache = "none" } = request;
  requireIds(ids);
  const hooks = [...new Set(along.map(({ hook }) => hook))];
  const reads = hooks.map((hook): ReadSpec => {
    const directions = along.filter((one) => one.hook === hook).map(({ vector }) => unit(vector));
    return { hook, ...(positions ? { positions } : {}), reduce: { kind: "projection", directions } };
  });
  const run = await runner.run({ ids, reads, cache }, options);
  const seen = new Map<string, number>();
  return along.map(({ hook }) => {
    const { data } = readAt(run, hook);
    const n = along.filter((one) => one.hook === hook).length;
    const at = seen.get(hook) ?? 0;
    seen.set(hook, at + 1);
    return Float32Array.from({ length: data.length / n }, (_, pos) => data[pos * n + at]);
  });
}

function unit(vector: ArrayLike<number>): Float64Array {
  return scaledBy(vector, 1 / (length(vector) || 1));
}
