/** A plain run whose residual streams, keys and values are kept, so that edited runs start where their edits are. */
import type { WorkOptions } from "../../base/cancel";
import { GraphError } from "../../graph/graphError";
import { blockHook, parseHook } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";
import type { BaseRun } from "../../graph/runner";
import type { Edit } from "../../protocol/edit";
import type { BlockChain } from "./blockChain";
import { type PlainTrace, plainTrace } from "./plainTrace";
import { ReadCollector } from "./readCollector";
import { planRead } from "./readPlan";
import { embedLayer } from "./edits/placedEdit";
import type { RunEdits } from "./runEdits";

/** What a kept run is made with. */
export interface KeptRunParts {
  readonly spec: ModelSpec;
  readonly chain: BlockChain;
  /** Edits resolved against the run's ids; null for none. */
  readonly resolve: (edits: readonly Edit[], options: WorkOptions) => Promise<RunEdits | null>;
  /** True where keys of a run's first positions are of no use to another (see `ModelRunner`). */
  readonly isWhole: boolean;
}

/** See `BaseRun`. */
export class KeptRun implements BaseRun {
  private constructor(
    private readonly parts: KeptRunParts,
    private readonly trace: PlainTrace,
  ) {}

  /** Runs the ids once. */
  static async make(
    parts: KeptRunParts,
    ids: readonly number[],
    options: WorkOptions = {},
  ): Promise<KeptRun> {
    return new KeptRun(parts, await plainTrace(parts, ids, options));
  }

  get ids(): readonly number[] {
    return this.trace.ids;
  }

  async final(request: Parameters<BaseRun["final"]>[0], options: WorkOptions = {}): Promise<Float32Array> {
    const { dModel } = this.parts.spec;
    const atEnd = request.edits.find(({ hook }) => parseHook(hook).place === "final");
    if (atEnd !== undefined) {
      const next = "Edit the last block's hook_resid_post instead.";
      const message = `The edit at "${atEnd.hook}" stands behind the residual streams that a kept run gives.`;
      throw new GraphError("bad-edit", message, { next });
    }
    const first = this.startOf(request.edits);
    const start = request.exact ? { ...first, position: 0 } : first;
    const changed = await this.changedRows(request.edits, start, options);
    const rows = new Float32Array(request.positions.length * dModel);
    request.positions.forEach((position, i) => {
      const isChanged = changed !== null && position >= start.position;
      const from = isChanged ? changed : (this.trace.streams.at(-1) as Float32Array);
      const at = (isChanged ? position - start.position : position) * dModel;
      rows.set(from.subarray(at, at + dModel), i * dModel);
    });
    return rows;
  }

  /** The last residual stream from `start.position` on; null where nothing is edited. */
  private async changedRows(
    edits: readonly Edit[],
    start: { layer: number; position: number },
    options: WorkOptions,
  ): Promise<Float32Array | null> {
    const { spec, chain, resolve } = this.parts;
    const resolved = await resolve(edits, options);
    if (resolved === null) return null;
    const { nLayers, dModel } = spec;
    const last = planRead(spec, { hook: blockHook(nLayers - 1, "hook_resid_post") }, this.ids.length);
    const collector = new ReadCollector();
    const from =
      start.layer === embedLayer
        ? {}
        : {
            from: {
              layer: start.layer,
              resid: this.trace.streams[start.layer].subarray(start.position * dModel),
            },
          };
    const run = {
      sequence: this.trace.sequence.borrow(start.position),
      ids: this.ids.slice(start.position),
      totalLength: this.ids.length,
      reads: [last],
      edits: resolved,
      nLayers,
      collector,
      isEnd: true as const,
      ...from,
    };
    await chain.run(run, options);
    return collector.finish(last, this.ids.length).value.data;
  }

  /** The first layer and position that edits touch; only positions that an edit lists are known to be later ones. */
  private startOf(edits: readonly Edit[]): { layer: number; position: number } {
    const n = this.ids.length;
    const layers = edits.map(({ hook }) => {
      const parsed = parseHook(hook);
      return parsed.place === "block" ? parsed.layer : embedLayer;
    });
    const positions = edits.flatMap(({ positions: chosen }) => {
      if (chosen === "last") return [n - 1];
      return typeof chosen === "string" ? [0] : chosen.map((at) => (at < 0 ? n + at : at));
    });
    const first = Math.min(...positions);
    const isKnown = Number.isInteger(first) && first >= 0 && first < n && !this.parts.isWhole;
    return { layer: Math.min(...layers), position: isKnown ? first : 0 };
  }
}
