/** How much memory a run's reads take, counted before the run. */
import { hookAxes } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";
import { sizeOf } from "../../tensor/tensor";
import type { PlannedRead } from "./readPlan";
import { valueShape } from "./valueShape";

/** What was read is held twice: in the chunks that brought it and joined, or joined and as it is written to a file. */
const copies = 2;

/** Bytes that reads of a run over `length` positions take at most. */
export function readBytes(spec: ModelSpec, reads: readonly PlannedRead[], length: number): number {
  return reads.reduce((sum, read) => sum + copies * 4 * entries(spec, read, length), 0);
}

/** Numbers that a read brings; what reductions leave, but for the largest in each row, is too little to count. */
function entries(spec: ModelSpec, { spec: read, hook }: PlannedRead, length: number): number {
  const positions = read.positions?.length ?? length;
  const axes = hookAxes(hook.site);
  const isEdges = axes[0] === "head";
  const own = isEdges ? [spec.nHeads, positions, length] : [positions, ...valueShape(spec, hook.site)];
  const shape = axes.map((axis, i) => {
    if (axis === "head") return read.heads?.length ?? own[i];
    return axis === "dMlp" ? (read.neurons?.length ?? own[i]) : own[i];
  });
  if (read.reduce === undefined) return sizeOf(shape);
  return read.reduce.kind === "top" ? 2 * sizeOf(shape.slice(0, -1)) * read.reduce.k : 0;
}
