/** The engine's LensMath: each product is a small graph; logits are held for a few positions at a time. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { OnnxGraph } from "../../formats/onnx/onnxModel";
import type { WeightTable } from "../../graph/graphBuilder";
import {
  divergenceGraph,
  lensNames,
  outerGraph,
  productsGraph,
  translateGraph,
} from "../../graph/lensGraphs";
import type { Divergences, LayerRows, LensMath, Translator } from "../../graph/lensMath";
import type { ModelSpec } from "../../graph/modelSpec";
import { doublesOf, floatFeed, floatsOf } from "../feeds";
import type { Feed, Fetched } from "../ort";
import type { SessionPool } from "../sessionPool";
import { notFinite } from "./sampling";

/** Logits held at once: 4 Mi of them are 16 MiB, with a handful of such arrays alive. */
const mostLogits = 4 * 1024 * 1024;

/** Products over one model's rows. */
export class OrtLensMath implements LensMath {
  constructor(
    private readonly spec: ModelSpec,
    private readonly weights: WeightTable,
    private readonly pool: SessionPool,
  ) {}

  async translate({ a, b }: Translator, rows: Float32Array): Promise<Float32Array> {
    const d = this.spec.dModel;
    const feeds = { ...this.rows(lensNames.rows, rows), a: floatFeed(a, [d, d]), b: floatFeed(b, [d]) };
    const out = await this.call("lens translate", () => translateGraph(d), feeds);
    return floatsOf(out, lensNames.translated);
  }

  async products(x: Float32Array, y: Float32Array): Promise<{ xx: Float64Array; yx: Float64Array }> {
    const feeds = { ...this.rows(lensNames.rows, x), ...this.rows(lensNames.others, y) };
    const out = await this.call("lens products", () => productsGraph(this.spec.dModel), feeds);
    return { xx: doublesOf(out, lensNames.xx), yx: doublesOf(out, lensNames.yx) };
  }

  async outer(g: Float32Array, x: Float32Array): Promise<Float32Array> {
    const feeds = { ...this.rows(lensNames.rows, x), ...this.rows(lensNames.others, g) };
    const out = await this.call("lens outer", () => outerGraph(this.spec.dModel), feeds);
    return floatsOf(out, lensNames.outer);
  }

  async divergences(
    { layers, final }: LayerRows,
    { gradients }: { readonly gradients: boolean },
    options: WorkOptions = {},
  ): Promise<Divergences> {
    const { dModel: d, dVocab } = this.spec;
    const n = final.length / d;
    const together = Math.min(layers.length, Math.max(1, Math.floor(mostLogits / dVocab) - 1));
    const step = Math.max(1, Math.floor(mostLogits / (dVocab * (together + 1))));
    const kl = layers.map(() => new Float32Array(n));
    const found = layers.map(() => new Float32Array(gradients ? n * d : 0));
    for (let from = 0; from < n; from += step) {
      const to = Math.min(n, from + step);
      for (let first = 0; first < layers.length; first += together) {
        throwIfCancelled(options.signal);
        const some = layers.slice(first, first + together).map((rows) => rows.subarray(from * d, to * d));
        const out = await this.some(some, final.subarray(from * d, to * d), gradients);
        some.forEach((_, i) => {
          const count = to - from;
          kl[first + i].set(floatsOf(out, lensNames.kl).subarray(i * count, (i + 1) * count), from);
          if (!gradients) return;
          const own = floatsOf(out, lensNames.gradients).subarray(i * count * d, (i + 1) * count * d);
          found[first + i].set(own, from * d);
        });
      }
    }
    if (!kl.every((values) => values.every(Number.isFinite))) throw notFinite();
    return { kl, gradients: gradients ? found : [] };
  }

  private some(
    layers: readonly Float32Array[],
    final: Float32Array,
    gradients: boolean,
  ): Promise<Readonly<Record<string, Fetched>>> {
    const rows = new Float32Array(layers.length * final.length);
    layers.forEach((own, i) => rows.set(own, i * final.length));
    const feeds = { ...this.rows(lensNames.rows, rows), ...this.rows(lensNames.final, final) };
    const key = `lens divergence${gradients ? " gradients" : ""}`;
    return this.call(key, () => divergenceGraph(this.spec, this.weights, gradients), feeds);
  }

  private rows(name: string, data: Float32Array): Record<string, Feed> {
    return { [name]: floatFeed(data, [data.length / this.spec.dModel, this.spec.dModel]) };
  }

  private call(
    key: string,
    graph: () => OnnxGraph,
    feeds: Record<string, Feed>,
  ): Promise<Readonly<Record<string, Fetched>>> {
    return this.pool.use(key, graph, (session) => session.run(feeds));
  }
}
