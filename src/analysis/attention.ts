/**
 * One head's attention pattern over a selection, and scores by which all heads can be sorted.
 *
 * Scores are means over every query of the window but position 0. Source: Olsson et al., "In-context learning and
 * induction heads", 2022 (prefix matching); TransformerLens, head_detector (previous and duplicate token).
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner } from "../graph/runner";
import type { AttentionView, HeadPattern, HeadScores } from "../protocol/attention";
import type { RunWindow } from "../protocol/model";
import type { Tensor } from "../tensor/tensor";
import { AnalysisError } from "./common/analysisError";
import { indices, readAt } from "./common/reads";
import { coveredPositions, type SelectionRange } from "./common/selection";
import { repeatedTokens, type RepeatedRequest } from "./attention/repeated";
import type { HeadScoreCache } from "./attention/scoreCache";

/** Most positions a picture of one pattern shows. */
export const mostShown = 128;

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
  const { window, layer, head } = request;
  const { nLayers, nHeads } = runner.info;
  if (!(layer >= 0 && layer < nLayers && head >= 0 && head < nHeads)) {
    const next = `Choose a layer below ${nLayers} and a head below ${nHeads}.`;
    throw new AnalysisError("out-of-range", `The model has no head ${layer}.${head}.`, { next });
  }
  const { positions, unshown } = shownPositions(window, request.range);
  const pattern = await headPattern(runner, { ids: window.ids, layer, head, positions }, options);
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
    engineMs: performance.now() - started,
  };
}

/**
 * The selection's first positions, behind the last of a custom prefix, which has at most half of the room.
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
  const ofPrefix = indices(window.tokens.length).filter((pos) => window.tokens[pos].prefix === true);
  const all = [...ofPrefix.slice(-mostShown / 2), ...covered];
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
  const rows = positions.map((_, i) => positions.map((key) => (key < nKeys ? data[i * nKeys + key] : 0)));
  const outside = rows.map((row) => Math.max(0, 1 - row.reduce((a, b) => a + b, 0)));
  if (!hasValues) return { layer, head, rows, outside };
  const lengths = readAt(run, values).data;
  return { layer, head, rows, outside, weighted: rows.map((row) => row.map((x, j) => x * lengths[j])) };
}

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
  const { nLayers, nHeads } = runner.info;
  const hooks = indices(nLayers).map((l) => `blocks.${l}.attn.hook_pattern`);
  const sums = indices(nLayers * nHeads).map(() => ({ ...none }));
  const perQuery = nLayers * nHeads * ids.length;
  const step = Math.max(1, Math.floor(readBudget / perQuery));
  for (let from = first; from < ids.length; from += step) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: from, total: ids.length, message: "Scoring heads" });
    const positions = indices(Math.min(step, ids.length - from)).map((i) => from + i);
    const run = await runner.run(
      { ids: ids.slice(0, from + positions.length), reads: hooks.map((hook) => ({ hook, positions })) },
      { signal: options.signal },
    );
    hooks.forEach((hook, layer) => {
      addPatterns(sums.slice(layer * nHeads, (layer + 1) * nHeads), readAt(run, hook), { ids, positions });
    });
  }
  const n = Math.max(1, ids.length - first);
  return sums.map((sum, i) => ({
    layer: Math.floor(i / nHeads),
    head: i % nHeads,
    previousToken: sum.previousToken / n,
    duplicate: sum.duplicate / n,
    induction: sum.induction / n,
    firstToken: sum.firstToken / n,
    entropy: sum.entropy / n,
  }));
}

type Sums = Record<"previousToken" | "duplicate" | "induction" | "firstToken" | "entropy", number>;
const none: Readonly<Sums> = { previousToken: 0, duplicate: 0, induction: 0, firstToken: 0, entropy: 0 };

interface Queries {
  readonly ids: readonly number[];
  readonly positions: readonly number[];
}

/** Adds the queries of one layer's patterns, axes [head, queryPos, keyPos], to the heads' sums. */
function addPatterns(heads: readonly Sums[], pattern: Tensor, queries: Queries): void {
  const [, nQueries, nKeys] = pattern.shape;
  heads.forEach((sum, head) => {
    queries.positions.forEach((query, i) => {
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
