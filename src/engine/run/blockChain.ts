/** Runs token ids through embed → block 0 → … → block L−1, chunk by chunk, reading and writing hooks on the way. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { blockGraph, blockNames } from "../../graph/blockGraph";
import { embedGraph, embedNames } from "../../graph/embedGraph";
import type { WeightTable } from "../../graph/graphBuilder";
import { type BlockSpec, type ModelSpec, runsWhole } from "../../graph/modelSpec";
import { GraphError } from "../../graph/graphError";
import { alibiInput } from "../../graph/parts/attention";
import { scoreRowsOutput } from "../../graph/parts/editSteps";
import { rotaryInputs } from "../../graph/parts/rotary";
import { readOutput, type SitePlan, sitePlanKey } from "../../graph/sites";
import { floatFeed, floatsOf, int64Feed } from "../feeds";
import type { Feed, Fetched } from "../ort";
import type { SessionPool } from "../sessionPool";
import type { ReadCollector } from "./readCollector";
import { PositionFeeds } from "./positionFeeds";
import type { PlannedRead } from "./readPlan";
import { embedLayer } from "./edits/placedEdit";
import type { RunEdits } from "./runEdits";
import type { Sequence } from "./sequence";
import { siteRead } from "./siteRead";

/** Most positions of one chunk: the unit of cancelling within a long prefill. */
export const chunkLength = 256;
/** Most attention scores of one chunk, all heads: 32 Mi of them are 128 MiB, and a block holds a few such arrays. */
const mostScores = 32 * 1024 * 1024;

/** One stretch of ids to run over what a sequence already holds. */
export interface ChainRun {
  readonly sequence: Sequence;
  /** Ids after the ones the sequence holds. */
  readonly ids: readonly number[];
  /** Length of the whole run, for families whose frequencies depend on it. */
  readonly totalLength: number;
  readonly reads: readonly PlannedRead[];
  readonly edits: RunEdits | null;
  /** Blocks to run, counted from the first; a sequence that lacks the keys of some blocks is good for this run alone. */
  readonly nLayers: number;
  readonly collector: ReadCollector;
  /** Starts before this block with its residual stream, [ids, dModel], instead of with the embedding of `ids`. */
  readonly from?: { readonly layer: number; readonly resid: Float32Array };
  /** Nothing goes on from this run: keys and values of its last chunk are not kept. */
  readonly isEnd?: true;
  /** Most positions computed at once; `chunkLength` where it is left out. */
  readonly chunk?: number | undefined;
}

/** Where a chunk stands in its run. */
interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly ids: readonly number[];
  readonly positions: PositionFeeds;
  /** Its keys and values go into the sequence. */
  readonly isKept: boolean;
}

/** A model's blocks over mapped weights. */
export class BlockChain {
  constructor(
    private readonly spec: ModelSpec,
    private readonly weights: WeightTable,
    private readonly pool: SessionPool,
  ) {}

  /**
   * Runs all ids and gives the last chunk's residual stream after the last block run, [positions, dModel]. The
   * sequence counts the new positions chunk by chunk.
   * @throws {CancelledError} between two blocks
   */
  async run(run: ChainRun, options: WorkOptions = {}): Promise<Float32Array> {
    const chunks = this.chunksOf(run);
    let resid: Float32Array = new Float32Array(0);
    const first = run.from?.layer ?? 0;
    const perChunk = run.nLayers - first;
    const total = chunks.length * perChunk;
    for (const [i, chunk] of chunks.entries()) {
      throwIfCancelled(options.signal);
      resid = run.from === undefined ? await this.embed(run, chunk) : this.rowsOf(run.from.resid, run, chunk);
      for (let layer = first; layer < run.nLayers; layer++) {
        throwIfCancelled(options.signal);
        resid = await this.block(run, chunk, { layer, resid });
        options.onProgress?.({ done: i * perChunk + layer - first + 1, total, message: "Running the model" });
      }
      if (chunk.isKept) run.sequence.commit(chunk.ids);
    }
    return resid;
  }

  /** A chunk's rows of a residual stream that begins with the run's first new position. */
  private rowsOf(resid: Float32Array, run: ChainRun, { from, to }: Chunk): Float32Array {
    const { dModel } = this.spec;
    const start = from - (run.totalLength - run.ids.length);
    return resid.subarray(start * dModel, (start + to - from) * dModel);
  }

  private chunksOf({ sequence, ids, totalLength, chunk, isEnd }: ChainRun): Chunk[] {
    const whole = runsWhole(this.spec, totalLength);
    const room = Math.max(1, Math.floor(mostScores / (this.spec.nHeads * totalLength)));
    const length = whole ? Math.max(ids.length, 1) : Math.min(chunk ?? chunkLength, room);
    const chunks: Chunk[] = [];
    for (let i = 0; i < ids.length; i += length) {
      const part = ids.slice(i, i + length);
      const [from, to] = [sequence.length + i, sequence.length + i + part.length];
      const positions = new PositionFeeds(this.spec, { from, to, length: totalLength });
      const isKept = isEnd !== true || i + length < ids.length;
      chunks.push({ from, to, ids: part, positions, isKept });
    }
    return chunks;
  }

