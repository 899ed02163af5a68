/** Reads single neurons, norms and directions from mapped weights, through graphs of one or two operators. */
import type { OnnxGraph } from "../../formats/onnx/onnxModel";
import { locateWeight, type WeightTable } from "../../graph/graphBuilder";
import { GraphError } from "../../graph/graphError";
import type { BlockSpec, DenseMlpSpec, LinearSpec, ModelSpec, NormSpec } from "../../graph/modelSpec";
import type { BlockNorm, NeuronOutputs, NeuronWeights, NormWeights } from "../../graph/runner";
import { logitDirectionsGraph, neuronOutputsGraph, outputNames } from "../../graph/outputGraphs";
import { directionsGraph, pickGraph, weightNames } from "../../graph/weightGraphs";
import { floatFeed, floatsOf, int64Feed } from "../feeds";
import type { Feed, Fetched } from "../ort";
import type { SessionPool } from "../sessionPool";

/** A vocabulary entry and its value along a direction. */
export type DirectionEntry = readonly [id: number, value: number];

/** Products with the unembedding held at once: 16 Mi of them are 64 MiB. */
const mostProducts = 16 * 1024 * 1024;

/** Weights of one model as analyses ask for them. */
export class WeightReader {
  constructor(
    private readonly spec: ModelSpec,
    private readonly weights: WeightTable,
    private readonly pool: SessionPool,
  ) {}

  /** @throws {GraphError} "bad-plan" when a layer or neuron does not exist */
  async neurons(layer: number, neurons: readonly number[]): Promise<NeuronWeights[]> {
    const mlp = this.dense(layer);
    const wrong = neurons.find((n) => !Number.isInteger(n) || n < 0 || n >= this.spec.dMlp);
    if (wrong !== undefined)
      throw new GraphError("bad-plan", `There is no neuron ${wrong}; a layer has ${this.spec.dMlp}.`);
    const out = await this.vectors(mlp.out, "in", neurons);
    const into = await this.vectors(mlp.in, "out", neurons);
    const bias = await this.biases(mlp.in, neurons);
    const gate = mlp.gate === null ? null : await this.vectors(mlp.gate, "out", neurons);
    const gateBias = mlp.gate === null ? null : await this.biases(mlp.gate, neurons);
    return neurons.map((_, i) => ({
      out: out[i],
      in: into[i],
      inBias: bias[i],
      ...(gate === null ? {} : { gate: gate[i], gateBias: gateBias?.[i] }),
    }));
  }

  async norm(name: "final" | { readonly layer: number; readonly norm: BlockNorm }): Promise<NormWeights> {
    const spec = name === "final" ? this.spec.finalNorm : this.blockNorm(name);
    if (spec === null) return { kind: "none", gain: null, bias: null };
    const all = Array.from({ length: this.spec.dModel }, (_, i) => i);
    const read = async (weight: string | null): Promise<Float32Array | null> =>
      weight === null ? null : floatsOf(await this.pick(weight, 0, all), weightNames.picked);
    const gain = await read(spec.gain);
    return {
      kind: spec.kind,
      gain: spec.plusOne ? (gain?.map((less) => less + 1) ?? null) : gain,
      bias: await read(spec.bias),
    };
  }

  /** What all neurons of a layer write, along directions [n, dModel]. */
  async outputs(layer: number, directions: Float32Array): Promise<NeuronOutputs> {
    const { out } = this.dense(layer);
    const { dModel } = this.spec;
    const feeds = { [outputNames.directions]: floatFeed(directions, [directions.length / dModel, dModel]) };
    const graph = (): OnnxGraph => neuronOutputsGraph(out, this.spec, this.weights);
    const found = await this.call(`outputs ${layer}`, graph, feeds);
    return { products: floatsOf(found, outputNames.products), norms: floatsOf(found, outputNames.norms) };
  }

