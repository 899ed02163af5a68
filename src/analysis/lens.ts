/**
 * The logit lens: what the residual stream decodes to at every layer.
 *
 * Row l is `blocks.l.hook_resid_pre`, the last row `blocks.{L-1}.hook_resid_post`, each through the model's own final
 * norm and unembedding. Early rows are biased; a low probability there is no evidence of absence. A trained lens puts
 * each row but the last through its translator first (fit.ts).
 *
 * Source: nostalgebraist, "interpreting GPT: the logit lens", 2020; prediction depth as in Belrose et al., 2023.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Translate } from "../graph/lensMath";
import type { Decoded, Runner, Vocabulary } from "../graph/runner";
import type { LensCell, LensTrajectory, LensView } from "../protocol/lens";
import type { ModelInfo, RunWindow } from "../protocol/model";
import { requireIds } from "./common/analysisError";
import { decodeRows, topTokens } from "./common/decodeRows";
import { depthOf } from "./common/predictionDepth";
import { indices, readAt, rowOf } from "./common/reads";
import { LensColumns, type LensColumn } from "./lens/columns";

/** How many of the last position's final top tokens are followed through the rows. */
export const trajectoriesShown = 3;

/** Which token every number of a lens is about. */
export const lensAbout: LensView["about"] = "next";

/** Floats that one run may bring back, so that a long text does not fill the memory with residual streams. */
const readBudget = 16_777_216;

/** The hooks whose rows the lens shows, from the embedding up: nLayers + 1 of them. */
export function lensHooks(info: ModelInfo): string[] {
  const before = indices(info.nLayers).map((l) => `blocks.${l}.hook_resid_pre`);
  return [...before, `blocks.${info.nLayers - 1}.hook_resid_post`];
}

/** What a lens view asks for: the last `columns` positions of a window with `k` tokens each. */
export interface LensRequest {
  readonly window: RunWindow;
  readonly columns: number;
  readonly k: number;
  /** What earlier views have computed; only the missing columns are computed anew. */
  readonly cache?: LensColumns;
  /** Of a trained lens; the cache must then be of that lens alone. */
  readonly translate?: Translate | undefined;
}

/**
 * Cells of the last positions at every row, the depth of each position and the last one's trajectories.
 * @throws {AnalysisError} "empty-input"
 */
export async function lensView(
  runner: Runner,
  vocabulary: Vocabulary,
  request: LensRequest,
  options: WorkOptions = {},
): Promise<LensView> {
  const started = performance.now();
  const { window, k, cache = new LensColumns(), translate } = request;
  requireIds(window.ids);
  const last = window.ids.length - 1;
  const n = Math.min(window.ids.length, Math.max(1, request.columns));
  const positions = indices(n).map((i) => last - n + 1 + i);
  cache.align(window.ids, k);
  const columns = new Map<number, LensColumn>();
  for (const pos of positions) {
    const kept = cache.get(pos);
    if (kept && (pos !== last || kept.trajectories)) columns.set(pos, kept);
  }
  const missing = positions.filter((pos) => !columns.has(pos));
  const key = { ids: window.ids, k };
  for (const [pos, column] of await computeColumns(
    runner,
    vocabulary,
    { ...key, positions: missing, translate },
    options,
  )) {
    columns.set(pos, column);
    cache.put(key, pos, column);
  }
  const shown = positions.map((pos) => columns.get(pos) as LensColumn);
  return {
    about: lensAbout,
    layers: lensHooks(runner.info).map((_, row) => ({
      layer: row,
      positions: shown.map((c) => c.cells[row]),
    })),
    window,
    positions,
    trajectories: shown[n - 1].trajectories ?? [],
    depth: shown.map((column) => predictionDepth(column.cells)),
    engineMs: performance.now() - started,
    columnsComputed: missing.length,
  };
}

/** The lowest row from which the top token no longer changes. Cells are one position's, from the first row up. */
export function predictionDepth(cells: readonly LensCell[]): number {
  return depthOf(cells.map((one) => one.top[0]?.id));
}

/**
 * All positions of all rows, row by row, in pieces: for printing without holding [pos, vocab].
 * @throws {AnalysisError} "empty-input"
 */
