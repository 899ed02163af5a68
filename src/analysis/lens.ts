/**
 * The logit lens: what the residual stream decodes to at every layer.
 *
 * Row l is `blocks.l.hook_resid_pre`, the last row `blocks.{L-1}.hook_resid_post`, each through the model's own final
 * norm and unembedding. Early rows are biased; a low probability there is no evidence of absence.
 *
 * Source: nostalgebraist, "interpreting GPT: the logit lens", 2020; prediction depth as in Belrose et al., 2023.
 */
import type { WorkOptions } from "../base/cancel";
import type { Translate } from "../graph/lensMath";
import type { Runner, RunReads, Vocabulary } from "../graph/runner";
import type { LensCell, LensView } from "../protocol/lens";
import type { RunWindow } from "../protocol/model";
import { requireIds } from "./common/analysisError";
import { depthOf } from "./common/predictionDepth";
import { indices, readAt, rowOf } from "./common/reads";
import { decodeColumns, withNext, type LensPlace } from "./lens/cells";
import { LensColumns, type ColumnsKey, type LensColumn } from "./lens/columns";
import { layersTogether, lensHooks } from "./lens/hooks";
import { isForetold, perplexityOf } from "./lens/perplexity";

/** Which token every number of a lens is about. */
export const lensAbout: LensView["about"] = "next";

/** Tokens listed that are held at once until their row is complete. */
const listBudget = 4_194_304;
/** Positions whose rows are put side by side at once. */
const placesAtOnce = 256;

/** What a lens view asks for: the last `columns` positions of a window with `k` tokens each. */
export interface LensRequest {
  readonly window: RunWindow;
  readonly columns: number;
  readonly k: number;
  /** Ids that somebody follows through every column. */
  readonly chosen?: readonly number[];
  /** What earlier views have computed; only the missing columns are computed anew. */
  readonly cache?: LensColumns;
  /** Of a trained lens; the cache must then be of that lens alone. */
  readonly translate?: Translate | undefined;
}

/**
 * Cells of the last positions at every row, each position's depth and the tokens followed through it.
 * @throws {AnalysisError} "empty-input"
 */
export async function lensView(
  runner: Runner,
  vocabulary: Vocabulary,
  request: LensRequest,
  options: WorkOptions = {},
): Promise<LensView> {
  const started = performance.now();
  const { window, k, chosen = [], cache = new LensColumns(), translate } = request;
  requireIds(window.ids);
  const last = window.ids.length - 1;
  const n = Math.min(window.ids.length, Math.max(1, request.columns));
  const positions = indices(n).map((i) => last - n + 1 + i);
  const key = { ids: window.ids, k, chosen };
  cache.align(key);
  const columns = new Map<number, LensColumn>();
  for (const pos of positions) {
    const kept = cache.get(pos);
    const old = kept ? undefined : cache.renewable(pos);
    if (kept) columns.set(pos, kept);
    else if (old) {
      const column = await withNext(runner, old, window.ids[pos + 1] ?? null);
      columns.set(pos, column);
      cache.put(key, pos, column);
    }
  }
  const missing = positions.filter((pos) => !columns.has(pos));
  for (const [pos, column] of await computeColumns(
    runner,
    vocabulary,
    { key, positions: missing, translate },
    options,
  )) {
    columns.set(pos, column);
    cache.put(key, pos, column);
  }
  const shown = positions.map((pos) => columns.get(pos) as LensColumn);
  const counted = shown.filter((_, i) => isForetold(window, positions[i]));
  const rows = lensHooks(runner.info).map((_, row) => row);
  return {
    about: lensAbout,
    layers: rows.map((row) => ({ layer: row, positions: shown.map((c) => c.cells[row]) })),
    window,
    positions,
    trajectories: shown.map((column) => column.trajectories),
    perplexity: perplexityOf(rows.map((row) => counted.map(({ cells }) => cells[row].surprisal as number))),
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
  const { ids, translate } = request;
  requireIds(ids);
  const k = Math.min(request.k, runner.info.dVocab);
  const hooks = lensHooks(runner.info);
  const output = hooks[hooks.length - 1];
  const held = Math.max(1, Math.floor(listBudget / (ids.length * k)));
  const together = Math.min(held, Math.max(1, layersTogether(runner.info, ids.length) - 1));
  for (let from = 0; from < hooks.length; from += together) {
    options.onProgress?.({ done: from, total: hooks.length, message: "Decoding layers" });
    const part = hooks.slice(from, from + together);
    const read = part.includes(output) ? part : [...part, output];
    const run = await runner.run({ ids, reads: read.map((hook) => ({ hook })) }, { signal: options.signal });
    const cells: LensCell[][] = part.map(() => []);
    for (let first = 0; first < ids.length; first += placesAtOnce) {
      const places = placesOf(
        ids,
        indices(Math.min(placesAtOnce, ids.length - first)).map((i) => first + i),
      );
      const at = places.map(({ pos }) => pos);
      const layers = read.map((hook) => hooks.indexOf(hook));
      const rows = await rowsOfPlaces(run, { hooks: read, layers, at, translate }, runner.info.dModel);
      const decode = { rows, places, k, chosen: [] };
      for await (const column of decodeColumns(runner, vocabulary, decode, options))
        part.forEach((_, i) => cells[i].push(column.cells[i]));
    }
    for (const [i] of part.entries()) yield { layer: from + i, cells: cells[i] };
  }
}

async function computeColumns(
  runner: Runner,
  vocabulary: Vocabulary,
  {
    key,
    positions,
    translate,
  }: {
    readonly key: ColumnsKey;
    readonly positions: readonly number[];
    readonly translate: Translate | undefined;
  },
  options: WorkOptions,
): Promise<Map<number, LensColumn>> {
  const columns = new Map<number, LensColumn>();
  if (positions.length === 0) return columns;
  const { ids, k, chosen } = key;
  const hooks = lensHooks(runner.info);
  const run = await runner.run({ ids, reads: hooks.map((hook) => ({ hook, positions })) }, options);
  const places = { hooks, layers: indices(hooks.length), at: indices(positions.length), translate };
  const rows = await rowsOfPlaces(run, places, runner.info.dModel);
  const decode = { rows, places: placesOf(ids, positions), k, chosen };
  for await (const column of decodeColumns(runner, vocabulary, decode, options))
    columns.set(column.cells[0].pos, column);
  return columns;
}

const placesOf = (ids: readonly number[], positions: readonly number[]): LensPlace[] =>
  positions.map((pos) => ({ pos, next: ids[pos + 1] ?? null }));

/** What of a run is put side by side. */
interface PlacedRows {
  readonly hooks: readonly string[];
  /** The lens row of each hook. */
  readonly layers: readonly number[];
  /** Indices along the first axis of what was read. */
  readonly at: readonly number[];
  readonly translate: Translate | undefined;
}

/** [place, hook, dModel] of what was read, each hook through its translator where there is a trained lens. */
async function rowsOfPlaces(
  run: RunReads,
  { hooks, layers, at, translate }: PlacedRows,
  dModel: number,
): Promise<Float32Array> {
  const rows = new Float32Array(at.length * hooks.length * dModel);
  for (const [row, hook] of hooks.entries()) {
    const read = readAt(run, hook);
    const picked = new Float32Array(at.length * dModel);
    at.forEach((place, i) => picked.set(rowOf(read, place), i * dModel));
    const values = translate === undefined ? picked : await translate(layers[row], picked);
    at.forEach((_, i) => {
      rows.set(values.subarray(i * dModel, (i + 1) * dModel), (i * hooks.length + row) * dModel);
    });
  }
  return rows;
}
