/**
 * The stream that an attention layer reads, part by part, each as what one head's queries and keys have of it: through
 * the norm before attention with its scale as in the run. Parts are projected inside the run, so that no stream leaves it.
 */
import type { WorkOptions } from "../../base/cancel";
import type { HeadReading } from "../../graph/headReading";
import type { NormWeights, ReadSpec, RunReads, Runner } from "../../graph/runner";
import { indices, readAt } from "../common/reads";

/** One part: [position, 2 · dHead], what queries have of it and then what keys have. */
export interface StreamPart {
  readonly source: string;
  readonly values: Float64Array;
}

/** All parts at some positions. */
export interface StreamParts {
  readonly parts: readonly StreamPart[];
  /** What all of them are together, biases and all, as the run has it. */
  readonly whole: Float64Array;
  /** True where something in the stream is the work of norms that stand on it. */
  readonly hasStreamNorms: boolean;
}

/** Whose parts, and where; positions ascending. */
export interface PartsRequest {
  readonly ids: readonly number[];
  readonly layer: number;
  readonly reading: HeadReading;
  readonly positions: readonly number[];
}

const noNorm: NormWeights = { kind: "none", gain: null, bias: null };

/** Parts beyond this share of the largest entry are told; smaller ones are what rounding leaves. */
const roundingShare = 2e-6;

/** The parts, in the order in which they enter the stream; the last is the bias. */
export async function streamParts(
  runner: Runner,
  request: PartsRequest,
  options: WorkOptions,
): Promise<StreamParts> {
  const { ids, layer, reading, positions } = request;
  const norm = reading.norm === null ? noNorm : await runner.normWeights({ layer, norm: reading.norm });
  const rows = [...reading.q.weight, ...reading.k.weight];
  const directions = rows.map((row) => throughNorm(row, norm));
  const heads = await headDirections(runner, layer, directions);
  const reads = readsOf(runner, { layer, norm: reading.norm, positions }, directions, heads);
  const run = await runner.run({ ids, reads, cache: "none" }, { signal: options.signal });
  const scale = reading.norm === null ? null : readAt(run, scaleHook(layer)).data;
  const width = directions.length;
  const take = (name: string, factor: (row: number) => number): Float64Array =>
    Float64Array.from(readAt(run, name).data, (x, i) => x * factor(Math.floor(i / width)));
  const normed = (row: number): number => 1 / (scale?.[row] ?? 1);
  const stream = take(streamName(layer), normed);
  const parts: StreamPart[] = embeddings(runner).map(({ hook, source }) => ({
    source,
    values: take(hook, normed),
  }));
  for (const l of indices(layer)) parts.push(...layerParts(runner, run, l, { take, normed }));
  const rest = restOf(stream, parts);
  const hasStreamNorms = rest !== null;
  if (rest !== null) parts.push({ source: "norms on the stream", values: rest });
  const bias = biasOf(rows, norm, [...reading.q.bias, ...reading.k.bias]);
  const biases = Float64Array.from(stream, (_, i) => bias[i % width]);
  if (bias.some((x) => x !== 0)) parts.push({ source: "bias", values: biases });
  return { parts, whole: stream.map((x, i) => x + biases[i]), hasStreamNorms };
}

interface Taking {
  readonly take: (name: string, factor: (row: number) => number) => Float64Array;
  readonly normed: (row: number) => number;
}

/** What an earlier layer added: its heads, what they leave of attention's output, and the MLP. */
function layerParts(runner: Runner, run: RunReads, layer: number, { take, normed }: Taking): StreamPart[] {
  const { hasNorm, factor } = runner.readout.attentionAdds[layer];
  const post = hasNorm ? readAt(run, postScaleHook(layer)).data : null;
  const through = (row: number): number => (normed(row) * factor) / (post?.[row] ?? 1);
  const heads = indices(runner.info.nHeads).map((head) => ({
    source: `head ${layer}.${head}`,
    values: take(headName(layer, head), through),
  }));
  const rest = restOf(take(attnHook(layer), normed), heads);
  const bias = rest === null ? [] : [{ source: `attn ${layer} bias`, values: rest }];
  const hasMlp = runner.info.hooks.includes(mlpHook(layer));
  const mlp = hasMlp ? [{ source: `mlp ${layer}`, values: take(mlpHook(layer), normed) }] : [];
  return [...heads, ...bias, ...mlp];
}

