/**
 * A sweep: edits over all combinations of some axes, each measured against the plain run. The plain run is made once
 * and kept; a cell begins at the first layer and position that its edits touch (graph/runner.ts, `BaseRun`), so a sweep
 * of patches over layers × positions costs about a quarter of that many runs.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner } from "../graph/runner";
import { badField } from "../protocol/decode";
import { decodeEdit } from "../protocol/decodeEdit";
import { filledIn, mostCells, sourceValue } from "../protocol/decodeSweep";
import type { Edit } from "../protocol/edit";
import type { SweepAxis, SweepCell, SweepMeasure, SweepPlan, SweepToken } from "../protocol/sweep";
import type { Tensor } from "../tensor/tensor";
import { requireIds } from "./common/analysisError";
import { numericEdits, type PairEncoder } from "./common/editValue";
import { indices, readAt, rowOf } from "./common/reads";
import { CellMeasures, type KnownMeasure } from "./sweep/measures";

/** What a sweep runs on: the plan, with its texts as ids. */
export interface SweepRequest {
  readonly plan: SweepPlan;
  readonly ids: readonly number[];
  /** Null where the plan has no source. */
  readonly sourceIds: readonly number[] | null;
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
  /** The token that a text is; null when it is none, or several. */
  readonly tokenOf: (text: string) => number | null;
}

/** A sweep that is ready to run: what it runs over, the plain run's measures, and the cells as they come. */
export interface Sweep {
  readonly axes: Readonly<Record<string, readonly number[]>>;
  readonly measures: readonly SweepMeasure[];
  readonly baseline: readonly number[];
  cells(options?: WorkOptions): AsyncGenerator<SweepCell>;
}

/** Hooks of the source read in one run. */
const hooksAtOnce = 32;

/**
 * Prepares a sweep and makes its plain run.
 * @throws {AnalysisError} "empty-input" and what common/editValue.ts finds wrong with the edits
 * @throws {DecodeError} "bad-field", naming the place in the plan
 */
export async function sweep(
  runner: Runner,
  request: SweepRequest,
  options: WorkOptions = {},
): Promise<Sweep> {
  const { plan, ids } = request;
  requireIds(ids);
  const axes = Object.fromEntries(
    Object.entries(plan.axes).map(([name, axis]) => [name, valuesOf(runner, axis, ids.length)] as const),
  );
  const total = Object.values(axes).reduce((product, { length }) => product * length, 1);
  if (total * Math.max(1, plan.edits.length) > mostCells)
    throw badField(
      "axes",
      `make ${total} cells of ${plan.edits.length} edits; ${mostCells} edits in all are the most`,
    );
  const measures = plan.measures.map((measure, i) => known(runner, measure, request, `measures[${i}]`));
  const templates = new Templates(runner, request);
  // Every template is tried before anything is run: a plan's mistakes are found at once.
  await eachCell(axes, options, (at) => void templates.editsAt(at));
  const base = await runner.base(ids, { signal: options.signal });
  const measured = new CellMeasures(runner, measures);
  const baseline = await measured.start(base, options);
  return {
    axes,
    measures,
    baseline,
    async *cells(work = {}) {
      await templates.readSource(axes, work);
      let done = 0;
      for (const some of inGroups(combinations(axes), cellsAtOnce)) {
        const rows: Float32Array[] = [];
        for (const at of some) {
          throwIfCancelled(work.signal);
          const edits = await templates.numericAt(at, work);
          const asked = { edits, positions: measured.positions };
          rows.push(await base.final(asked, { signal: work.signal }));
          work.onProgress?.({ done: ++done, total, message: "Sweeping" });
        }
        const values = await measured.of(rows, work);
        for (const [i, at] of some.entries()) {
          throwIfCancelled(work.signal);
          yield { at, values: values[i] };
        }
      }
    },
  };
}

/** Cells whose tokens are decoded together: decoding one row reads the whole unembedding. */
const cellsAtOnce = 8;

