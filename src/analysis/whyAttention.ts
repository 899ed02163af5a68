/**
 * Why a query attends to a key: the score, less its mean over the keys that the query sees (a constant in a row changes
 * no softmax), as a sum over pairs of parts. A score is a product of query and key; both are linear in the parts of the
 * stream once the scales of the norms are what they were in the run, and the rotation by position is linear too.
 *
 * Source: Elhage et al., "A mathematical framework for transformer circuits", 2021 (the QK circuit, norm scales frozen).
 */
import type { WorkOptions } from "../base/cancel";
import type { HeadReading } from "../graph/headReading";
import type { Runner } from "../graph/runner";
import type { AttentionEdge, WhyAttention, WhyPair, WhyPart } from "../protocol/attentionEdge";
import { indices, readAt } from "./common/reads";
import { edgeHook, requireEdge, rowRead, unseen } from "./common/edge";
import { rotated, sideParts, type SideParts, type SideRequest } from "./whyAttention/headSide";
import { streamParts } from "./whyAttention/streamParts";

/** Parts of either side that the matrix names; the others are one row and column. */
const namedParts = 10;

/** Which edge of a run of `ids`, and how many pairs to list. */
export interface WhyRequest {
  readonly ids: readonly number[];
  readonly edge: AttentionEdge;
  readonly top: number;
}

/** One query's row as the run has it. */
interface Row {
  /** Keys that the query sees, ascending. */
  readonly keys: readonly number[];
  readonly scores: readonly number[];
  readonly weight: number;
}

/**
 * What an edge's score is made of.
 * @throws {AnalysisError} "out-of-range" for an edge that there is not; "no-parts" where a norm cannot be split
 */
export async function whyAttention(
  runner: Runner,
  request: WhyRequest,
  options: WorkOptions = {},
): Promise<WhyAttention> {
  const { ids, edge } = request;
  requireEdge(runner, edge, ids.length);
  const reading = await runner.headReading({ ...edge, length: ids.length });
  const row = await rowOf(runner, ids, edge, options);
  const split = await splitPairs(runner, { ids, edge, reading, keys: row.keys }, options);
  const at = row.keys.indexOf(edge.key);
  const uncapped = row.scores.map((score) => beforeCap(score, reading.softCap));
  const mean = uncapped.reduce((a, b) => a + b, 0) / uncapped.length;
  const centred = uncapped[at] - mean;
  const sum = split.pairs.reduce((total, { contribution }) => total + contribution, 0);
  const listed = [...split.pairs]
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, request.top);
  const hasRotation = reading.rotation !== null;
  return {
    about: "this",
    ...edge,
    weight: row.weight,
    score: row.scores[at],
    uncapped: uncapped[at],
    mean,
    centred,
    sum,
    residual: centred - sum,
    nKeys: row.keys.length,
    nPairs: split.pairs.length,
    pairs: listed,
    rest: sum - listed.reduce((total, { contribution }) => total + contribution, 0),
    rotation: hasRotation ? split.pairs.reduce((total, one) => total + (one.rotation ?? 0), 0) : null,
    queryParts: bySource(split.pairs, "query"),
    keyParts: bySource(split.pairs, "key"),
    matrix: matrixOf(split.pairs),
    notes: notesOf(reading, split),
  };
}

async function rowOf(
  runner: Runner,
  ids: readonly number[],
  edge: AttentionEdge,
  { signal }: WorkOptions,
): Promise<Row> {
  const { layer, head, key } = edge;
  const names = ["hook_attn_scores", "hook_pattern"] as const;
  const reads = names.map((name) => ({ ...rowRead(edge, name), heads: [head] }));
  const run = await runner.run({ ids, reads }, { signal });
  const scores = readAt(run, edgeHook(layer, "hook_attn_scores")).data;
  const keys = indices(scores.length).filter((one) => scores[one] !== -Infinity);
  if (!keys.includes(key)) throw unseen(edge);
  const weight = readAt(run, edgeHook(layer, "hook_pattern")).data[key];
  return { keys, scores: keys.map((one) => scores[one]), weight };
}

const beforeCap = (score: number, cap: number | null): number =>
  cap === null ? score : cap * Math.atanh(score / cap);

interface Split {
  readonly pairs: readonly WhyPair[];
  readonly hasStreamNorms: boolean;
  readonly isClamped: boolean;
}

interface SplitRequest {
  readonly ids: readonly number[];
  readonly edge: AttentionEdge;
  readonly reading: HeadReading;
  readonly keys: readonly number[];
}

