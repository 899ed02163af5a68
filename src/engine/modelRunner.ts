/** A model that can be run: the engine's Runner over a chain of block graphs. */
import type { WorkOptions } from "../base/cancel";
import { seededRandom } from "../base/random";
import type { WeightTable } from "../graph/graphBuilder";
import { GraphError } from "../graph/graphError";
import type { HeadReading } from "../graph/headReading";
import { blockHook, parseHook } from "../graph/hooks";
import { type ModelSpec, runsWhole } from "../graph/modelSpec";
import { readoutOf } from "../graph/readout";
import type {
  BaseRun,
  BlockNorm,
  Decoded,
  DecodeRequest,
  FullLogits,
  Generated,
  NeuronOutputs,
  NeuronWeights,
  NormWeights,
  Readout,
  Runner,
  RunPlan,
  RunReads,
} from "../graph/runner";
import type { Edit } from "../protocol/edit";
import type { ModelInfo } from "../protocol/model";
import type { Tensor } from "../tensor/tensor";
import { EngineError } from "./engineError";
import { requireMemory } from "./memory";
import { BlockChain } from "./run/blockChain";
import { Decoder } from "./run/decoder";
import { EditSources } from "./run/edits/editSources";
import { type HeadAt, readHead } from "./run/headReader";
import { KeptRun } from "./run/keptRun";
import { traceBytes } from "./run/plainTrace";
import { PrefixCache } from "./run/prefixCache";
import { Prompts } from "./run/prompts";
import { ReadCollector } from "./run/readCollector";
import { type PlannedRead, planRead } from "./run/readPlan";
import { readBytes } from "./run/readSize";
import { RunEdits } from "./run/runEdits";
import { chooseToken, type Choice } from "./run/sampling";
import { Sequence } from "./run/sequence";
import { type DirectionEntry, WeightReader } from "./run/weightReader";
import type { SessionPool } from "./sessionPool";

/** Most bytes of one run that is kept for edited ones. */
const mostKept = 2 * 1024 ** 3;

/** What a run of ids under edits starts from. */
interface Start {
  readonly sequence: Sequence;
  readonly shared: boolean;
}

/** Runs one model. Calls may interleave between two graph calls; sequences in use are never shared. */
export class ModelRunner implements Runner {
  readonly readout: Readout;
  private readonly chain: BlockChain;
  private readonly decoder: Decoder;
  private readonly reader: WeightReader;
  private readonly cache: PrefixCache;
  private readonly prompts: Prompts;
  /** Bytes of the memory budget that the model itself leaves for what runs bring. */
  private readonly room: number;
  private readonly resolved = new WeakMap<object, Promise<RunEdits | null>>();

  constructor(
    readonly info: ModelInfo,
    private readonly spec: ModelSpec,
    weights: WeightTable,
    { pool, room = Infinity }: { readonly pool: SessionPool; readonly room?: number },
  ) {
    this.room = room;
    this.readout = readoutOf(spec);
    this.chain = new BlockChain(spec, weights, pool);
    this.decoder = new Decoder(spec, weights, pool);
    this.reader = new WeightReader(spec, weights, pool);
    this.cache = new PrefixCache(spec);
    this.prompts = new Prompts(spec, this.chain);
  }

  /** Rejects with {EngineError} "too-large" when what is read would not fit the memory budget. */
  async run(plan: RunPlan, options: WorkOptions = {}): Promise<RunReads> {
    this.checkIds(plan.ids);
    const reads = plan.reads.map((read) => planRead(this.spec, read, plan.ids.length));
    requireMemory(readBytes(this.spec, reads, plan.ids.length), this.room, {
      said: `To read ${reads.length} hook${reads.length > 1 ? "s" : ""} over ${plan.ids.length} tokens`,
      next: "Read fewer hooks, heads or positions, reduce what is read, or raise the memory budget.",
    });
    const collector = new ReadCollector();
    if (reads.length > 0) await this.execute(plan, reads, collector, options);
    return collected(reads, collector, plan.ids.length);
  }

