/** Reads single neurons, norms and directions from mapped weights, through graphs of one or two operators. */
import type { OnnxGraph } from "../../formats/onnx/onnxModel";
import type { WeightTable } from "../../graph/graphBuilder";
import { GraphError } from "../../graph/graphError";
import type { BlockSpec, LinearSpec, ModelSpec, NormSpec } from "../../graph/modelSpec";
import type { NeuronWeights, NormWeights } from "../../graph/runner";
import { directionsGraph, headResultsGraph, pickGraph, weightNames } from "../../graph/weightGraphs";
import { type Tensor, tensor } from "../../tensor/tensor";
import { floatFeed, floatsOf, int64Feed } from "../feeds";
import type { Feed, Fetched } from "../ort";
import type { SessionPool } from "../sessionPool";

/** A vocabulary entry and its value along a direction. */
export type DirectionEntry = readonly [id: number, value: number];

/** Weights of one model as analyses ask for them. */
export class WeightReader {
  constructor(
    private readonly spec: ModelSpec,
    private readonly weights: WeightTable,
    private readonly pool: SessionPool,
  ) {}

  /** @throws {GraphError} "bad-plan" when a layer or neuron does not exist */
  async neurons(layer: number, neurons: readonly number[]): Promise<NeuronWeights[]> {
    const block = this.block(layer);
    const wrong = neurons.find((n) => !Number.isInteger(n) || n < 0 || n >= this.spec.dMlp);
    if (wrong !== undefined)
      throw new GraphError("bad-plan", `There is no neuron ${wrong}; a layer has ${this.spec.dMlp}.`);
    const out = await this.vectors(block.mlpOut, "in", neurons);
    const into = await this.vectors(block.mlpIn, "out", neurons);
    const bias = await this.biases(block.mlpIn, neurons);
    const gate = block.mlpGate === null ? null : await this.vectors(block.mlpGate, "out", neurons);
    const gateBias = block.mlpGate === null ? null : await this.biases(block.mlpGate, neurons);
    return neurons.map((_, i) => ({
      out: out[i],
      in: into[i],
      inBias: bias[i],
      ...(gate === null ? {} : { gate: gate[i], gateBias: gateBias?.[i] }),
    }));
  }

  async norm(name: "final" | { readonly layer: number; readonly norm: "ln1" | "ln2" }): Promise<NormWeights> {
    const spec: NormSpec = name === "final" ? this.spec.finalNorm : this.block(name.layer)[name.norm];
    const all = Array.from({ length: this.spec.dModel }, (_, i) => i);
    const read = async (weight: string | null): Promise<Float32Array | null> =>
      weight === null ? null : floatsOf(await this.pick(weight, 0, all), weightNames.picked);
    return { kind: spec.kind, gain: await read(spec.gain), bias: await read(spec.bias) };
  }

  /** The k largest and k smallest products of each direction with the unembedding. */
  async directions(
    rows: Float32Array,
    k: number,
  ): Promise<{ top: DirectionEntry[]; bottom: DirectionEntry[] }[]> {
    const n = rows.length / this.spec.dModel;
    const most = Math.max(1, Math.min(k, this.spec.dVocab));
    const feeds: Record<string, Feed> = {
      [weightNames.rows]: floatFeed(rows, [n, this.spec.dModel]),
      [weightNames.k]: int64Feed([most]),
    };
    const out = await this.call("directions", () => directionsGraph(this.spec, this.weights), feeds);
    const entries = (ids: string, values: string, i: number): DirectionEntry[] =>
      Array.from(
        { length: most },
        (_, j) => [Number(out[ids]?.data[i * most + j]), Number(out[values]?.data[i * most + j])] as const,
      );
    return Array.from({ length: n }, (_, i) => ({
      top: entries(weightNames.topIds, weightNames.topValues, i),
      bottom: entries(weightNames.bottomIds, weightNames.bottomValues, i),
    }));
  }

  /** z [pos, head, dHead] to what each head adds: [head, pos, dModel]. */
  async headResults(layer: number, z: Tensor): Promise<Tensor> {
    this.block(layer);
    const feeds: Record<string, Feed> = { [weightNames.z]: floatFeed(z.data, z.shape) };
    const out = await this.call(
      `heads ${layer}`,
      () => headResultsGraph(this.spec, layer, this.weights),
      feeds,
    );
    return tensor(
      ["head", "pos", "dModel"],
      out[weightNames.results].dims,
      floatsOf(out, weightNames.results),
    );
  }

  private block(layer: number): BlockSpec {
    const block = this.spec.blocks[layer];
    if (block !== undefined) return block;
    throw new GraphError("bad-plan", `There is no layer ${layer}; the last is ${this.spec.nLayers - 1}.`);
  }

  /** Vectors of a matrix that belong to some of its inputs or outputs, whichever way it is stored. */
  private async vectors(
    linear: LinearSpec,
    side: "in" | "out",
    indices: readonly number[],
  ): Promise<Float32Array[]> {
    const axis = (linear.layout === "in-out") === (side === "in") ? 0 : 1;
    const out = await this.pick(linear.weight, axis, indices);
    const data = floatsOf(out, weightNames.picked);
    const width = data.length / Math.max(indices.length, 1);
    return indices.map((_, i) =>
      axis === 0
        ? data.slice(i * width, (i + 1) * width)
        : Float32Array.from({ length: width }, (_, j) => data[j * indices.length + i]),
    );
  }

  private async biases({ bias }: LinearSpec, indices: readonly number[]): Promise<Float32Array> {
    if (bias === null) return new Float32Array(indices.length);
    return floatsOf(await this.pick(bias, 0, indices), weightNames.picked);
  }

  private pick(
    weight: string,
    axis: number,
    indices: readonly number[],
  ): Promise<Readonly<Record<string, Fetched>>> {
    const feeds = { [weightNames.indices]: int64Feed(indices) };
    return this.call(`pick ${axis} ${weight}`, () => pickGraph(weight, axis, this.weights), feeds);
  }

  private call(
    key: string,
    graph: () => OnnxGraph,
    feeds: Record<string, Feed>,
  ): Promise<Readonly<Record<string, Fetched>>> {
    return this.pool.use(key, graph, (session) => session.run(feeds));
  }
}
