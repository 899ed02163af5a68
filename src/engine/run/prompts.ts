/**
 * Runs of whole prompts, plain and edited, that agree to the last bit where they should: a plain run is kept as it was
 * computed, and an edited run of the same ids begins before the first block that its edits touch, with the very numbers
 * that it would have computed itself.
 */
import type { WorkOptions } from "../../base/cancel";
import { blockHook } from "../../graph/hooks";
import { type ModelSpec, runsWhole } from "../../graph/modelSpec";
import type { BlockChain } from "./blockChain";
import { type PlainTrace, plainTrace, traceBytes } from "./plainTrace";
import { ReadCollector } from "./readCollector";
import { planRead } from "./readPlan";
import type { RunEdits } from "./runEdits";
import { Sequence } from "./sequence";

const mostBytes = 128 * 1024 * 1024;
const mostTraces = 4;

/** A prompt that was run. */
export interface PromptRun {
  /** Holds the prompt; what is written behind it goes into memory of its own. */
  readonly sequence: Sequence;
  /** Residual stream after the last block at the position asked for, [dModel]. */
  readonly row: Float32Array;
}

/** Holds the plain runs of the prompts asked for last. */
export class Prompts {
  private held: PlainTrace[] = [];

  constructor(
    private readonly spec: ModelSpec,
    private readonly chain: BlockChain,
  ) {}

  /** Runs a prompt under edits (null: none) and gives the last residual stream at a position of it. */
  async run(
    ids: readonly number[],
    edits: RunEdits | null,
    { position, ...options }: WorkOptions & { readonly position: number },
  ): Promise<PromptRun> {
    const { nLayers, dModel } = this.spec;
    const isKept = !runsWhole(this.spec, ids.length) && traceBytes(this.spec, ids.length) <= mostBytes;
    const trace = isKept ? await this.trace(ids, edits === null, options) : null;
    const layer = edits?.firstLayer ?? nLayers;
    if (trace !== null && layer >= nLayers) {
      const row = (trace.streams.at(-1) as Float32Array).slice(position * dModel, (position + 1) * dModel);
      return { sequence: trace.sequence.borrow(ids.length), row };
    }
    const above = trace !== null && layer >= 0 ? trace : null;
    const sequence = above?.sequence.below(layer) ?? new Sequence(this.spec);
    const last = planRead(
      this.spec,
      { hook: blockHook(nLayers - 1, "hook_resid_post"), positions: [position] },
      ids.length,
    );
    const collector = new ReadCollector();
    const run = { sequence, ids, totalLength: ids.length, reads: [last], edits, nLayers, collector };
    const from = above === null ? {} : { from: { layer, resid: above.streams[layer] } };
    await this.chain.run({ ...run, ...from }, options);
    return { sequence, row: collector.finish(last, ids.length).value.data };
  }

  /** The plain run of the ids: the one that is held, or, where it is the one asked for, a new one. */
  private async trace(
    ids: readonly number[],
    isAsked: boolean,
    options: WorkOptions,
  ): Promise<PlainTrace | null> {
    const known = this.held.find((one) => sameIds(one.ids, ids));
    if (known === undefined && !isAsked) return null;
    const trace = known ?? (await plainTrace({ spec: this.spec, chain: this.chain }, ids, options));
    this.held = [...this.held.filter((one) => !sameIds(one.ids, ids)), trace].slice(-mostTraces);
    const bytes = (): number =>
      this.held.reduce((sum, one) => sum + traceBytes(this.spec, one.ids.length), 0);
    while (bytes() > mostBytes) this.held.shift();
    return trace;
  }
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