  async decode(request: DecodeRequest, options: WorkOptions = {}): Promise<Decoded> {
    return this.decoder.decode(request, await this.editsOfRows(request, options), options);
  }

  logitsOfIds(rows: Float32Array, ids: readonly number[]): Promise<Float32Array> {
    return this.decoder.pick(rows, ids);
  }

  async logitsOf(row: Float32Array): Promise<FullLogits> {
    return { logits: await this.decoder.logits(row, 0, null) };
  }

  async logitsAt(
    plan: { ids: readonly number[]; edits?: readonly Edit[]; position: number },
    options: WorkOptions = {},
  ): Promise<FullLogits> {
    this.checkIds(plan.ids);
    const position = plan.position < 0 ? plan.ids.length + plan.position : plan.position;
    if (!Number.isInteger(position) || position < 0 || position >= plan.ids.length)
      throw new GraphError("bad-plan", `Position ${plan.position} is not among ${plan.ids.length} tokens.`);
    const edits = await this.resolveEdits(plan.ids, plan.edits ?? [], options);
    const { row } = await this.prompts.run(plan.ids, edits, { ...options, position });
    return { logits: await this.decoder.logits(row, position, edits) };
  }

  /** Runs which differ in their edits alone do the same arithmetic (see `Prompts`): no prefix of another text is used. */
  async generate(request: Parameters<Runner["generate"]>[0], options: WorkOptions = {}): Promise<Generated> {
    const { forced = [] } = request;
    this.checkIds([...request.ids, ...forced.slice(0, -1)]);
    const { seed } = request.sampling;
    const maxTokens = request.forced?.length ?? request.sampling.maxTokens;
    const random = seededRandom(seed);
    const edits = await this.resolveEdits(request.ids, request.edits ?? [], options);
    const { signal } = options;
    const made = { ids: [] as number[], logProbs: [] as number[], alternatives: [] as Choice[][] };
    const most = this.roomFor(request.ids.length, maxTokens);
    const prompt = await this.prompts.run(request.ids, edits, { signal, position: request.ids.length - 1 });
    while (made.ids.length < most) {
      const ids = [...request.ids, ...made.ids];
      const isFirst = made.ids.length === 0;
      const row = isFirst ? prompt.row : await this.lastRow(ids, prompt.sequence, edits, signal);
      const logits = await this.decoder.logits(row, ids.length - 1, edits);
      const choice = chooseToken(logits, request.sampling, random, forced[made.ids.length]);
      made.ids.push(choice.id);
      made.logProbs.push(choice.logProb);
      made.alternatives.push([...choice.alternatives]);
      options.onProgress?.({ done: made.ids.length, total: most, message: "Writing tokens" });
    }
    return made;
  }

  /** Rejects with {EngineError} "too-large" when what is kept of the run would take more than 2 GiB or the budget. */
  async base(ids: readonly number[], options: WorkOptions = {}): Promise<BaseRun> {
    this.checkIds(ids);
    requireMemory(traceBytes(this.spec, ids.length), Math.min(mostKept, this.room), {
      said: `To keep a run of ${ids.length} tokens`,
      next: "Use a shorter text.",
    });
    const sources = this.sourcesOf(ids);
    const resolve = (edits: readonly Edit[], work: WorkOptions): Promise<RunEdits | null> =>
      this.resolveEdits(ids, edits, work, sources);
    const parts = { spec: this.spec, chain: this.chain, resolve, isWhole: runsWhole(this.spec, ids.length) };
    return KeptRun.make(parts, ids, options);
  }

  neuronWeights(layer: number, neurons: readonly number[]): Promise<readonly NeuronWeights[]> {
    return this.reader.neurons(layer, neurons);
  }

  neuronOutputs(layer: number, directions: Float32Array): Promise<NeuronOutputs> {
    return this.reader.outputs(layer, directions);
  }