  private async embed(run: ChainRun, chunk: Chunk): Promise<Float32Array> {
    const reads = run.reads.filter(({ hook }) => hook.place === "embed");
    const step = new Step(run, chunk, { reads, layer: embedLayer });
    step.feeds[embedNames.ids] = int64Feed(chunk.ids);
    if (this.spec.positions.kind === "learned") {
      step.feeds[embedNames.positions] = int64Feed(chunk.ids.map((_, i) => chunk.from + i));
    } else if (this.spec.positions.kind === "sinusoidal") {
      step.feeds[embedNames.positionRows] = chunk.positions.rows(this.spec.positions.row);
    }
    const key = `embed ${sitePlanKey(step.plan)}`;
    const out = await this.pool.use(
      key,
      () => embedGraph(this.spec, step.plan, this.weights),
      (s) => s.run(step.feeds),
    );
    step.collect(out);
    return floatsOf(out, embedNames.resid);
  }

  private async block(
    run: ChainRun,
    chunk: Chunk,
    at: { layer: number; resid: Float32Array },
  ): Promise<Float32Array> {
    const { layer, resid } = at;
    const { dModel } = this.spec;
    const reads = run.reads.filter(({ hook }) => hook.place === "block" && hook.layer === layer);
    const isEdited = run.edits?.sites(layer).includes("hook_resid_pre") ?? false;
    const free = ({ hook: { site }, spec }: PlannedRead): boolean =>
      spec.reduce === undefined && (site === "hook_resid_post" || (site === "hook_resid_pre" && !isEdited));
    const step = new Step(run, chunk, { reads: reads.filter((read) => !free(read)), layer });
    const past = run.sequence.length > 0;
    step.feeds[blockNames.resid] = floatFeed(resid, [chunk.ids.length, dModel]);
    if (past) {
      const { k, v } = run.sequence.past(layer);
      Object.assign(step.feeds, { [blockNames.pastK]: k, [blockNames.pastV]: v });
    }
    feedPositions(step.feeds, this.spec.blocks[layer], chunk.positions);
    const key = `block ${layer} ${past ? "past" : "first"} ${sitePlanKey(step.plan)}`;
    const graph = () => blockGraph(this.spec, layer, { ...step.plan, past }, this.weights);
    const out = await this.pool.use(key, graph, (session) => session.run(step.feeds));
    step.collect(out);
    checkScoreRows(out, { layer, from: chunk.from });
    if (chunk.isKept)
      run.sequence.write(layer, floatsOf(out, blockNames.newK), floatsOf(out, blockNames.newV));
    const post = floatsOf(out, blockNames.residPost);
    for (const read of reads) {
      if (!free(read)) continue;
      const rows = read.hook.site === "hook_resid_pre" ? resid : post;
      const indices = localPositions(read, chunk);
      if (indices.length > 0) run.collector.addRows(read, rows, { width: dModel, indices });
    }
    return post;
  }
}

/** What a block needs to know of its positions. */
function feedPositions(
  feeds: Record<string, Feed>,
  { attention }: BlockSpec,
  positions: PositionFeeds,
): void {
  if (attention.rotary !== null) {
    const { cos, sin } = positions.rotary(attention.rotary);
    feeds[rotaryInputs.cos] = cos;
    feeds[rotaryInputs.sin] = sin;
  }
  if (attention.alibi !== null) feeds[alibiInput] = positions.alibi(attention.alibi);
}

/** One graph call: its plan, its feeds, and where its reads go. */
class Step {
  readonly feeds: Record<string, Feed> = {};
  readonly plan: SitePlan;
  private readonly reads: readonly { readonly read: PlannedRead; readonly positions: readonly number[] }[];

  constructor(
    private readonly run: ChainRun,
    chunk: Chunk,
    { reads, layer }: { reads: readonly PlannedRead[]; layer: number },
  ) {
    this.reads = reads
      .map((read) => ({ read, positions: localPositions(read, chunk) }))
      .filter(({ positions }) => positions.length > 0);
    const own = run.edits?.of(layer, chunk);
    Object.assign(this.feeds, own?.feeds);
    const sites = this.reads.map(({ read, positions }, i) => {
      const { site, feeds } = siteRead(read, i, { positions, nKeys: chunk.to });
      Object.assign(this.feeds, feeds);
      return site;
    });
    this.plan = { reads: sites, edits: own?.edits ?? [] };
  }

  collect(out: Readonly<Record<string, Fetched>>): void {
    this.reads.forEach(({ read, positions }, i) =>
      this.run.collector.add(read, positions.length, (part) => out[readOutput(i, part)]),
    );
  }
}

/**
 * Refuses edits that left a query without any key: its softmax would be no number.
 * @throws {GraphError} "bad-edit"
 */
function checkScoreRows(
  out: Readonly<Record<string, Fetched>>,
  { layer, from }: { layer: number; from: number },
): void {
  const rows = out[scoreRowsOutput];
  if (rows === undefined) return;
  const at = (rows.data as Float32Array).indexOf(-Infinity);
  if (at < 0) return;
  const head = Math.floor(at / rows.dims[1]);
  const query = from + (at % rows.dims[1]);
  throw new GraphError(
    "bad-edit",
    `The edits mask every key that head ${head} of layer ${layer} sees at position ${query}.`,
    { next: "Leave at least one key to each query.", details: { layer, head, query } },
  );
}

/** The read positions that fall into a chunk, counted from its start. */
function localPositions(read: PlannedRead, { from, to }: Chunk): number[] {
  const { positions } = read.spec;
  if (positions === undefined) return Array.from({ length: to - from }, (_, i) => i);
  return positions.filter((position) => position >= from && position < to).map((position) => position - from);
}