  /** Weighted sums of logits [n, dVocab] as directions [n, dModel]. */
  async logitDirections(sums: Float32Array): Promise<Float32Array> {
    const { dVocab } = this.spec;
    const feeds = { [outputNames.sums]: floatFeed(sums, [sums.length / dVocab, dVocab]) };
    const graph = (): OnnxGraph => logitDirectionsGraph(this.spec, this.weights);
    return floatsOf(await this.call("logit directions", graph, feeds), outputNames.moved);
  }

  async unembedRows(ids: readonly number[]): Promise<Float32Array[]> {
    const { unembed, dVocab } = this.spec;
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= dVocab);
    if (wrong !== undefined)
      throw new GraphError("bad-plan", `There is no token ${wrong}; the vocabulary has ${dVocab}.`);
    if (unembed.project !== null) {
      const said =
        "A projection stands before this model's unembedding, so its rows are no directions of the stream.";
      throw new GraphError("bad-plan", said, { next: "Fold it in." });
    }
    return this.vectors({ weight: unembed.weight, layout: "out-in", bias: null }, "out", ids);
  }

  /** The k largest and k smallest products of each direction with the unembedding. */
  async directions(
    rows: Float32Array,
    k: number,
  ): Promise<{ top: DirectionEntry[]; bottom: DirectionEntry[] }[]> {
    const { dModel, dVocab } = this.spec;
    const n = rows.length / dModel;
    const step = Math.max(1, Math.floor(mostProducts / dVocab));
    const found: { top: DirectionEntry[]; bottom: DirectionEntry[] }[] = [];
    for (let from = 0; from < n; from += step) {
      const some = rows.subarray(from * dModel, Math.min(n, from + step) * dModel);
      found.push(...(await this.someDirections(some, Math.max(1, Math.min(k, dVocab)))));
    }
    return found;
  }

  /** Some outputs of a product: what each reads, [dModel] vectors, and its bias (0 where there is none). */
  async linearOutputs(
    linear: LinearSpec,
    outputs: readonly number[],
  ): Promise<{ readonly weight: Float32Array[]; readonly bias: Float32Array }> {
    return {
      weight: await this.vectors(linear, "out", outputs),
      bias: await this.biases(linear, outputs),
    };
  }

  /** A tensor of one row, or of several, entry after entry. */
  async vector(weight: string): Promise<Float32Array> {
    const rows = locateWeight(this.weights, weight).shape[0];
    const all = Array.from({ length: rows }, (_, i) => i);
    return floatsOf(await this.pick(weight, 0, all), weightNames.picked);
  }

  private async someDirections(
    rows: Float32Array,
    most: number,
  ): Promise<{ top: DirectionEntry[]; bottom: DirectionEntry[] }[]> {
    const n = rows.length / this.spec.dModel;
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

  private block(layer: number): BlockSpec {
    const block = this.spec.blocks[layer];
    if (block !== undefined) return block;
    throw new GraphError("bad-plan", `There is no layer ${layer}; the last is ${this.spec.nLayers - 1}.`);
  }

  /** The norm before a part of a block; the one they share where a parallel block has but one. */
  private blockNorm({ layer, norm }: { readonly layer: number; readonly norm: BlockNorm }): NormSpec | null {
    const { ln1, ln1Post, ln2, ln2Post } = this.block(layer);
    if (norm === "ln2") return ln2 === "ln1" ? ln1 : ln2;
    return { ln1, ln1_post: ln1Post, ln2_post: ln2Post }[norm];
  }

  private dense(layer: number): DenseMlpSpec {
    const { mlp } = this.block(layer);
    if (mlp?.kind === "dense") return mlp;
    const why = mlp === null ? "has attention alone" : "is a mixture of experts";
    throw new GraphError("bad-plan", `Layer ${layer} has no neurons of its own: it ${why}.`, {
      next: "Choose a layer with an MLP, or look at residuals and heads instead.",
      details: { layer },
    });
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
