/** Places inside a graph where a hook may be read or written; what is neither costs nothing. */
import type { GraphBuilder, ValueName } from "./graphBuilder";
import type { Site } from "./hooks";

/** How one hook is read: whole, or only some indices along an axis of it (given at run time as graph inputs). */
export interface SiteRead {
  readonly site: Site;
  /** Axis numbers along which indices are picked, ascending. */
  readonly picks: readonly number[];
}

/** What a graph variant reads and writes. */
export interface SitePlan {
  readonly reads: readonly SiteRead[];
  /** Sites with an edit y·mul + add; both are graph inputs. */
  readonly edits: readonly Site[];
}

/** Name of the graph output of a read site. */
export const readOutput = (site: Site): string => `read/${site}`;
/** Name of the graph input with the indices picked along an axis of a read site. */
export const pickInput = (site: Site, axis: number): string => `pick/${site}/${axis}`;
/** Name of the graph input an edited site is multiplied by. */
export const mulInput = (site: Site): string => `mul/${site}`;
/** Name of the graph input added to an edited site. */
export const addInput = (site: Site): string => `add/${site}`;

/** A short text that differs for different plans. */
export function sitePlanKey(plan: SitePlan): string {
  const reads = plan.reads.map(({ site, picks }) => `${site}:${picks.join(".")}`);
  return `r[${reads.sort().join(",")}]e[${[...plan.edits].sort().join(",")}]`;
}

/** Marks hooks while a graph is being written. */
export class SiteMarker {
  constructor(
    private readonly graph: GraphBuilder,
    private readonly plan: SitePlan,
  ) {}

  /**
   * The value as it goes on from a hook: edited where the plan says so, and read after the edit.
   * Multiplying by 1 and adding −0 leaves every bit as it was, so an edit of zero strength changes nothing.
   * @param shape  shape of the value; text dimensions are symbolic
   */
  at(site: Site, value: ValueName, shape: readonly (number | string)[]): ValueName {
    const edited = this.plan.edits.includes(site) ? this.edit(site, value, shape) : value;
    for (const read of this.plan.reads) if (read.site === site) this.read(read, edited, shape);
    return edited;
  }

  private edit(site: Site, value: ValueName, shape: readonly (number | string)[]): ValueName {
    const mul = this.graph.input(mulInput(site), shape);
    const add = this.graph.input(addInput(site), shape);
    return this.graph.op("Add", [this.graph.op("Mul", [value, mul]), add]);
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
