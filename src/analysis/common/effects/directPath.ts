/**
 * What a layer's neurons change of a prediction over the direct path: the change of the activation times what the neuron
 * writes, through the norms behind it with their scales frozen at what they were in the run. Everything that later
 * attention and MLPs would make of it is left out.
 *
 * Source: direct (logit) attribution with frozen norm, as in Elhage et al., "A mathematical framework for transformer
 * circuits", 2021.
 */
import type { WorkOptions } from "../../../base/cancel";
import type { NormWeights, Runner } from "../../../graph/runner";
import type { Effect } from "../../../protocol/neuronEffects";
import { readAt } from "../reads";
import { difference, measures, type FoundTarget } from "./target";

const noNorm: NormWeights = { kind: "none", gain: null, bias: null };
const finalScale = "ln_final.hook_scale";

/** Why a model has no direct effects; null where it has them. */
export function noDirectPath({ readout }: Runner): string | null {
  if (readout.addsUp) return null;
  return "In this model norms stand on the residual stream itself, so that nothing reaches the output by a direct path.";
}

/** What stands between a layer's MLP and the stream at one position. */
interface Adds {
  readonly norm: NormWeights;
  readonly scale: number;
  readonly factor: number;
}

/** The direct path from every layer to the target, at the scales of one run. */
export class DirectPath {
  private constructor(
    private readonly runner: Runner,
    private readonly of: { readonly ids: readonly number[]; readonly found: FoundTarget },
    private readonly adds: readonly Adds[],
    /** The final norm's; null where there is none. */
    private readonly scale: number | null,
  ) {}

  /** Reads the scales of the plain run at the target's position. */
  static async read(
    runner: Runner,
    of: { readonly ids: readonly number[]; readonly found: FoundTarget },
    options: WorkOptions,
  ): Promise<DirectPath> {
    const { mlpAdds } = runner.readout;
    const positions = [of.found.target.position];
    const postScale = (layer: number): string => `blocks.${layer}.ln2_post.hook_scale`;
    const hasFinal = runner.info.hooks.includes(finalScale);
    const hooks = mlpAdds.flatMap(({ hasNorm }, layer) => (hasNorm ? [postScale(layer)] : []));
    const reads = [...hooks, ...(hasFinal ? [finalScale] : [])].map((hook) => ({ hook, positions }));
    const run = await runner.run({ ids: of.ids, reads, cache: "none" }, { signal: options.signal });
    const adds: Adds[] = [];
    for (const [layer, { hasNorm, factor }] of mlpAdds.entries()) {
      const norm = hasNorm ? await runner.normWeights({ layer, norm: "ln2_post" }) : noNorm;
      adds.push({ norm, scale: hasNorm ? readAt(run, postScale(layer)).data[0] : 1, factor });
    }
    return new DirectPath(runner, of, adds, hasFinal ? readAt(run, finalScale).data[0] : null);
  }

  /**
   * What neurons of a layer add to the target, each by itself: exact but for the frozen scales.
   * @param outputs  what each writes, [dModel], times the change of its activation (the run's less the ablated one)
   */
  async effects(layer: number, outputs: readonly Float32Array[], options: WorkOptions): Promise<Effect[]> {
    const { row, target } = this.of.found;
    const without = outputs.map((output) => row.map(subtracted(this.added(layer, output))));
    const rows = new Float32Array((outputs.length + 1) * row.length);
    [row, ...without].forEach((one, i) => rows.set(one, i * row.length));
    const tokens = [target.token.id, target.minus.id] as const;
    const [plain, ...changed] = await measures(this.runner, rows, tokens, { ...options, ...this.frozen() });
    return changed.map((one) => difference(plain, one));
  }

  /**
   * The slope of a weighted sum of logits along what each neuron of a layer writes: [dMlp].
   * @param direction  the sum as a direction (`Runner.logitDirections`)
   */
  async slopes(layer: number, direction: Float32Array): Promise<Float32Array> {
    const { norm, scale, factor } = this.adds[layer];
    const gained = direction.map((x, d) => x * (norm.gain?.[d] ?? 1));
    const mean = norm.kind === "layer" ? average(gained) : 0;
    const ratio = factor / scale / (this.scale ?? 1);
    const { products } = await this.runner.neuronOutputs(
      layer,
      gained.map((x) => (x - mean) * ratio),
    );
    return products;
  }

  /** What of an MLP's output reaches the stream. */
  private added(layer: number, output: Float32Array): Float32Array {
    const { norm, scale, factor } = this.adds[layer];
    const mean = norm.kind === "layer" ? average(output) : 0;
    return output.map((x, d) => (((x - mean) * (norm.gain?.[d] ?? 1)) / scale) * factor);
  }

  /** The final norm's scale held at what it was: an edit of every row that is decoded. */
  private frozen(): { run?: NonNullable<Parameters<Runner["decode"]>[0]["run"]> } {
    if (this.scale === null) return {};
    const value = [this.scale];
    return {
      run: { ids: this.of.ids, edits: [{ hook: finalScale, op: "set", value, positions: "every-step" }] },
    };
  }
}

const subtracted =
  (other: Float32Array) =>
  (x: number, d: number): number =>
    x - other[d];

const average = (row: Float32Array): number => row.reduce((a, b) => a + b, 0) / row.length;
