/**
 * What blocking one edge of attention changes, beside the same block at other edges of its query: those that carry most
 * nearly as much, or random ones.
 *
 * Before the softmax the row renormalises over the other keys (Geva et al., "Dissecting recall of factual associations
 * in auto-regressive language models", 2023); after it the row loses the weight. The two are different interventions.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { permutation, seededRandom } from "../base/random";
import type { Decoded, Runner, Vocabulary } from "../graph/runner";
import type {
  AttentionEdge,
  BlockMode,
  EdgeBlock,
  EdgeControls,
  EdgeEffect,
} from "../protocol/attentionEdge";
import { AnalysisError } from "./common/analysisError";
import { topTokens } from "./common/decodeRows";
import { blockingEdit, requireEdge, rowRead, unseen } from "./common/edge";
import { percentileOf } from "./common/percentile";
import { indices, readAt } from "./common/reads";

/** Other edges that are blocked beside the one asked for. */
export const controlEdges = 20;
/** Tokens of the plain run that are listed. */
const topListed = 10;

/** Which edge to block in a run of `ids`, and where to look. */
export interface BlockRequest {
  readonly ids: readonly number[];
  readonly edge: AttentionEdge;
  readonly softmax: BlockMode;
  /** The token after this position is measured; the last where left out. */
  readonly position?: number | undefined;
  /** The token measured: where left out, the one the text goes on with, else the most likely. */
  readonly token?: number | undefined;
  /** The token whose logit is subtracted; where left out, the most likely other one. */
  readonly against?: number | undefined;
  /** Which other edges are blocked beside it; those of like weight where left out. */
  readonly controls?: EdgeControls | undefined;
  /** Of random controls. */
  readonly seed?: number | undefined;
}

/**
 * Blocks an edge, and `controlEdges` others of its query (or as many as there are).
 * @throws {AnalysisError} "out-of-range" for an edge, a position or a token that there is not; "only-edge"
 */
export async function blockEdge(
  runner: Runner,
  vocabulary: Vocabulary,
  request: BlockRequest,
  options: WorkOptions = {},
): Promise<EdgeBlock> {
  const { ids, edge, softmax, controls: compared = "matched" } = request;
  requireEdge(runner, edge, ids.length);
  const position = measuredAt(request);
  const seen = await seenEdges(runner, ids, edge, options);
  const weight = seen.weights.get(edgeKey(edge));
  if (weight === undefined) throw unseen(edge);
  if (softmax === "before") requireOther(edge, seen.keys);
  const chosen = controlsOf(seen, edge, compared, request.seed ?? 0);
  const base = await runner.base(ids, { signal: options.signal });
  const measure = async (edges: readonly AttentionEdge[]): Promise<Float32Array> => {
    const edits = edges.map((one) => blockingEdit(one, softmax));
    return base.final({ edits, positions: [position] }, { signal: options.signal });
  };
  const rows = [await measure([])];
  const blocks = [edge, ...chosen];
  for (const [i, one] of blocks.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: blocks.length, message: "Blocking edges" });
    rows.push(await measure([one]));
  }
  const plainTop = await runner.decode(
    { rows: rows[0], k: Math.min(topListed, runner.info.dVocab) },
    options,
  );
  const tokens = tokensOf(runner, request, { position, top: plainTop.ids[0] });
  const track = rows.map(() => [tokens.token, tokens.against]);
  const decoded = await runner.decode({ rows: joined(rows), k: 1, track }, options);
  const effects = rows.map((_, row) => effectOf(decoded, row));
  const [plain, blocked, ...others] = effects;
  const change = less(blocked, plain);
  const controls = chosen.map(({ head, key }, i) => ({
    head,
    key,
    weight: seen.weights.get(edgeKey(chosen[i])) as number,
    change: less(others[i], plain),
  }));
  const among = (of: keyof EdgeEffect): number | null =>
    percentileOf(
      Math.abs(change[of]),
      controls.map((one) => Math.abs(one.change[of])),
    );
  const scored = (id: number, i: number) => ({
    id,
    text: vocabulary.text(id),
    logProb: decoded.tracked[0][i].logit - decoded.logSumExp[0],
  });
  return {
    about: "next",
    ...edge,
    softmax,
    weight,
    position,
    token: scored(tokens.token, 0),
    isActual: tokens.token === ids[position + 1],
    against: scored(tokens.against, 1),
    top: topTokens(plainTop, 0, vocabulary),
    plain,
    blocked,
    change,
    compared,
    controls,
    percentile: { logProb: among("logProb"), logitDiff: among("logitDiff") },
  };
}