/** What parts leave of a whole; null where it is nothing but rounding. */
function restOf(whole: Float64Array, parts: readonly StreamPart[]): Float64Array | null {
  const rest = whole.map((x, i) => parts.reduce((left, { values }) => left - values[i], x));
  const largest = (values: Float64Array): number =>
    values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const size = Math.max(largest(whole), ...parts.map(({ values }) => largest(values)));
  return largest(rest) <= roundingShare * size ? null : rest;
}

/** A direction as it reads what stands before a norm: gain folded in, centred where it is a LayerNorm. */
function throughNorm(direction: ArrayLike<number>, norm: NormWeights): Float64Array {
  const folded = Float64Array.from(direction, (x, d) => x * (norm.gain?.[d] ?? 1));
  if (norm.kind !== "layer") return folded;
  const mean = folded.reduce((a, b) => a + b, 0) / folded.length;
  return folded.map((x) => x - mean);
}

/** The same directions before the norm behind each earlier attention; null where there is none. */
async function headDirections(
  runner: Runner,
  layer: number,
  directions: readonly Float64Array[],
): Promise<readonly (readonly Float64Array[])[]> {
  const all: (readonly Float64Array[])[] = [];
  for (const l of indices(layer)) {
    if (!runner.readout.attentionAdds[l].hasNorm) all.push(directions);
    else {
      const norm = await runner.normWeights({ layer: l, norm: "ln1_post" });
      all.push(directions.map((one) => throughNorm(one, norm)));
    }
  }
  return all;
}

function biasOf(rows: readonly Float32Array[], norm: NormWeights, own: readonly number[]): number[] {
  return rows.map((row, i) => {
    const { bias } = norm;
    return own[i] + (bias === null ? 0 : row.reduce((sum, x, d) => sum + x * bias[d], 0));
  });
}

const scaleHook = (layer: number): string => `blocks.${layer}.ln1.hook_scale`;
const postScaleHook = (layer: number): string => `blocks.${layer}.ln1_post.hook_scale`;
const streamName = (layer: number): string => `blocks.${layer}.hook_resid_pre`;
const attnHook = (layer: number): string => `blocks.${layer}.hook_attn_out`;
const mlpHook = (layer: number): string => `blocks.${layer}.hook_mlp_out`;
const headName = (layer: number, head: number): string => `head ${layer}.${head}`;

function embeddings({ info }: Runner): { readonly hook: string; readonly source: string }[] {
  const all = [
    { hook: "hook_embed", source: "embed" },
    { hook: "hook_pos_embed", source: "position" },
  ];
  return all.filter(({ hook }) => info.hooks.includes(hook));
}

function readsOf(
  runner: Runner,
  at: { readonly layer: number; readonly norm: "ln1" | null; readonly positions: readonly number[] },
  directions: readonly Float64Array[],
  heads: readonly (readonly Float64Array[])[],
): ReadSpec[] {
  const { positions, layer } = at;
  const projected = (hook: string): ReadSpec => ({
    hook,
    positions,
    reduce: { kind: "projection", directions },
  });
  const earlier = indices(layer).flatMap((l) => [
    ...indices(runner.info.nHeads).map((head) => ({
      hook: `blocks.${l}.attn.hook_result`,
      positions,
      heads: [head],
      reduce: { kind: "projection", directions: heads[l] } as const,
      as: headName(l, head),
    })),
    projected(attnHook(l)),
    ...(runner.info.hooks.includes(mlpHook(l)) ? [projected(mlpHook(l))] : []),
    ...(runner.readout.attentionAdds[l].hasNorm ? [{ hook: postScaleHook(l), positions }] : []),
  ]);
  return [
    ...embeddings(runner).map(({ hook }) => projected(hook)),
    ...earlier,
    projected(streamName(layer)),
    ...(at.norm === null ? [] : [{ hook: scaleHook(layer), positions }]),
  ];
}