  logitDirections(sums: Float32Array): Promise<Float32Array> {
    return this.reader.logitDirections(sums);
  }

  unembedRows(ids: readonly number[]): Promise<readonly Float32Array[]> {
    return this.reader.unembedRows(ids);
  }

  unembedDirections(
    rows: Float32Array,
    k: number,
  ): Promise<readonly { top: DirectionEntry[]; bottom: DirectionEntry[] }[]> {
    return this.reader.directions(rows, k);
  }

  normWeights(name: "final" | { readonly layer: number; readonly norm: BlockNorm }): Promise<NormWeights> {
    return this.reader.norm(name);
  }

  headReading(at: HeadAt): Promise<HeadReading> {
    return readHead(this.spec, this.reader, at);
  }

  private async execute(
    plan: RunPlan,
    reads: PlannedRead[],
    collector: ReadCollector,
    options: WorkOptions,
  ): Promise<void> {
    const edits = await this.resolveEdits(plan.ids, plan.edits ?? [], options);
    const whole = reads.some(({ hook }) => hook.place === "final");
    const highest = Math.max(0, ...reads.map(({ hook }) => (hook.place === "block" ? hook.layer + 1 : 0)));
    const start = this.start(plan, reads, edits);
    const partial = plan.cache === "none" && !whole;
    const { chunk } = plan;
    const ids = plan.ids.slice(start.sequence.length);
    const nLayers = partial ? Math.max(1, highest) : this.spec.nLayers;
    const from = start.sequence.length;
    try {
      const { sequence } = start;
      const finals = reads.filter(({ hook }) => hook.place === "final");
      const asked = finals.length > 0 ? [...reads, this.finalRows(plan.ids.length)] : reads;
      const run = {
        sequence,
        ids,
        totalLength: plan.ids.length,
        reads: asked,
        edits,
        nLayers,
        collector,
        chunk,
      };
      await this.chain.run(run, options);
      if (finals.length > 0)
        await this.readFinals(finals, asked.at(-1) as PlannedRead, {
          collector,
          from,
          edits,
          n: plan.ids.length,
        });
    } finally {
      if (start.shared && !partial) this.cache.give(start.sequence);
    }
  }

  /**
   * Where a run may begin: at the first position that is read, if the ids before it are cached. An edited run begins
   * at the start, as a plain run without a cache does: at zero strength the two are then the same to the last bit.
   */
  private start(plan: RunPlan, reads: readonly PlannedRead[], edits: RunEdits | null): Start {
    if (plan.cache === "none" || edits !== null || runsWhole(this.spec, plan.ids.length)) {
      return { sequence: new Sequence(this.spec), shared: false };
    }
    const firstRead = Math.min(
      ...reads.map(({ spec }) => (spec.positions ? (spec.positions[0] ?? Infinity) : 0)),
    );
    const limit = Math.min(firstRead, plan.ids.length - 1);
    return { sequence: limit > 0 ? this.cache.take(plan.ids, limit) : new Sequence(this.spec), shared: true };
  }

  /** A hidden read of the last residual, from which the final norm's hooks are computed. */
  private finalRows(length: number): PlannedRead {
    return planRead(this.spec, { hook: blockHook(this.spec.nLayers - 1, "hook_resid_post") }, length);
  }

  private async readFinals(
    finals: readonly PlannedRead[],
    rows: PlannedRead,
    {
      collector,
      from,
      edits,
      n,
    }: { collector: ReadCollector; from: number; edits: RunEdits | null; n: number },
  ): Promise<void> {
    const resid = collector.finish(rows, n).value.data;
    for (const read of finals) {
      const all = read.spec.positions ?? Array.from({ length: n }, (_, i) => i);
      const positions = all.map((position) => position - from);
      await this.decoder.readFinal({ rows: resid, from, positions }, read, { collector, edits });
    }
  }

