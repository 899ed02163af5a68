/**
 * One head's attention pattern over a selection, and scores by which all heads can be sorted.
 *
 * Scores are means over every query of the window but position 0. Source: Olsson et al., "In-context learning and
 * induction heads", 2022 (prefix matching); TransformerLens, head_detector (previous and duplicate token).
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner } from "../graph/runner";
import {
  mostShown,
  type AttentionView,
  type HeadPattern,
  type HeadScores,
  type HeadThumbnails,
} from "../protocol/attention";
import type { RunWindow } from "../protocol/model";
import type { Tensor } from "../tensor/tensor";
import { AnalysisError } from "./common/analysisError";
import { indices, readAt } from "./common/reads";
import { coveredPositions, type SelectionRange } from "./common/selection";
import { repeatedTokens, type RepeatedRequest } from "./attention/repeated";
import type { HeadScoreCache } from "./attention/scoreCache";
import { SmallPatterns } from "./attention/thumbnails";

/** Floats of attention patterns that one run may bring back. */
const readBudget = 16_777_216;

/** What an attention view asks for. */
export interface AttentionRequest {
  readonly window: RunWindow;
  readonly range: SelectionRange;
  readonly layer: number;
  readonly head: number;
  /** Scores on repeated random tokens in place of the text's. */
  readonly repeated?: RepeatedRequest | undefined;
  /** Scores of the ids looked at last, so that choosing another head computes none anew. */
  readonly cache?: HeadScoreCache;
  /** Where all heads are wanted as small pictures of the text: what keeps them, and the scores of the text with them. */
  readonly thumbnails?: HeadScoreCache;
}

/**
 * The pattern of one head over the selection's first positions, and every head's scores.
 * @throws {AnalysisError} "empty-selection", "out-of-range"
 */
export async function attentionView(
  runner: Runner,
  request: AttentionRequest,
  options: WorkOptions = {},
): Promise<AttentionView> {
  const started = performance.now();
  const { window } = request;
  const { positions, unshown, pattern } = await shownPattern(runner, request, options);
  const thumbnails = await smallPatterns(runner, request, positions, options);
  const { repeated, cache } = request;
  const scored = repeated ? repeatedTokens(runner, repeated) : { ids: window.ids, from: 1 };
  const heads = cache?.get(scored.ids) ?? (await headScores(runner, scored.ids, options, scored.from));
  cache?.put(scored.ids, heads);
  const scoredOn = repeated ? "repeated" : "text";
  return {
    about: "this",
    window,
    positions,
    unshown,
    pattern,
    heads,
    scoredOn,
    ...(thumbnails ? { thumbnails } : {}),
    engineMs: performance.now() - started,
  };
}

/**
 * The pattern of one head over the selection's first positions.
 * @throws {AnalysisError} "empty-selection", "out-of-range"
 */
export async function shownPattern(
  runner: Runner,
  { window, range, layer, head }: Pick<AttentionRequest, "window" | "range" | "layer" | "head">,
  options: WorkOptions = {},
): Promise<Pick<AttentionView, "positions" | "unshown" | "pattern">> {
  const { nLayers, nHeads } = runner.info;
  if (!(layer >= 0 && layer < nLayers && head >= 0 && head < nHeads)) {
    const next = `Choose a layer below ${nLayers} and a head below ${nHeads}.`;
    throw new AnalysisError("out-of-range", `The model has no head ${layer}.${head}.`, { next });
  }
  const { positions, unshown } = shownPositions(window, range);
  const pattern = await headPattern(runner, { ids: window.ids, layer, head, positions }, options);
  return { positions, unshown, pattern };
}

/** All heads' patterns over the shown positions, small, where they are wanted; the text's scores come of the same runs. */
async function smallPatterns(
  runner: Runner,
  { window: { ids }, thumbnails: kept }: AttentionRequest,
  positions: readonly number[],
  options: WorkOptions,
): Promise<HeadThumbnails | undefined> {
  if (!kept) return undefined;
  const known = kept.getThumbnails(ids, positions);
  if (known) return known;
  const pictures = new SmallPatterns(runner.info, positions);
  kept.put(ids, await scoreHeads(runner, { ids, first: 1, pictures }, options));
  kept.putThumbnails(positions, pictures.result);
  return pictures.result;
}

/**
 * The selection's first positions, and what the model wrote behind them, behind the last of a custom prefix, which has at most half of the room.
 * @throws {AnalysisError} "empty-selection"
 */
function shownPositions(
  window: RunWindow,
  range: SelectionRange,
): Pick<AttentionView, "unshown"> & { readonly positions: number[] } {
  const covered = coveredPositions(window, range);
  if (covered.length === 0) {
    const next = "Select some text.";
    throw new AnalysisError("empty-selection", "The selection covers no token of the text.", { next });
  }
  const marked = (mark: "prefix" | "generated"): number[] =>
    indices(window.tokens.length).filter((pos) => window.tokens[pos][mark] === true);
  const all = [...marked("prefix").slice(-mostShown / 2), ...covered, ...marked("generated")];
  return { positions: all.slice(0, mostShown), unshown: Math.max(0, all.length - mostShown) };
}

