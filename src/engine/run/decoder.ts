/** Decodes rows of a residual stream in blocks of rows, so that no [rows, vocab] array grows large. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { WeightTable } from "../../graph/graphBuilder";
import type { ModelSpec } from "../../graph/modelSpec";
import type { Decoded, DecodeRequest, RowComparison } from "../../graph/runner";
import { readOutput, sitePlanKey } from "../../graph/sites";
import { unembedGraph, unembedNames, type UnembedVariant } from "../../graph/unembedGraph";
import { floatFeed, floatsOf, int64Feed } from "../feeds";
import type { Feed, Fetched } from "../ort";
import type { SessionPool } from "../sessionPool";
import type { ReadCollector } from "./readCollector";
import type { Span } from "./edits/editFeeds";
import type { PlannedRead } from "./readPlan";
import type { CallEdits, RunEdits } from "./runEdits";
import { notFinite } from "./sampling";
import { siteRead } from "./siteRead";

/** Logits held at once inside the graph: 4 Mi of them are 16 MiB, with a handful of such arrays alive. */
const mostLogits = 4 * 1024 * 1024;
/** From two rows to this many the product with the weights first is the faster one; a single row has a kernel of its own. */
const mostFewRows = 48;

interface Parts {
  readonly ids: number[][];
  readonly logits: number[][];
  readonly logSumExp: number[];
  readonly entropy: number[];
  readonly tracked: { logit: number; rank: number }[][];
  readonly divergence: number[];
}

/** The end of a model: final norm and unembedding. */
export class Decoder {
  constructor(
    private readonly spec: ModelSpec,
    private readonly weights: WeightTable,
    private readonly pool: SessionPool,
  ) {}

  /** The k best tokens, sums and tracked ids of every row; `edits` are those of the run that the rows come from. */
  async decode(request: DecodeRequest, edits: RunEdits | null, options: WorkOptions = {}): Promise<Decoded> {
    const { dModel, dVocab } = this.spec;
    const n = request.rows.length / dModel;
    const parts: Parts = { ids: [], logits: [], logSumExp: [], entropy: [], tracked: [], divergence: [] };
    const { compare } = request;
    const width = compare ? 1 : Math.min(this.mostTracked, longest(request.track ?? []));
    const step = Math.max(1, Math.floor(mostLogits / (dVocab * Math.max(1, width))));
    for (let from = 0, to: number; from < n; from = to) {
      throwIfCancelled(options.signal);
      to = compare ? pieceEnd(compare, { from, n, step }) : Math.min(n, from + step);
      if (compare) await this.compared({ ...request, compare }, { from, to }, parts);
      else await this.some(request, { from, to, edits }, parts);
      options.onProgress?.({ done: to, total: n, message: "Decoding" });
    }
    return parts;
  }

  /** Logits of every vocabulary entry for the row of one position of a run with those edits. */
  async logits(row: Float32Array, position: number, edits: RunEdits | null): Promise<Float32Array> {
    const own = this.editsOf(edits, { from: position, to: position + 1 });
    const feeds = { ...own.feeds, [unembedNames.rows]: this.rowsFeed(row) };
    const out = await this.run({ kind: "logits", reads: [], edits: own.edits }, feeds);
    return floatsOf(out, unembedNames.logits);
  }

  /** The logit of one id in each row of a plain run. */
  async pick(rows: Float32Array, ids: readonly number[]): Promise<Float32Array> {
    const feeds = { [unembedNames.rows]: this.rowsFeed(rows), [unembedNames.ids]: int64Feed(ids) };
    return floatsOf(await this.run({ kind: "pick", reads: [], edits: [] }, feeds), unembedNames.picked);
  }

