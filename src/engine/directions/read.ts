/** Directions of files, read along a text. */
import { basename } from "node:path";
import { scoresOf } from "../../analysis/common/alongDirection";
import type { MeasuredAlong } from "../../analysis/heatmap/window";
import type { WorkOptions } from "../../base/cancel";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { DirectionHeader, DirectionLayer, DirectionReading } from "../../protocol/direction";
import { EngineError } from "../engineError";
import type { OpenModel } from "../model";
import { type DirectionContents, hookAt, readDirection } from "../store/directionStore";
import { subjectOf } from "./given";

/**
 * A direction that fits a model; its digest is computed only where the file names one.
 * @throws {EngineError} "bad-direction", "direction-of-another-model", "direction-width"
 */
export async function directionFor(
  open: OpenModel,
  file: string,
  work: WorkOptions,
): Promise<DirectionContents> {
  return readDirection(file, subjectOf(open, await open.digest(work)));
}

/** Layers of a direction with what a score along several of them parts at. */
export interface ChosenLayers {
  readonly layers: readonly DirectionLayer[];
  /** Mean of the layers' thresholds; null where one has none. */
  readonly threshold: number | null;
  readonly spread: number | null;
}

/**
 * The layers asked for; the best one for null.
 * @throws {EngineError} "bad-request" for one that the direction lacks
 */
export function chosenLayers(
  { layers, bestLayer, name }: DirectionHeader,
  asked: readonly number[] | null,
): ChosenLayers {
  const chosen = (asked ?? [bestLayer]).map((layer) => {
    const found = layers.find((one) => one.layer === layer);
    if (found) return found;
    const has = layers.map((one) => one.layer).join(", ");
    throw new EngineError("bad-request", `${name} has no layer ${layer}.`, { next: `Its layers: ${has}.` });
  });
  const mean = (of: "threshold" | "spread"): number | null =>
    chosen.some((one) => one[of] === null)
      ? null
      : chosen.reduce((sum, one) => sum + (one[of] ?? 0), 0) / chosen.length;
  return { layers: chosen, threshold: mean("threshold"), spread: mean("spread") };
}

/** What a heatmap of a direction measures along. */
export async function measuredAlong(
  open: OpenModel,
  measure: Extract<HeatmapMeasure, { kind: "direction" }>,
  work: WorkOptions,
): Promise<MeasuredAlong> {
  const { header, vectors } = await directionFor(open, measure.file, work);
  const { layers, threshold } = chosenLayers(header, measure.layers);
  const along = layers.map(({ layer }) => ({
    hook: hookAt(layer, header.hook),
    vector: vectors.get(layer)!,
  }));
  // Vectors that were written anew are other vectors.
  const sums = along.map(({ vector }) => vector.reduce((sum, x, d) => sum + x * Math.cos(d), 0));
  return { key: sums.join(), vectors: along, threshold: measure.centred ? (threshold ?? 0) : 0 };
}

/** What is read along directions. */
export interface ReadRequest {
  readonly ids: readonly number[];
  readonly files: readonly string[];
  /** Null: all that each direction has. */
  readonly layers: readonly number[] | null;
  /** Positions whose scores are given; all where they are left out. */
  readonly positions?: readonly number[];
  /** Layers whose mean is given too, as far as a direction has them; null: each direction's best. */
  readonly strip?: readonly number[] | null;
}

interface Found {
  readonly file: string;
  readonly contents: DirectionContents;
  readonly layers: readonly DirectionLayer[];
}

/** Scores of each token of some ids along directions, at all their layers or those asked for, in one run. */
export async function readAlong(
  open: OpenModel,
  request: ReadRequest,
  work: WorkOptions,
): Promise<DirectionReading[]> {
  const { ids, files, positions } = request;
  const found: Found[] = [];
  for (const file of files) {
    const contents = await directionFor(open, file, work);
    const all = contents.header.layers;
    const layers = request.layers === null ? all : chosenLayers(contents.header, request.layers).layers;
    found.push({ file, contents, layers });
  }
  const along = found.flatMap(({ contents: { header, vectors }, layers }) =>
    layers.map(({ layer }) => ({ hook: hookAt(layer, header.hook), vector: vectors.get(layer)! })),
  );
  // What is typed is read at its end: there the keys and values before it are cached.
  const where = positions ? { positions, cache: "prefix" as const } : {};
  const scores = await scoresOf(open.runner, { ids, along, ...where }, work);
  let at = 0;
  return found.map((one) => {
    const { file, contents, layers } = one;
    const { header } = contents;
    const read = layers.map(({ layer, threshold, spread }) => ({
      layer,
      threshold,
      spread,
      scores: Array.from(scores[at++]),
    }));
    return {
      file,
      name: header.name === "" ? basename(file) : header.name,
      bestLayer: header.bestLayer,
      layers: read,
      ...(request.strip === undefined ? {} : { strip: stripOf(one, read, request.strip) }),
    };
  });
}

/** The mean over some of the layers that were read; over the best one where a direction has none of them. */
function stripOf(
  { contents: { header } }: Found,
  read: DirectionReading["layers"],
  asked: readonly number[] | null,
): NonNullable<DirectionReading["strip"]> {
  const there = (asked ?? []).filter((layer) => read.some((one) => one.layer === layer));
  const { layers, threshold, spread } = chosenLayers(header, there.length > 0 ? there : null);
  const used = layers.flatMap(({ layer }) => read.filter((one) => one.layer === layer));
  const n = used[0]?.scores.length ?? 0;
  const scores = Array.from(
    { length: n },
    (_, i) => used.reduce((sum, one) => sum + one.scores[i], 0) / used.length,
  );
  return { layers: layers.map(({ layer }) => layer), threshold, spread, scores };
}
