/**
 * What moves a neuron at one position, part by part, over the direct path: each part of the residual stream that the
 * MLP reads, through the norm with its scale frozen at what it was in the run. With the constant the parts add up to
 * the pre-activation.
 *
 * Source: direct attribution with frozen norm, as in Elhage et al., "A mathematical framework for transformer
 * circuits", 2021; centring applies to LayerNorm alone.
 */
import type { WorkOptions } from "../../base/cancel";
import type { MlpInput, NeuronWeights, NormWeights, ReadSpec, Runner, RunReads } from "../../graph/runner";
import type { NeuronDriver } from "../../protocol/neurons";
import type { NeuronId } from "../common/activations";
import { readAt, indices } from "../common/reads";

/** All parts of a neuron's input at one position. */
export interface Drivers {
  /** In the order in which they enter the residual stream. */
  readonly parts: readonly NeuronDriver[];
  /** What no part carries: the norm's and the neuron's own bias. `up` for gated neurons, as with the parts. */
  readonly constant: number;
  readonly constantUp?: number;
  /** What the run itself had there: `mlp.hook_pre`, and for gated neurons `mlp.hook_pre_linear`. */
  readonly preActivation: number;
  readonly preLinear?: number;
}

/** A piece of the residual stream that the MLP reads. */
interface Part {
  readonly source: string;
  readonly row: Float32Array;
}

/** Every part of a neuron's input at position `pos`. */
export async function neuronDrivers(
  runner: Runner,
  at: NeuronId & { readonly ids: readonly number[]; readonly pos: number },
  options: WorkOptions = {},
): Promise<Drivers> {
  const block = `blocks.${at.layer}`;
  const input = runner.readout.mlpInputs[at.layer];
  const stream = `${block}.${input.stream}`;
  const scaleHook = input.norm === null ? null : `${block}.${input.norm}.hook_scale`;
  const hooks = partHooks(runner, at.layer, input);
  const gated = runner.info.gatedMlp;
  const positions = [at.pos];
  const reads: ReadSpec[] = [
    ...hooks.map(({ hook }) => ({ hook, positions })),
    ...hooks.flatMap(({ layer }) => (layer === undefined ? [] : headReads(runner, layer, positions))),
    { hook: stream, positions },
    ...(scaleHook === null ? [] : [{ hook: scaleHook, positions }]),
    { hook: `${block}.mlp.hook_pre`, positions, neurons: [at.neuron] },
    ...(gated ? [{ hook: `${block}.mlp.hook_pre_linear`, positions, neurons: [at.neuron] }] : []),
  ];
  const run = await runner.run({ ids: at.ids, reads }, { signal: options.signal });
  const parts: Part[] = [];
  for (const { hook, source, layer } of hooks) {
    const row = Float32Array.from(readAt(run, hook).data);
    if (layer === undefined) parts.push({ source, row });
    else parts.push(...headParts(await headRows(runner, run, layer), layer, { source, row }));
  }
  parts.push(...restOf(readAt(run, stream).data, parts));
  const [weights] = await runner.neuronWeights(at.layer, [at.neuron]);
  const norm = input.norm === null ? noNorm : await runner.normWeights({ layer: at.layer, norm: input.norm });
  const scale = scaleHook === null ? 1 : readAt(run, scaleHook).data[0];
  const read = readings(weights, norm, scale);
  return {
    parts: parts.map(({ source, row }) => ({
      source,
      contribution: read.main.of(row),
      ...(read.up ? { up: read.up.of(row) } : {}),
    })),
    constant: read.main.constant,
    ...(read.up ? { constantUp: read.up.constant } : {}),
    preActivation: readAt(run, `${block}.mlp.hook_pre`).data[0],
    ...(gated ? { preLinear: readAt(run, `${block}.mlp.hook_pre_linear`).data[0] } : {}),
  };
}

const noNorm: NormWeights = { kind: "none", gain: null, bias: null };

/**
 * What is in the stream beside the parts: nothing but rounding where the stream is their sum, so then it is left out;
 * what norms on the stream itself changed, where there are such.
 */
function restOf(stream: Float32Array, parts: readonly Part[]): Part[] {
  const row = Float32Array.from(stream, (x, d) => parts.reduce((left, part) => left - part.row[d], x));
  return isRounding(row, stream) ? [] : [{ source: "norms on the stream", row }];
}