export async function* lensRows(
  runner: Runner,
  vocabulary: Vocabulary,
  request: {
    readonly ids: readonly number[];
    readonly k: number;
    readonly translate?: Translate | undefined;
  },
  options: WorkOptions = {},
): AsyncGenerator<{ readonly layer: number; readonly cells: readonly LensCell[] }> {
  const { ids, k, translate = asItIs } = request;
  requireIds(ids);
  const hooks = lensHooks(runner.info);
  const together = Math.max(1, Math.floor(readBudget / (ids.length * runner.info.dModel)));
  for (let from = 0; from < hooks.length; from += together) {
    const part = hooks.slice(from, from + together);
    const run = await runner.run({ ids, reads: part.map((hook) => ({ hook })) }, { signal: options.signal });
    for (const [i, hook] of part.entries()) {
      options.onProgress?.({ done: from + i, total: hooks.length, message: "Decoding layers" });
      const rows = await translate(from + i, readAt(run, hook).data);
      for await (const { first, decoded } of decodeRows(runner, { rows, k }, options)) {
        yield {
          layer: from + i,
          cells: decoded.ids.map((_, row) => cell(decoded, row, first + row, vocabulary)),
        };
      }
    }
  }
}

interface Wanted {
  readonly ids: readonly number[];
  readonly k: number;
  readonly positions: readonly number[];
  readonly translate: Translate | undefined;
}

const asItIs: Translate = async (_, values) => values;

async function computeColumns(
  runner: Runner,
  vocabulary: Vocabulary,
  wanted: Wanted,
  options: WorkOptions,
): Promise<Map<number, LensColumn>> {
  const columns = new Map<number, LensColumn>();
  if (wanted.positions.length === 0) return columns;
  const rows = await readColumns(runner, wanted, options);
  const last = wanted.ids.length - 1;
  const others = wanted.positions.filter((pos) => pos !== last);
  const cells = await decodeColumns(runner, vocabulary, { rows, positions: others, k: wanted.k }, options);
  others.forEach((pos, i) => columns.set(pos, { cells: cells[i] }));
  const lastRows = rows.get(last);
  throwIfCancelled(options.signal);
  if (lastRows)
    columns.set(last, await lastColumn(runner, vocabulary, { rows: lastRows, pos: last, k: wanted.k }));
  return columns;
}

/** Per position its residual rows, [row, dModel]. */
async function readColumns(
  runner: Runner,
  wanted: Wanted,
  options: WorkOptions,
): Promise<Map<number, Float32Array>> {
  const { dModel } = runner.info;
  const hooks = lensHooks(runner.info);
  const reads = hooks.map((hook) => ({ hook, positions: wanted.positions }));
  const run = await runner.run({ ids: wanted.ids, reads }, options);
  const rows = new Map(wanted.positions.map((pos) => [pos, new Float32Array(hooks.length * dModel)]));
  const { translate = asItIs } = wanted;
  for (const [row, hook] of hooks.entries()) {
    const read = readAt(run, hook);
    const values = { ...read, data: await translate(row, read.data) };
    wanted.positions.forEach((pos, i) => rows.get(pos)?.set(rowOf(values, i), row * dModel));
  }
  return rows;
}

async function decodeColumns(
  runner: Runner,
  vocabulary: Vocabulary,
  from: { rows: ReadonlyMap<number, Float32Array>; positions: readonly number[]; k: number },
  options: WorkOptions,
): Promise<LensCell[][]> {
  const nRows = runner.info.nLayers + 1;
  const size = nRows * runner.info.dModel;
  const all = new Float32Array(from.positions.length * size);
  from.positions.forEach((pos, i) => all.set(from.rows.get(pos) as Float32Array, i * size));
  const columns: LensCell[][] = from.positions.map(() => []);
  for await (const { first, decoded } of decodeRows(runner, { rows: all, k: from.k }, options)) {
    decoded.ids.forEach((_, i) => {
      const column = Math.floor((first + i) / nRows);
      columns[column].push(cell(decoded, i, from.positions[column], vocabulary));
    });
  }
  return columns;
}

/** The last position: every row, with the last row's top tokens followed through all of them. */
async function lastColumn(
  runner: Runner,
  vocabulary: Vocabulary,
  from: { rows: Float32Array; pos: number; k: number },
): Promise<LensColumn> {
  const { dVocab } = runner.info;
  const decoded = await runner.decode({
    rows: from.rows,
    k: Math.min(from.k, dVocab),
    follow: Math.min(trajectoriesShown, dVocab),
  });
  const trajectories = decoded.followed.map((id, j): LensTrajectory => ({
    id,
    text: vocabulary.text(id),
    rank: decoded.tracked.map((row) => row[j].rank),
    logProb: decoded.tracked.map((row, r) => row[j].logit - decoded.logSumExp[r]),
  }));
  return { cells: decoded.ids.map((_, row) => cell(decoded, row, from.pos, vocabulary)), trajectories };
}

function cell(decoded: Decoded, row: number, pos: number, vocabulary: Vocabulary): LensCell {
  return { pos, entropy: decoded.entropy[row], top: topTokens(decoded, row, vocabulary) };
}