/** All pairs of a part of the query with a part of the key, each less its mean over the keys. */
async function splitPairs(runner: Runner, request: SplitRequest, options: WorkOptions): Promise<Split> {
  const { ids, edge, reading, keys } = request;
  const positions = [...new Set([...keys, edge.query])].sort((a, b) => a - b);
  const stream = await streamParts(runner, { ids, layer: edge.layer, reading, positions }, options);
  const squares = await meanSquares(runner, { ...request, positions }, options);
  const { clip } = reading;
  const dHead = reading.q.weight.length;
  const side = (of: "q" | "k", from: number): SideParts => {
    const asked: SideRequest = { side: reading[of], from, meanSquares: squares[of], clip };
    return sideParts(stream, asked);
  };
  const [q, k] = [side("q", 0), side("k", dHead)];
  const vector = (values: Float64Array, position: number): Float64Array => {
    const row = positions.indexOf(position);
    return values.subarray(row * dHead, (row + 1) * dHead);
  };
  const queries = q.parts.map(({ source, values }) => ({
    source,
    turned: rotated(vector(values, edge.query), reading.rotation, edge.query),
  }));
  const keyParts = k.parts.map(({ source, values }) => {
    const turnedAt = (key: number, place: number): Float64Array =>
      rotated(vector(values, key), reading.rotation, place);
    const turned = lessMean(edge.key, keys, (key) => turnedAt(key, key));
    if (reading.rotation === null) return { source, turned, still: turned };
    return { source, turned, still: lessMean(edge.key, keys, (key) => turnedAt(key, edge.query)) };
  });
  const product = (a: Float64Array, b: Float64Array): number =>
    withoutDust(reading.scoreScale * a.reduce((sum, x, d) => sum + x * b[d], 0));
  const pairs = queries.flatMap((query) =>
    keyParts.map((key): WhyPair => {
      const contribution = product(query.turned, key.turned);
      const named = { query: query.source, key: key.source, contribution };
      if (reading.rotation === null) return named;
      return { ...named, rotation: contribution - product(query.turned, key.still) };
    }),
  );
  return {
    pairs: [...pairs, ...linearBias(reading, edge, keys)],
    hasStreamNorms: stream.hasStreamNorms,
    isClamped: q.isClamped || k.isClamped,
  };
}

/** What is the same for all keys is no reason for one of them: its rest after rounding is nothing. */
const withoutDust = (value: number): number => (Math.abs(value) < 1e-12 ? 0 : value);

/** A key's vector less the mean over the keys. */
function lessMean(key: number, keys: readonly number[], of: (key: number) => Float64Array): Float64Array {
  const mean = new Float64Array(of(key).length);
  for (const one of keys) of(one).forEach((x, d) => (mean[d] += x / keys.length));
  return of(key).map((x, d) => x - mean[d]);
}

/** What linear biases add: no part of either side. */
function linearBias({ bias }: HeadReading, { key }: AttentionEdge, keys: readonly number[]): WhyPair[] {
  if (bias === null) return [];
  const mean = keys.reduce((sum, one) => sum + bias[one], 0) / keys.length;
  return [{ query: "linear bias", key: "linear bias", contribution: bias[key] - mean }];
}

/** For norms over all heads together: the mean square of their values at some positions. */
async function meanSquares(
  runner: Runner,
  { ids, edge, reading, positions }: SplitRequest & { readonly positions: readonly number[] },
  { signal }: WorkOptions,
): Promise<Readonly<Record<"q" | "k", readonly number[] | null>>> {
  const sides = (["q", "k"] as const).filter((of) => reading[of].norm?.over === "all");
  if (sides.length === 0) return { q: null, k: null };
  const hook = (of: "q" | "k"): string => `blocks.${edge.layer}.attn.hook_${of}`;
  const reads = sides.map((of) => ({ hook: hook(of), positions, reduce: { kind: "norm" } as const }));
  const run = await runner.run({ ids, reads, cache: "none" }, { signal });
  const { nHeads, nKvHeads, dHead } = runner.info;
  const squares = (of: "q" | "k"): readonly number[] | null => {
    if (!sides.includes(of)) return null;
    const width = dHead * (of === "q" ? nHeads : nKvHeads);
    return Array.from(readAt(run, hook(of)).data, (norm) => (norm * norm) / width);
  };
  return { q: squares("q"), k: squares("k") };
}

/** The parts of one side with the sums of their pairs, the largest first. */
function bySource(pairs: readonly WhyPair[], side: "query" | "key"): WhyPart[] {
  const sums = new Map<string, number>();
  for (const pair of pairs) sums.set(pair[side], (sums.get(pair[side]) ?? 0) + pair.contribution);
  return [...sums]
    .map(([source, contribution]) => ({ source, contribution }))
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

/** Name of the row and the column in which the smaller parts are joined. */
const othersName = "others";

/** The parts with the largest single pairs against each other. */
function matrixOf(pairs: readonly WhyPair[]): WhyAttention["matrix"] {
  const named = (side: "query" | "key"): string[] => {
    const largest = new Map<string, number>();
    for (const pair of pairs)
      largest.set(pair[side], Math.max(largest.get(pair[side]) ?? 0, Math.abs(pair.contribution)));
    const order = [...largest.keys()];
    const best = [...order].sort((a, b) => (largest.get(b) as number) - (largest.get(a) as number));
    const kept = new Set(best.slice(0, namedParts));
    const shown = order.filter((source) => kept.has(source));
    return shown.length < order.length ? [...shown, othersName] : shown;
  };
  const [query, key] = [named("query"), named("key")];
  const rows = query.map(() => key.map(() => 0));
  const place = (names: readonly string[], source: string): number => {
    const found = names.indexOf(source);
    return found < 0 ? names.length - 1 : found;
  };
  for (const pair of pairs) rows[place(query, pair.query)][place(key, pair.key)] += pair.contribution;
  return { query, key, rows };
}

function notesOf({ softCap, q, k }: HeadReading, { hasStreamNorms, isClamped }: Split): string[] {
  const notes: string[] = [];
  if (softCap !== null)
    notes.push(
      `Scores are capped at ±${softCap} by a tanh, which does not add up: the parts are of the score before it.`,
    );
  if (q.norm !== null || k.norm !== null)
    notes.push(
      "Queries and keys are normed before they meet: their norms' scales are frozen as in the run too.",
    );
  if (isClamped)
    notes.push(
      "Queries or keys were clamped, which does not add up: what clamping changed is a part of its own.",
    );
  if (hasStreamNorms)
    notes.push(
      "Norms stand on the stream itself, so that it is no sum of what was added: what they changed is one part, “norms on the stream”.",
    );
  return notes;
}