/** The pattern of one head among some positions, queries and keys alike; what lies on other keys is `outside`. */
export async function headPattern(
  runner: Runner,
  from: { ids: readonly number[]; layer: number; head: number; positions: readonly number[] },
  options: WorkOptions = {},
): Promise<HeadPattern> {
  const { ids, layer, head, positions } = from;
  const hook = `blocks.${layer}.attn.hook_pattern`;
  const upTo = ids.slice(0, positions[positions.length - 1] + 1);
  const values = `blocks.${layer}.attn.hook_v`;
  const { hooks, nHeads, nKvHeads } = runner.info;
  const hasValues = hooks.includes(values);
  const kvHead = Math.floor(head / (nHeads / nKvHeads));
  const norms = { hook: values, positions, heads: [kvHead], reduce: { kind: "norm" } } as const;
  const reads = [{ hook, positions, heads: [head] }, ...(hasValues ? [norms] : [])];
  const run = await runner.run({ ids: upTo, reads }, options);
  const { data, shape } = readAt(run, hook);
  const nKeys = shape[2];
  const rows = positions.map((_, i) => shownRow(data.subarray(i * nKeys, (i + 1) * nKeys), positions));
  const outside = rows.map(outsideOf);
  if (!hasValues) return { layer, head, rows, outside };
  const valueNorms = readAt(run, values).data;
  const weighted = rows.map((row) => row.map((x, j) => x * valueNorms[j]));
  return { layer, head, rows, outside, weighted, valueNorms };
}

/** A query's weights on the shown positions; keys that the run does not have are 0. */
export function shownRow(weights: Float32Array, positions: readonly number[]): Float32Array {
  return Float32Array.from(positions, (key) => weights[key] ?? 0);
}

/** What a row leaves for positions that are not shown. */
export const outsideOf = (row: Float32Array): number => Math.max(0, 1 - row.reduce((a, b) => a + b, 0));

/**
 * Scores of every head over the queries of `ids` from `first` on, in order of layer and head.
 * All zero where there is no query beside position 0.
 */
export async function headScores(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions = {},
  first = 1,
): Promise<HeadScores[]> {
  return scoreHeads(runner, { ids, first }, options);
}

/** The scores, and where pictures are wanted these too, which are of all queries. */
async function scoreHeads(
  runner: Runner,
  { ids, first, pictures }: { ids: readonly number[]; first: number; pictures?: SmallPatterns },
  options: WorkOptions,
): Promise<HeadScores[]> {
  const { nLayers, nHeads } = runner.info;
  const hooks = indices(nLayers).map((l) => `blocks.${l}.attn.hook_pattern`);
  const sums = indices(nLayers * nHeads).map(() => ({ ...none }));
  const perQuery = nLayers * nHeads * ids.length;
  const step = Math.max(1, Math.floor(readBudget / perQuery));
  for (let from = pictures ? 0 : first; from < ids.length; from += step) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: from, total: ids.length, message: "Scoring heads" });
    const positions = indices(Math.min(step, ids.length - from)).map((i) => from + i);
    const run = await runner.run(
      { ids: ids.slice(0, from + positions.length), reads: hooks.map((hook) => ({ hook, positions })) },
      { signal: options.signal },
    );
    hooks.forEach((hook, layer) => {
      const pattern = readAt(run, hook);
      addPatterns(sums.slice(layer * nHeads, (layer + 1) * nHeads), pattern, { ids, positions, first });
      pictures?.add(layer, pattern, positions);
    });
  }
  // Without a query there is no mean, and a zero would look measured.
  const n = ids.length - first;
  const mean = (total: number): number | null => (n > 0 ? total / n : null);
  return sums.map((sum, i) => ({
    layer: Math.floor(i / nHeads),
    head: i % nHeads,
    previousToken: mean(sum.previousToken),
    duplicate: mean(sum.duplicate),
    induction: mean(sum.induction),
    firstToken: mean(sum.firstToken),
    entropy: mean(sum.entropy),
  }));
}

type Sums = Record<"previousToken" | "duplicate" | "induction" | "firstToken" | "entropy", number>;
const none: Readonly<Sums> = { previousToken: 0, duplicate: 0, induction: 0, firstToken: 0, entropy: 0 };

interface Queries {
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  /** Queries before it do not count. */
  readonly first: number;
}

/** Adds the queries of one layer's patterns, axes [head, queryPos, keyPos], to the heads' sums. */
function addPatterns(heads: readonly Sums[], pattern: Tensor, queries: Queries): void {
  const [, nQueries, nKeys] = pattern.shape;
  heads.forEach((sum, head) => {
    queries.positions.forEach((query, i) => {
      if (query < queries.first) return;
      const at = (head * nQueries + i) * nKeys;
      addRow(sum, pattern.data.subarray(at, at + nKeys), queries.ids, query);
    });
  });
}

function addRow(sum: Sums, row: Float32Array, ids: readonly number[], query: number): void {
  sum.previousToken += row[query - 1];
  sum.firstToken += row[0];
  for (let key = 0; key <= query; key++) {
    const share = row[key];
    if (share > 0) sum.entropy -= share * Math.log(share);
    if (key < query && ids[key] === ids[query]) sum.duplicate += share;
    if (key > 0 && ids[key - 1] === ids[query]) sum.induction += share;
  }
}
