/** Labelled texts by layer: principal components, t-SNE, and silhouettes beside those of shuffled labels. */
import type { WorkOptions } from "../../base/cancel";
import { permutation, seededRandom } from "../../base/random";
import type { Runner } from "../../graph/runner";
import type { MapSilhouette, TextMap, TextMapLayer, TextMapSpec } from "../../protocol/textMap";
import { AnalysisError } from "../common/analysisError";
import { centredGram, cosineDistances, gramOf, squaredDistances, type Square } from "../common/map/gram";
import { leadingScores } from "../common/map/leadingScores";
import { mean, silhouettes } from "../common/map/silhouette";
import { tsne } from "../common/map/tsne";
import { percentileOf } from "../common/percentile";
import { stepsOf } from "../common/steps";
import { Turns } from "../common/turns";
import type { Rows } from "../common/vectors";
import { readStates, type DirectionText } from "./states";
import { sink } from "./warnings";

/** Steps of t-SNE's descent, as its authors take them. */
const tsneSteps = 1000;
/** Fewer texts have no neighbours to speak of. */
const leastForTsne = 7;

/** What is mapped. */
export interface MapRequest {
  readonly texts: readonly DirectionText[];
  /** A number for each text. */
  readonly labels: readonly number[];
  readonly count: number;
  readonly spec: TextMapSpec;
}

/** What is known of the texts by layer. */
export type MappedLayers = Pick<TextMap, "layers" | "best" | "perplexity" | "warnings">;

/**
 * Runs each text once and maps every layer.
 * @throws {AnalysisError} "too-few-labels" for fewer than two labels or none with two texts; what readStates throws
 */
export async function mapTexts(
  runner: Runner,
  request: MapRequest,
  options: WorkOptions,
): Promise<MappedLayers> {
  requireParts(request);
  const { info } = runner;
  const { texts, spec } = request;
  const embedding = info.hooks.includes("hook_embed") ? [{ layer: null, hook: "hook_embed" }] : [];
  const blocks = Array.from({ length: info.nLayers }, (_, layer) => ({
    layer,
    hook: `blocks.${layer}.hook_resid_post`,
  }));
  const places = [...embedding, ...blocks];
  const steps = stepsOf(places.length + 1, options);
  const hooks = places.map(({ hook }) => hook);
  const reading = steps.next("Reading the texts");
  const states = await readStates(runner, { texts, position: spec.position, hooks }, reading);
  const used = Math.min(spec.perplexity, (texts.length - 1) / 3);
  const shuffles = shufflesOf(request);
  const layers: TextMapLayer[] = [];
  let missed = 0;
  for (const place of places) {
    const said = place.layer === null ? "Mapping the embedding" : `Mapping layer ${place.layer}`;
    const mapped = await mapRows(states.get(place.hook)!, { ...request, shuffles, used }, steps.next(said));
    missed = Math.max(missed, mapped.missed);
    layers.push({ ...place, ...mapped.layer });
  }
  return { layers, best: bestOf(layers), perplexity: used, warnings: warningsOf(request, used, missed) };
}

function requireParts({ labels, count }: MapRequest): void {
  const sizes = sizesOf(labels, count);
  const next = "Give a file with two labels or more and several texts of each.";
  if (count < 2) throw new AnalysisError("too-few-labels", "All texts have one label.", { next });
  if (sizes.every((size) => size < 2))
    throw new AnalysisError("too-few-labels", "No label has two texts, so none can lie together.", { next });
}

const sizesOf = (labels: readonly number[], count: number): number[] => {
  const sizes = Array.from({ length: count }, () => 0);
  for (const label of labels) sizes[label]++;
  return sizes;
};

/** The labels in other orders; the same for every layer. */
function shufflesOf({ labels, spec }: MapRequest): readonly (readonly number[])[] {
  const random = seededRandom(spec.seed);
  return Array.from({ length: spec.draws }, () =>
    permutation(labels.length, random).map((from) => labels[from]),
  );
}