const edgeKey = ({ head, key }: Pick<AttentionEdge, "head" | "key">): string => `${head}.${key}`;

/** @throws {AnalysisError} "out-of-range" */
function measuredAt({ ids, edge, position = ids.length - 1 }: BlockRequest): number {
  if (!Number.isInteger(position) || position < 0 || position >= ids.length) {
    const message = `There is no position ${position}: the run has ${ids.length} tokens.`;
    throw new AnalysisError("out-of-range", message, { next: `Choose a position below ${ids.length}.` });
  }
  if (position >= edge.query) return position;
  const message = `What is predicted at position ${position} cannot depend on an edge of the later query ${edge.query}.`;
  throw new AnalysisError("out-of-range", message, { next: "Measure at the query or behind it." });
}

/** The edges that the query sees, in all heads of the layer, with their weights. */
interface SeenEdges {
  readonly nHeads: number;
  readonly keys: readonly number[];
  readonly weights: ReadonlyMap<string, number>;
}

async function seenEdges(
  runner: Runner,
  ids: readonly number[],
  edge: AttentionEdge,
  { signal }: WorkOptions,
): Promise<SeenEdges> {
  const names = ["hook_attn_scores", "hook_pattern"] as const;
  const reads = names.map((name) => rowRead(edge, name));
  const run = await runner.run({ ids, reads, cache: "none" }, { signal });
  const [scores, pattern] = reads.map(({ hook }) => readAt(run, hook));
  const [nHeads, , nKeys] = pattern.shape;
  // Keys that a head does not see, no head of the layer sees.
  const keys = indices(nKeys).filter((key) => scores.data[key] !== -Infinity);
  const weights = indices(nHeads).flatMap((head) =>
    keys.map((key) => [edgeKey({ head, key }), pattern.data[head * nKeys + key]] as const),
  );
  return { nHeads, keys, weights: new Map(weights) };
}

/** @throws {AnalysisError} "only-edge" */
function requireOther({ query }: AttentionEdge, keys: readonly number[]): void {
  if (keys.length > 1) return;
  const message = `The query at ${query} sees one key alone: before the softmax nothing would be left of its row.`;
  throw new AnalysisError("only-edge", message, {
    next: "Block it after the softmax, or choose a later query.",
  });
}

/** Other edges of the same query, in any head of its layer, each once; what is asked for first, first. */
function controlsOf(
  { nHeads, keys, weights }: SeenEdges,
  edge: AttentionEdge,
  kind: EdgeControls,
  seed: number,
): AttentionEdge[] {
  const others = indices(nHeads)
    .flatMap((head) => keys.map((key) => ({ ...edge, head, key })))
    .filter(({ head, key }) => head !== edge.head || key !== edge.key);
  const weight = (one: AttentionEdge): number => weights.get(edgeKey(one)) as number;
  const distance = (one: AttentionEdge): number => Math.abs(weight(one) - weight(edge));
  // The sort is stable: of equally near ones the first in order of heads and keys.
  if (kind === "matched") return others.sort((a, b) => distance(a) - distance(b)).slice(0, controlEdges);
  return permutation(others.length, seededRandom(seed))
    .slice(0, controlEdges)
    .map((i) => others[i]);
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((n, row) => n + row.length, 0));
  rows.reduce((at, row) => (all.set(row, at), at + row.length), 0);
  return all;
}

/** The tokens measured, as ids. */
function tokensOf(
  { info }: Runner,
  { ids, token, against }: BlockRequest,
  { position, top }: { position: number; top: readonly number[] },
): { token: number; against: number } {
  for (const id of [token, against]) {
    if (id === undefined || (Number.isInteger(id) && id >= 0 && id < info.dVocab)) continue;
    const next = `Ids of this model go from 0 to ${info.dVocab - 1}.`;
    throw new AnalysisError("out-of-range", `The model has no token with the id ${id}.`, { next });
  }
  const measured = token ?? ids[position + 1] ?? top[0];
  return { token: measured, against: against ?? (top.find((id) => id !== measured) as number) };
}

function effectOf(decoded: Decoded, row: number): EdgeEffect {
  const [token, against] = decoded.tracked[row];
  return { logProb: token.logit - decoded.logSumExp[row], logitDiff: token.logit - against.logit };
}

const less = (a: EdgeEffect, b: EdgeEffect): EdgeEffect => ({
  logProb: a.logProb - b.logProb,
  logitDiff: a.logitDiff - b.logitDiff,
});