  /**
   * Reads one of the final norm's hooks.
   * @param rows  residual stream of the positions from `from` on
   * @param positions  what is read of them, counted from the first
   */
  async readFinal(
    { rows, from, positions }: { rows: Float32Array; from: number; positions: readonly number[] },
    read: PlannedRead,
    { collector, edits }: { collector: ReadCollector; edits: RunEdits | null },
  ): Promise<void> {
    const n = rows.length / this.spec.dModel;
    const own = this.editsOf(edits, { from, to: from + n });
    const { site, feeds } = siteRead(read, 0, { positions, nKeys: 0 });
    const out = await this.run(
      { kind: "norm", reads: [site], edits: own.edits },
      { ...feeds, ...own.feeds, [unembedNames.rows]: this.rowsFeed(rows) },
    );
    collector.add(read, positions.length, (part) => out[readOutput(0, part)]);
  }

  private editsOf(edits: RunEdits | null, span: Span): CallEdits {
    return edits?.of(this.spec.nLayers, span) ?? { edits: [], feeds: {} };
  }

  private async some(
    request: DecodeRequest,
    { from, to, edits }: Span & { edits: RunEdits | null },
    parts: Parts,
  ): Promise<void> {
    const { dModel, dVocab } = this.spec;
    const rows = request.rows.subarray(from * dModel, to * dModel);
    const k = Math.max(1, Math.min(request.k, dVocab));
    const feeds: Record<string, Feed> = {
      [unembedNames.rows]: this.rowsFeed(rows),
      [unembedNames.k]: int64Feed([k], [1]),
    };
    const start = request.first ?? 0;
    const own = this.editsOf(edits, { from: start + from, to: start + to });
    Object.assign(feeds, own.feeds);
    const few = to - from > 1 && to - from <= mostFewRows;
    const variant = { few, reads: [], edits: own.edits };
    const all = trackedRows(request, from, to);
    const ofAll = longest(all);
    for (let first = 0; first === 0 || first < ofAll; first += this.mostTracked) {
      const track = all.map((ids) => ids.slice(first, first + this.mostTracked));
      const width = longest(track);
      if (width > 0)
        feeds[unembedNames.track] = int64Feed(
          track.flatMap((ids) => padded(ids, width)),
          [to - from, width],
        );
      const kind = width > 0 ? "track" : "top";
      const out = await this.run({ kind, ...variant }, feeds);
      if (first === 0) collect(parts, out, { n: to - from, k, of: k });
      collectTracked(parts, out, { from, first, track, width });
    }
  }

  /** Rows of one call, compared with others; those that lie outside of the call are decoded with it once more. */
  private async compared(
    request: DecodeRequest & { readonly compare: RowComparison },
    { from, to }: Span,
    parts: Parts,
  ): Promise<void> {
    const { dModel, dVocab } = this.spec;
    const { compare } = request;
    const own = indicesFrom(from, to);
    const all = [...own, ...new Set(compare.to.slice(from, to).filter((row) => row < from || row >= to))];
    const placed = new Map(all.map((row, i) => [row, i]));
    const rows = new Float32Array(all.length * dModel);
    all.forEach((row, i) => rows.set(request.rows.subarray(row * dModel, (row + 1) * dModel), i * dModel));
    const k = Math.max(1, Math.min(request.k, dVocab));
    const follow = Math.min(compare.follow, dVocab);
    const track = all.map((row) => trackedRows(request, row, row + 1)[0]);
    const given = longest(track);
    const feeds: Record<string, Feed> = {
      [unembedNames.rows]: this.rowsFeed(rows),
      [unembedNames.k]: int64Feed([Math.max(k, follow)], [1]),
      [unembedNames.follow]: int64Feed([follow], [1]),
      [unembedNames.to]: int64Feed(all.map((row) => placed.get(compare.to[row]) ?? 0)),
      [unembedNames.track]: int64Feed(
        track.flatMap((ids) => padded(ids, given)),
        [all.length, given],
      ),
    };
    const width = given + follow;
    const few = all.length > 1 && all.length <= mostFewRows;
    const out = await this.run({ kind: "compare", width, few, reads: [], edits: [] }, feeds);
    collect(parts, out, { n: own.length, k, of: Math.max(k, follow) });
    parts.divergence.push(...own.map((_, i) => Math.max(0, rowOf(out, unembedNames.divergence, i, 1)[0])));
    const ids = own.map(() => indicesFrom(0, width));
    collectTracked(parts, out, { from, first: 0, track: ids, width });
  }