function* inGroups<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let group: Item[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function valuesOf({ info }: Runner, axis: SweepAxis, nIds: number): readonly number[] {
  switch (axis) {
    case "layers":
      return indices(info.nLayers);
    case "heads":
      return indices(info.nHeads);
    case "positions":
      return indices(nIds);
    default:
      return axis;
  }
}

/** All combinations of the axes' values, the last axis fastest. */
function* combinations(axes: Readonly<Record<string, readonly number[]>>): Generator<Record<string, number>> {
  const entries = Object.entries(axes);
  const total = entries.reduce((product, [, { length }]) => product * length, 1);
  for (let i = 0; i < total; i++) {
    let rest = i;
    const at: Record<string, number> = {};
    for (const [name, values] of [...entries].reverse()) {
      at[name] = values[rest % values.length];
      rest = Math.floor(rest / values.length);
    }
    yield Object.fromEntries(entries.map(([name]) => [name, at[name]]));
  }
}

/** Cells looked at before other work (such as hearing of a cancel) has a turn. */
const cellsPerTurn = 500;

/** Does something quick for every combination, giving way in between. */
async function eachCell(
  axes: Readonly<Record<string, readonly number[]>>,
  options: WorkOptions,
  work: (at: Readonly<Record<string, number>>) => void,
): Promise<void> {
  let n = 0;
  for (const at of combinations(axes)) {
    if (++n % cellsPerTurn === 0) await new Promise<void>((resolve) => void setTimeout(resolve, 0));
    throwIfCancelled(options.signal);
    work(at);
  }
}

/** A measure with its tokens as ids and its position counted from the start. */
function known(runner: Runner, measure: SweepMeasure, request: SweepRequest, path: string): KnownMeasure {
  const n = request.ids.length;
  const position = measure.position < 0 ? n + measure.position : measure.position;
  if (position < 0 || position >= n)
    throw badField(`${path}.position`, `is ${measure.position}, but the base has ${n} tokens`);
  const idOf = (token: SweepToken, name: string): number => {
    const id = typeof token === "string" ? request.tokenOf(token) : token;
    if (id === null) {
      const next = "Give one that is, often with a leading space, or its id.";
      throw badField(
        `${path}.${name}`,
        `is ${JSON.stringify(token)}, which is not one token of this model`,
        next,
      );
    }
    if (id >= runner.info.dVocab) throw badField(`${path}.${name}`, `is ${id}, which the model has not`);
    return id;
  };
  if (measure.of === "kl") return { of: "kl", position };
  const token = idOf(measure.token, "token");
  if (measure.of !== "logitDiff") return { of: measure.of, token, position };
  return { of: "logitDiff", token, minus: idOf(measure.minus, "minus"), position };
}

/** The plan's edits, filled in for a cell. */
class Templates {
  private readonly source = new Map<string, Tensor>();
  private readonly values = new Map<string, Promise<readonly Edit[]>>();

  constructor(
    private readonly runner: Runner,
    private readonly request: SweepRequest,
  ) {
    const { sourceIds, ids } = request;
    if (sourceIds === null || sourceIds.length === ids.length) return;
    const said = `has ${sourceIds.length} tokens, the base ${ids.length}`;
    throw badField("source", said, "Use texts of the same number of tokens, so that positions correspond.");
  }

  /** A cell's edits, "source" values still to be read. */
  editsAt(at: Readonly<Record<string, number>>): { readonly edit: Edit; readonly fromSource: boolean }[] {
    return this.request.plan.edits.map((template, i) => {
      const path = `edits[${i}]`;
      const fromSource = template["value"] === sourceValue;
      const { value, ...rest } = filledIn(template, at, path) as Record<string, unknown>;
      // A stand-in of the right kind; the numbers are read when the source has run.
      const given = fromSource ? { text: "" } : value;
      const edit = decodeEdit(
        { ...rest, ...(given === undefined ? {} : { value: given }) },
        path,
        this.runner.info,
      );
      return { edit, fromSource };
    });
  }

  /** Reads at once what all cells will need of the source run. */
  async readSource(axes: Readonly<Record<string, readonly number[]>>, options: WorkOptions): Promise<void> {
    const { sourceIds } = this.request;
    if (sourceIds === null) return;
    const hooks = new Set<string>();
    await eachCell(axes, options, (at) => {
      for (const { edit, fromSource } of this.editsAt(at)) if (fromSource) hooks.add(edit.hook);
    });
    const wanted = [...hooks];
    for (let i = 0; i < wanted.length; i += hooksAtOnce) {
      const some = wanted.slice(i, i + hooksAtOnce);
      const reads = some.map((hook) => ({ hook }));
      const run = await this.runner.run({ ids: sourceIds, reads, cache: "none" }, { signal: options.signal });
      for (const hook of some) this.source.set(hook, readAt(run, hook));
    }
  }

  /** A cell's edits as the runner takes them. */
  async numericAt(at: Readonly<Record<string, number>>, options: WorkOptions): Promise<Edit[]> {
    const numeric: Edit[] = [];
    for (const { edit, fromSource } of this.editsAt(at)) {
      numeric.push(fromSource ? this.patched(edit) : await this.numeric(edit, options));
    }
    return numeric;
  }

  private patched(edit: Edit): Edit {
    const tensor = this.source.get(edit.hook) as Tensor;
    const n = this.request.ids.length;
    const chosen =
      edit.positions === "last"
        ? [n - 1]
        : typeof edit.positions === "string"
          ? indices(n)
          : edit.positions.map((p) => (p < 0 ? n + p : p));
    const wrong = chosen.find((p) => !(p >= 0 && p < n));
    if (wrong !== undefined) throw badField("edits", `name position ${wrong} of a base of ${n} tokens`);
    return { ...edit, positions: chosen, value: chosen.map((p) => Array.from(rowOf(tensor, p))) };
  }

  /** The value of a text is the same for every position and strength of a hook, and read once. */
  private async numeric(edit: Edit, options: WorkOptions): Promise<Edit> {
    if (edit.value === undefined || Array.isArray(edit.value)) {
      return (await numericEdits(this.runner, [edit], this.request.encoder, options))[0];
    }
    const { scale, ...rest } = edit;
    const key = JSON.stringify(rest);
    const made = this.values.get(key) ?? numericEdits(this.runner, [rest], this.request.encoder, options);
    this.values.set(key, made);
    made.catch(() => this.values.delete(key));
    return { ...(await made)[0], ...(scale === undefined ? {} : { scale }) };
  }
}
