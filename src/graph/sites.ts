/** Places inside a graph where a hook may be read or written; what is neither costs nothing. */
import type { GraphBuilder, ValueName } from "./graphBuilder";
import type { Site } from "./hooks";
import { editSteps, type EditStepKind } from "./parts/editSteps";

/** How one hook is read: whole, or only some indices along an axis of it (given at run time as graph inputs). */
export interface SiteRead {
  readonly site: Site;
  /** Axis numbers along which indices are picked, ascending. */
  readonly picks: readonly number[];
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

/** Name of the graph output of a read site. */
export const readOutput = (site: Site): string => `read/${site}`;
/** Name of the graph input with the indices picked along an axis of a read site. */
export const pickInput = (site: Site, axis: number): string => `pick/${site}/${axis}`;
/** A short text that differs for different plans. */
export function sitePlanKey(plan: SitePlan): string {
  const reads = plan.reads.map(({ site, picks }) => `${site}:${picks.join(".")}`);
  const edits = plan.edits.map(
    ({ site, steps }) =>
      `${site}:${steps.map(({ kind, preserveNorm }) => kind + (preserveNorm ? "=" : "")).join(".")}`,
  );
  return `r[${reads.sort().join(",")}]e[${edits.sort().join(",")}]`;
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
    for (const read of this.plan.reads) if (read.site === site) this.read(read, edited, shape);
    return edited;
  }

  private read({ site, picks }: SiteRead, value: ValueName, shape: readonly (number | string)[]): void {
    const outShape = [...shape];
    let picked = value;
    for (const axis of picks) {
      const length = `${site}.n${axis}`;
      const indices = this.graph.input(pickInput(site, axis), [length], "int64");
      picked = this.graph.op("Gather", [picked, indices], { axis });
      outShape[axis] = length;
    }
    this.graph.output(readOutput(site), picked, outShape);
  }
}
