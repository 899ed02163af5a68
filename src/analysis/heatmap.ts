/**
 * A scalar for every token of a text of any length: what the editor colours by, window by window.
 *
 * Windows are those of `scoreTokens`: they move by half their length, and each token is measured once, in the first
 * window that reaches it. A surprisal here is a log-probability there, to the last bit, where windows are as long.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import { aboutOf, type HeatmapMeasure, type HeatmapPart, type HeatmapTop } from "../protocol/heatmap";
import type { TokenInfo } from "../protocol/model";
import { requireIds } from "./common/analysisError";
import { tokenWindows, type TokenWindow } from "./common/tokenWindows";
import { attention } from "./heatmap/attention";
import { depth, entropy, rank, surprisal } from "./heatmap/predictions";
import { direction, neuron, norm } from "./heatmap/states";
import {
  alternatives,
  idsOf,
  type HeatmapSection,
  type Measure,
  type MeasuredAlong,
  type MeasuredWindow,
  type WindowValues,
} from "./heatmap/window";
import type { WindowCache } from "./heatmap/windowCache";

/** Milliseconds after which an answer ends with the window it is at, so that the first colours come soon. */
const enoughMs = 120;

const measures: Readonly<Record<HeatmapMeasure["kind"], Measure>> = {
  surprisal,
  rank,
  entropy,
  depth,
  neuron,
  norm,
  direction,
  attention,
};

/** What is asked of a section. */
export interface HeatmapRequest {
  readonly section: HeatmapSection;
  readonly measure: HeatmapMeasure;
  /** Most tokens of a window. */
  readonly most: number;
  /** Index of a token; the answer begins with the window that measures it. */
  readonly from: number;
  /** For attention: index of the chosen token; null where the section has it not. */
  readonly at?: number | null;
  readonly cache?: WindowCache;
  /** For a direction: what its file holds. */
  readonly along?: MeasuredAlong | undefined;
}

/**
 * The values of the window that measures a token, and of those after it as far as that goes quickly.
 * @throws {AnalysisError} "empty-input", "out-of-range"; {HookError} "absent-hook", "unknown-hook"
 */
export async function heatmapPart(
  runner: Runner,
  vocabulary: Vocabulary,
  request: HeatmapRequest,
  options: WorkOptions = {},
): Promise<HeatmapPart> {
  const { section, measure, most, from, cache } = request;
  requireIds(section.ids);
  const started = performance.now();
  const parts: { window: TokenWindow; values: WindowValues }[] = [];
  for (const window of tokenWindows(section.ids.length, most, section.first)) {
    if (window.end <= from) continue;
    if (parts.length > 0 && performance.now() - started > enoughMs) break;
    throwIfCancelled(options.signal);
    const measured = { section, window, most, measure, at: request.at ?? null, along: request.along };
    const key = keyOf(measured);
    const values = cache?.get(key) ?? (await measures[measure.kind](runner, measured, options));
    cache?.put(key, values);
    parts.push({ window, values });
  }
  return partOf(section, measure, parts, vocabulary);
}

/** Index of the token that an offset lies in (of several in one character the last); null where there is none. */
export function tokenAt({ tokens }: HeatmapSection, offset: number): number | null {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].start <= offset) low = middle + 1;
    else high = middle;
  }
  const found = tokens[low - 1];
  return found !== undefined && offset < found.end ? low - 1 : null;
}

/** Two windows of the same key have the same values. */
function keyOf(measured: MeasuredWindow): string {
  const { measure, window, at, section, most, along } = measured;
  // A row of attention comes from the chosen token's window, which may be another one.
  const where = measure.kind === "attention" && at !== null ? [at - window.start, at, most].join(" ") : "";
  const ids =
    measure.kind === "attention" && measure.direction === "from"
      ? section.ids.slice(Math.max(0, window.start - most), window.end + most)
      : idsOf(measured);
  return `${JSON.stringify(measure)} ${along?.key ?? ""} ${where} ${window.from - window.start} ${window.start === 0} ${ids.join()}`;
}

function partOf(
  section: HeatmapSection,
  measure: HeatmapMeasure,
  parts: readonly { window: TokenWindow; values: WindowValues }[],
  vocabulary: Vocabulary,
): HeatmapPart {
  const from = parts[0]?.window.from ?? section.ids.length;
  const end = parts.at(-1)?.window.end ?? section.ids.length;
  const tokens = section.tokens.slice(from, end);
  const sinks = new Set([
    0,
    ...parts.flatMap(({ values }) => (values.sink === undefined ? [] : values.sink)),
  ]);
  const uncounted = tokens.flatMap((token, i) => (sinks.has(from + i) || token.special === true ? [i] : []));
  return {
    about: aboutOf(measure),
    ids: tokens.map(({ id }) => id),
    starts: tokens.map(({ start }) => start),
    ends: tokens.map((token) => token.end),
    bytes: tokens.map((token, i) => bytesOf(token, section.tokens[from + i - 1])),
    values: parts.flatMap(({ values }) => values.values),
    uncounted,
    top: topOf(parts, vocabulary),
    next: end < section.tokens.length ? section.tokens[end].start : null,
  };
}

const encoder = new TextEncoder();

/** UTF-8 bytes of what a token covers; nothing where the token before it covers the same. */
function bytesOf(token: TokenInfo, before: TokenInfo | undefined): number {
  if (token.end <= token.start || (before !== undefined && before.end >= token.end)) return 0;
  return token.text === null ? 0 : encoder.encode(token.text).length;
}

function topOf(parts: readonly { values: WindowValues }[], vocabulary: Vocabulary): HeatmapTop | null {
  if (parts.some(({ values }) => values.top === null)) return null;
  const ids = parts.flatMap(({ values }) => values.top?.ids ?? []);
  const texts: Record<number, string> = {};
  for (const id of ids) {
    const text = id < 0 || id in texts ? null : vocabulary.text(id);
    if (text !== null) texts[id] = text;
  }
  return { k: alternatives, ids, logProbs: parts.flatMap(({ values }) => values.top?.logProbs ?? []), texts };
}