/** What a layer's rows are mapped by. */
interface RowsMapping extends MapRequest {
  readonly shuffles: readonly (readonly number[])[];
  /** The perplexity. */
  readonly used: number;
}

/** Maps rows, one per text. */
export async function mapRows(
  rows: Rows,
  { labels, count, spec, shuffles, used }: RowsMapping,
  options: WorkOptions,
): Promise<{ readonly layer: Omit<TextMapLayer, "layer" | "hook">; readonly missed: number }> {
  const turns = new Turns(options);
  const gram = await gramOf(rows, turns);
  const squared = squaredDistances(gram);
  const [first, second] = await leadingScores(centredGram(gram), 2, turns);
  const far = spec.metric === "cosine" ? cosineDistances(gram) : rooted(squared);
  const own = silhouettes(far, labels, count);
  const shuffled: number[] = [];
  for (const order of shuffles) {
    await turns.pause();
    shuffled.push(mean(silhouettes(far, order, count)));
  }
  const silhouette: MapSilhouette = {
    mean: mean(own),
    byLabel: Array.from({ length: count }, (_, k) => mean(own.filter((_, i) => labels[i] === k))),
    shuffled,
    percentile: percentileOf(mean(own), shuffled) ?? 0,
  };
  const pca = {
    points: Array.from(first.scores, (x, i) => [x, second.scores[i]] as const),
    explained: [first.explained, second.explained] as const,
  };
  const isOnePlace = squared.data.every((value) => value === 0);
  if (labels.length < leastForTsne || isOnePlace)
    return { layer: { pca, tsne: null, silhouette }, missed: 0 };
  const drawn = await tsne(
    squared,
    { perplexity: used, seed: spec.seed, steps: tsneSteps },
    turns,
    (done) => {
      if (done % 50 === 0) options.onProgress?.({ done, total: tsneSteps, message: "" });
    },
  );
  const points = labels.map((_, i) => [drawn.points[2 * i], drawn.points[2 * i + 1]] as const);
  const picture = { points, divergence: drawn.divergence };
  return { layer: { pca, tsne: picture, silhouette }, missed: drawn.missed };
}

const rooted = ({ data, n }: Square): Square => ({ data: data.map(Math.sqrt), n });

/** The largest silhouette of all blocks, among the largest of each draw. */
function bestOf(layers: readonly TextMapLayer[]): TextMap["best"] {
  const blocks = layers.flatMap(({ layer, silhouette }) => (layer === null ? [] : [{ layer, silhouette }]));
  const best = blocks.reduce((most, one) => (one.silhouette.mean > most.silhouette.mean ? one : most));
  const draws = best.silhouette.shuffled.map((_, k) =>
    Math.max(...blocks.map(({ silhouette }) => silhouette.shuffled[k])),
  );
  return { layer: best.layer, percentile: percentileOf(best.silhouette.mean, draws) ?? 0 };
}

function warningsOf({ texts, labels, count, spec }: MapRequest, used: number, missed: number): string[] {
  const sizes = sizesOf(labels, count);
  const [fewest, most] = [Math.min(...sizes), Math.max(...sizes)];
  const first = sink({ texts, position: spec.position });
  const warnings: string[] = first === null ? [] : [first];
  if (fewest < 5) warnings.push(`Few texts: a label has ${fewest} of them, so its silhouette says little.`);
  if (most > 2 * fewest) warnings.push(`Unbalanced: labels have from ${fewest} to ${most} texts.`);
  if (labels.length < leastForTsne)
    warnings.push(`Fewer than ${leastForTsne} texts have no t-SNE, which is about neighbours.`);
  else if (used < spec.perplexity)
    warnings.push(
      `A perplexity of ${spec.perplexity} is too large for ${labels.length} texts; ${Number(used.toFixed(2))} was used.`,
    );
  if (missed > 0)
    warnings.push(
      `Ties: ${missed} texts have too many others at one distance to have that perplexity at some layer.`,
    );
  return warnings;
}
