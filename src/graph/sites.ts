/** Places inside a graph where a hook may be read or written; what is neither costs nothing. */
import type { GraphBuilder, ValueName } from "./graphBuilder";
import { hookAxes, type Site } from "./hooks";
import { editSteps, type EditStepKind } from "./parts/editSteps";
import { reduction, type ReductionKind, type ReductionPart } from "./parts/reduction";

/** How one hook is read: whole, or only some indices along an axis of it (given at run time as graph inputs), and what is left of that. */
export interface SiteRead {
  readonly site: Site;
  /** Axis numbers along which indices are picked, ascending. */
  readonly picks: readonly number[];
  readonly reduce?: ReductionKind | undefined;
}

/** How one hook is written: steps one after the other, their numbers given at run time as graph inputs. */
export interface SiteEdit {
  readonly site: Site;
  readonly steps: readonly EditStepKind[];
}

/** What a graph variant reads and writes. */
export interface SitePlan {
  readonly reads: readonly SiteRead[];
  readonly edits: readonly SiteEdit[];
}

/** Name of a graph output of read `i` of a plan; reductions have several, see parts/reduction.ts. */
export const readOutput = (i: number, part: ReductionPart = "value"): string => `read/${i}/${part}`;
/** Name of the graph input with the indices picked along an axis by read `i` of a plan. */
export const pickInput = (i: number, axis: number): string => `pick/${i}/${axis}`;
/** Name of the graph input that the reduction of read `i` takes: how many (int64 [1]), or directions [n, entries]. */
export const reductionInput = (i: number): string => `reduce/${i}`;

/** A short text that differs for different plans. */
export function sitePlanKey(plan: SitePlan): string {
  const reads = plan.reads.map(({ site, picks, reduce = "" }) => `${site}:${picks.join(".")}${reduce}`);
  const edits = plan.edits.map(
    ({ site, steps }) =>
      `${site}:${steps.map(({ kind, preserveNorm }) => kind + (preserveNorm ? "=" : "")).join(".")}`,
  );
  return `r[${reads.join(",")}]e[${edits.sort().join(",")}]`;
}

/** Marks hooks while a graph is being written. */
export class SiteMarker {
  constructor(
    private readonly graph: GraphBuilder,
    private readonly plan: SitePlan,
  ) {}

  /**
   * The value as it goes on from a hook: edited where the plan says so, and read after the edit. Unless it is edited,
   * it is the same value.
   * @param shape  shape of the value; text dimensions are symbolic
   */
  at(site: Site, value: ValueName, shape: readonly (number | string)[]): ValueName {
    const steps = this.plan.edits.find((one) => one.site === site)?.steps;
    const edited = steps ? editSteps(this.graph, { site, value, shape }, steps) : value;
    this.plan.reads.forEach((read, i) => {
      if (read.site === site) this.read(i, read, { value: edited, shape });
    });
    return edited;
  }

  /** True where the plan reads a hook; what only reads need is written only then. */
  reads(site: Site): boolean {
    return this.plan.reads.some((read) => read.site === site);
  }

  private read(
    i: number,
    { site, picks, reduce }: SiteRead,
    { value, shape }: { value: ValueName; shape: readonly (number | string)[] },
  ): void {
    const outShape = [...shape];
    let picked = value;
    for (const axis of picks) {
      const length = `read${i}.n${axis}`;
      const indices = this.graph.input(pickInput(i, axis), [length], "int64");
      picked = this.graph.op("Gather", [picked, indices], { axis });
      outShape[axis] = length;
    }
    if (reduce === undefined) {
      this.graph.output(readOutput(i), picked, outShape);
      return;
    }
    const input = reductionInput(i);
    const posAxis = Math.max(hookAxes(site).indexOf("pos"), hookAxes(site).indexOf("queryPos"));
    const masked = site === "attn.hook_attn_scores";
    const reducible = { value: picked, shape: outShape, posAxis, input, masked };
    for (const part of reduction(this.graph, reducible, reduce))
      this.graph.output(readOutput(i, part.part), part.value, part.shape, part.type);
  }
}