/** Whether a rest is so small beside the largest value of what it is left of that it is rounding. */
function isRounding(rest: Float32Array, of: Float32Array): boolean {
  const largest = (values: Float32Array): number =>
    values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest(rest) <= 1e-4 * largest(of);
}

/** The hooks whose values add up to the MLP's input; `layer` where heads are taken out of an attention output. */
function partHooks(
  runner: Runner,
  layer: number,
  { stream }: MlpInput,
): { hook: string; source: string; layer?: number }[] {
  const { hooks } = runner.info;
  const embeddings = [
    { hook: "hook_embed", source: "embed" },
    { hook: "hook_pos_embed", source: "position" },
  ];
  const ownAttention = stream === "hook_resid_mid";
  const before = indices(layer + 1).flatMap((l) => [
    ...(l < layer || ownAttention
      ? [{ hook: `blocks.${l}.hook_attn_out`, source: `attn ${l} bias`, layer: l }]
      : []),
    ...(l < layer ? [{ hook: `blocks.${l}.hook_mlp_out`, source: `mlp ${l}` }] : []),
  ]);
  return [...embeddings.filter(({ hook }) => hooks.includes(hook)), ...before];
}

const resultHook = (layer: number): string => `blocks.${layer}.attn.hook_result`;

function headReads({ readout }: Runner, layer: number, positions: readonly number[]): ReadSpec[] {
  const scale = readout.attentionAdds[layer].hasNorm ? [{ hook: postScaleHook(layer), positions }] : [];
  return [{ hook: resultHook(layer), positions }, ...scale];
}

const postScaleHook = (layer: number): string => `blocks.${layer}.ln1_post.hook_scale`;

/** What each head adds to the stream: its result through the norm behind attention, at the run's own scale, and the factor. */
async function headRows(runner: Runner, run: RunReads, layer: number): Promise<Float32Array[]> {
  const { hasNorm, factor } = runner.readout.attentionAdds[layer];
  const { data, shape } = readAt(run, resultHook(layer));
  const [, nHeads, dModel] = shape;
  const rows = indices(nHeads).map((head) => data.subarray(head * dModel, (head + 1) * dModel));
  const norm = hasNorm ? await runner.normWeights({ layer, norm: "ln1_post" }) : noNorm;
  const scale = hasNorm ? readAt(run, postScaleHook(layer)).data[0] : 1;
  return rows.map((row) => {
    const mean = norm.kind === "layer" ? row.reduce((a, b) => a + b, 0) / dModel : 0;
    return row.map((x, d) => (((x - mean) * (norm.gain?.[d] ?? 1)) / scale) * factor);
  });
}

/** The heads of a layer, and what they leave of what attention adds: biases, unless it is nothing but rounding. */
function headParts(rows: readonly Float32Array[], layer: number, out: Part): Part[] {
  const left = out.row.map((x, d) => rows.reduce((rest, row) => rest - row[d], x));
  const heads = rows.map((row, head) => ({ source: `head ${layer}.${head}`, row }));
  return isRounding(left, out.row) ? heads : [...heads, { source: out.source, row: left }];
}

/** How a direction reads the residual stream through a frozen norm. */
interface Reading {
  of(row: Float32Array): number;
  readonly constant: number;
}

function readings(weights: NeuronWeights, norm: NormWeights, scale: number): { main: Reading; up?: Reading } {
  const up = reading(weights.in, weights.inBias, norm, scale);
  if (!weights.gate) return { main: up };
  return { main: reading(weights.gate, weights.gateBias ?? 0, norm, scale), up };
}

function reading(direction: Float32Array, bias: number, norm: NormWeights, scale: number): Reading {
  const folded = Float64Array.from(direction, (x, d) => x * (norm.gain?.[d] ?? 1));
  const mean = norm.kind === "layer" ? folded.reduce((a, b) => a + b, 0) / folded.length : 0;
  const centred = folded.map((x) => (x - mean) / scale);
  const fromNorm = norm.bias ? direction.reduce((sum, x, d) => sum + x * (norm.bias?.[d] ?? 0), 0) : 0;
  return { of: (row) => centred.reduce((sum, x, d) => sum + x * row[d], 0), constant: bias + fromNorm };
}