  /** The edits at the final norm alone; null where there are none. */
  private async finalEdits(
    ids: readonly number[],
    edits: readonly Edit[],
    options: WorkOptions,
  ): Promise<RunEdits | null> {
    const own = edits.filter(({ hook }) => parseHook(hook).place === "final");
    return this.resolveEdits(ids, own, options);
  }

  /** The edits at the final norm of the run that rows come from, resolved once per run. */
  private editsOfRows({ run }: DecodeRequest, options: WorkOptions): Promise<RunEdits | null> {
    if (run === undefined) return Promise.resolve(null);
    const known = this.resolved.get(run) ?? this.finalEdits(run.ids, run.edits, options);
    this.resolved.set(run, known);
    known.catch(() => this.resolved.delete(run));
    return known;
  }

  private async resolveEdits(
    ids: readonly number[],
    edits: readonly Edit[],
    options: WorkOptions,
    sources = this.sourcesOf(ids),
  ): Promise<RunEdits | null> {
    if (edits.length === 0) return null;
    const run = { spec: this.spec, promptLength: ids.length, sources };
    return RunEdits.resolve(run, edits, { signal: options.signal });
  }

  /** Where edits of a run of these ids take other runs' values from. */
  private sourcesOf(ids: readonly number[]): EditSources {
    return new EditSources(this.spec, ids, async (of, hooks, options) => {
      const reads = hooks.map((hook) => ({ hook }));
      return (await this.run({ ids: of, reads, cache: "none" }, options)).reads;
    });
  }

  /** The residual stream after the last block at the last id, appending what the sequence lacks. */
  private async lastRow(
    ids: readonly number[],
    sequence: Sequence,
    edits: RunEdits | null,
    signal: WorkOptions["signal"],
  ): Promise<Float32Array> {
    const own = runsWhole(this.spec, ids.length) ? new Sequence(this.spec) : sequence;
    const resid = await this.chain.run(
      {
        sequence: own,
        ids: ids.slice(own.length),
        totalLength: ids.length,
        reads: [],
        edits,
        nLayers: this.spec.nLayers,
        collector: new ReadCollector(),
      },
      { signal },
    );
    return resid.slice(resid.length - this.spec.dModel);
  }

  /** Tokens that still have a position: the last one written needs none. */
  private roomFor(promptLength: number, maxTokens: number): number {
    if (this.spec.positions.kind !== "learned") return maxTokens;
    return Math.min(maxTokens, this.spec.nCtx - promptLength + 1);
  }

  private checkIds(ids: readonly number[]): void {
    if (ids.length === 0) {
      const next = "Give at least one token; this model puts none before a text by itself.";
      throw new EngineError("bad-ids", "There are no tokens to run.", { next });
    }
    const { dVocab, nCtx, positions } = this.spec;
    const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= dVocab);
    if (wrong >= 0) {
      const next = `Ids go from 0 to ${dVocab - 1}.`;
      throw new EngineError("bad-ids", `There is no token with id ${ids[wrong]} in this model.`, { next });
    }
    if (positions.kind === "learned" && ids.length > nCtx) {
      const said = `${ids.length} tokens do not fit: this model has learned positions for ${nCtx}.`;
      throw new GraphError("too-long", said, { next: `Give at most ${nCtx} tokens.` });
    }
  }
}

/** What was read, by name. */
function collected(reads: readonly PlannedRead[], collector: ReadCollector, nKeys: number): RunReads {
  const values = new Map<string, Tensor>();
  const indices = new Map<string, Tensor>();
  for (const read of reads) {
    const name = read.spec.as ?? read.spec.hook;
    if (values.has(name))
      throw new GraphError("bad-plan", `Two reads are both named "${name}".`, { next: "Name one of them." });
    const found = collector.finish(read, nKeys);
    values.set(name, found.value);
    if (found.indices) indices.set(name, found.indices);
  }
  return { reads: values, ...(indices.size > 0 ? { indices } : {}) };
}
