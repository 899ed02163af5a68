/** All edits of one run: which sites of which layer they touch, and what a graph call is given for them. */
import type { WorkOptions } from "../../base/cancel";
import { GraphError } from "../../graph/graphError";
import { hookAxes, type Site } from "../../graph/hooks";
import type { SiteEdit } from "../../graph/sites";
import type { Edit } from "../../protocol/edit";
import type { Feed } from "../ort";
import { editFeeds, type Span } from "./edits/editFeeds";
import { touches, type PlacedEdit } from "./edits/placedEdit";
import { type EditedRun, placeEdit } from "./edits/placeEdit";
import { valueShape } from "./valueShape";

/** What a graph call over some positions of a layer is given: how its hooks are written, and the graph inputs for that. */
export interface CallEdits {
  readonly edits: readonly SiteEdit[];
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** A run is sequence 0 of a batch of one; runs of a batch are given their own edits (`editsOfSequence`). */
function requireAlone({ hook, batch }: Edit): void {
  const wrong = batch?.find((sequence) => sequence !== 0);
  if (wrong === undefined) return;
  const message = `The edit at "${hook}" names sequence ${wrong} of a batch, and there is one input alone.`;
  throw new GraphError("bad-edit", message, { next: "Leave out `batch`, or run a batch." });
}

/** Edits resolved against the model, the prompt's length and the runs they take values from. */
export class RunEdits {
  private constructor(
    private readonly run: EditedRun,
    private readonly placed: readonly PlacedEdit[],
  ) {}

  /** @throws {GraphError} "bad-edit" when an edit does not fit the model, the prompt or the run it takes values from */
  static async resolve(run: EditedRun, edits: readonly Edit[], options: WorkOptions = {}): Promise<RunEdits> {
    edits.forEach(requireAlone);
    await run.sources.prepare(edits, options);
    return new RunEdits(
      run,
      edits.map((edit) => placeEdit(run, edit)),
    );
  }

  /** The first layer that is edited: `embedLayer`, a block's, or the number of layers where no block is. */
  get firstLayer(): number {
    return Math.min(this.run.spec.nLayers, ...this.placed.map(({ layer }) => layer));
  }

  /** Sites of a layer that are edited at some position. */
  sites(layer: number): Site[] {
    return this.placed.filter((one) => one.layer === layer).map(({ site }) => site);
  }

  /** The edits of a layer for positions from … to − 1; keys are all positions before `to`. */
  of(layer: number, span: Span): CallEdits {
    const here = this.placed.filter((one) => one.layer === layer && touches(one, span));
    const edits: SiteEdit[] = [];
    const feeds: Record<string, Feed> = {};
    for (const site of new Set(here.map((one) => one.site))) {
      const own = editFeeds(
        site,
        here.filter((one) => one.site === site),
        { ...span, ...this.layout(site, span) },
      );
      edits.push({ site, steps: own.steps });
      Object.assign(feeds, own.feeds);
    }
    return { edits, feeds };
  }

  private layout(site: Site, { from, to }: Span): { dims: number[]; width: number; causal: boolean } {
    const { spec } = this.run;
    const { causal } = spec;
    if (hookAxes(site)[0] === "head") return { dims: [spec.nHeads, to - from, to], width: to, causal };
    const shape = valueShape(spec, site);
    return { dims: [to - from, ...shape], width: shape.reduce((a, b) => a * b, 1), causal };
  }
}