  /** Ranks are counted in an array [rows, tracked ids, vocabulary]: so many ids at once keep it small. */
  private get mostTracked(): number {
    return Math.max(1, Math.floor((4 * mostLogits) / this.spec.dVocab));
  }

  private run(
    variant: UnembedVariant,
    feeds: Record<string, Feed>,
  ): Promise<Readonly<Record<string, Fetched>>> {
    const key = `unembed ${variant.kind}${variant.width ?? ""}${variant.few ? " few" : ""} ${sitePlanKey(variant)}`;
    return this.pool.use(
      key,
      () => unembedGraph(this.spec, variant, this.weights),
      (session) => session.run(feeds),
    );
  }

  private rowsFeed(rows: Float32Array): Feed {
    return floatFeed(rows, [rows.length / this.spec.dModel, this.spec.dModel]);
  }
}

/** The tracked ids of each row: a list per row, or one list for all. */
function trackedRows({ track }: DecodeRequest, from: number, to: number): (readonly number[])[] {
  return Array.from({ length: to - from }, (_, i) => track?.[track.length === 1 ? 0 : from + i] ?? []);
}

/** Where a call with rows from `from` on ends: before a row whose other row is not in it, unless that leaves none. */
function pieceEnd(
  { to }: RowComparison,
  { from, n, step }: { from: number; n: number; step: number },
): number {
  const most = Math.min(n, from + step);
  let end = most;
  while (end > from && (end < n || most < n) && to.slice(from, end).some((row) => row >= end)) end--;
  return end > from ? end : most;
}

const indicesFrom = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

function padded(ids: readonly number[], width: number): number[] {
  return Array.from({ length: width }, (_, i) => ids[i] ?? 0);
}

const longest = (lists: readonly (readonly number[])[]): number =>
  lists.reduce((most, { length }) => Math.max(most, length), 0);

type Outputs = Readonly<Record<string, Fetched>>;

function rowOf(out: Outputs, name: string, i: number, n: number): number[] {
  return Array.from({ length: n }, (_, j) => Number(out[name]?.data[i * n + j]));
}

/** Takes the first n rows: of `of` best tokens each, the first k. */
function collect(parts: Parts, out: Outputs, { n, k, of }: { n: number; k: number; of: number }): void {
  for (let i = 0; i < n; i++) {
    parts.ids.push(rowOf(out, unembedNames.topIds, i, of).slice(0, k));
    parts.logits.push(rowOf(out, unembedNames.topLogits, i, of).slice(0, k));
    const [sum] = rowOf(out, unembedNames.logSumExp, i, 1);
    if (!Number.isFinite(sum)) throw notFinite();
    parts.logSumExp.push(sum);
    parts.entropy.push(...rowOf(out, unembedNames.entropy, i, 1));
  }
}

/** Adds what was tracked of rows from `from` on, the ids of each from `first` on. */
function collectTracked(
  parts: Parts,
  out: Outputs,
  at: { from: number; first: number; track: readonly (readonly number[])[]; width: number },
): void {
  at.track.forEach((ids, i) => {
    const logits = rowOf(out, unembedNames.trackedLogits, i, at.width);
    const ranks = rowOf(out, unembedNames.trackedRanks, i, at.width);
    const found = ids.map((_, j) => ({ logit: logits[j], rank: ranks[j] }));
    if (at.first === 0) parts.tracked.push(found);
    else parts.tracked[at.from + i].push(...found);
  });
}
