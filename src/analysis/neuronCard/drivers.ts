/**
 * What moves a neuron at one position, part by part, over the direct path: each part of the residual stream that the
 * MLP reads, through the norm with its scale frozen at what it was in the run. With the constant the parts add up to
 * the pre-activation.
 *
 * Source: direct attribution with frozen norm, as in Elhage et al., "A mathematical framework for transformer
 * circuits", 2021; centring applies to LayerNorm alone.
 */
import type { WorkOptions } from "../../base/cancel";
import type { MlpInput, NeuronWeights, NormWeights, ReadSpec, Runner } from "../../graph/runner";
import type { NeuronDriver } from "../../protocol/neurons";
import type { Tensor } from "../../tensor/tensor";
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
    ...hooks.flatMap(({ layer }) => (layer === undefined ? [] : [{ hook: resultHook(layer), positions }])),
    { hook: stream, positions },
    ...(scaleHook === null ? [] : [{ hook: scaleHook, positions }]),
    { hook: `${block}.mlp.hook_pre`, positions, neurons: [at.neuron] },
    ...(gated ? [{ hook: `${block}.mlp.hook_pre_linear`, positions, neurons: [at.neuron] }] : []),
  ];
  const run = await runner.run({ ids: at.ids, reads }, { signal: options.signal });
  const parts: Part[] = [];
  for (const { hook, source, layer } of hooks) {
    const row = Float32Array.from(readAt(run, hook).data);
    if (layer !== undefined) parts.push(...headParts(readAt(run, resultHook(layer)), layer, row));
    parts.push({ source, row });
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
  const largest = (values: Float32Array): number =>
    values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest(row) <= rounding * largest(stream) ? [] : [{ source: "norms on the stream", row }];
}

/** A share of the stream's largest value below which a rest is rounding. */
const rounding = 1e-4;

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

/** The heads of a layer from their results [1, head, dModel]; what they leave of the attention's output, its bias, stays in `out`. */
function headParts({ data, shape }: Tensor, layer: number, out: Float32Array): Part[] {
  const dModel = out.length;
  return indices(shape[1]).map((head) => {
    const row = data.subarray(head * dModel, (head + 1) * dModel);
    for (let d = 0; d < dModel; d++) out[d] -= row[d];
    return { source: `head ${layer}.${head}`, row };
  });
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
