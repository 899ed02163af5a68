/**
 * Activation patching, layer by position: one run's values set into another, and what that does to the difference of
 * the two runs' answers. As a check the base's own values are patched into it, which must change nothing; as a control
 * random values as far from the base's as the source's are.
 *
 * Source: Meng et al., "Locating and editing factual associations in GPT", 2022; Heimersheim and Nanda, "How to use and
 * interpret activation patching", 2024 (logit differences, both directions).
 */
import type { WorkOptions } from "../base/cancel";
import { gaussian, seededRandom } from "../base/random";
import type { BaseRun, Runner, Vocabulary } from "../graph/runner";
import type { ScoredToken, TokenInfo } from "../protocol/model";
import {
  patchPlaces,
  type PatchAlign,
  type PatchMap,
  type PatchPair,
  type PatchPlace,
  type PatchResult,
} from "../protocol/patch";
import { AnalysisError, requireIds } from "./common/analysisError";
import { percentileOf } from "./common/percentile";
import { indices, readAt, rowOf } from "./common/reads";
import { alignAs } from "./patch/align";
import { Cells, type Replaced } from "./patch/cells";
import { movedMost } from "./patch/movedMost";

/** Random values patched at the cell with the largest effect. */
export const noiseDraws = 20;
/** Cells of a place in which the base's own values are patched. */
const selfCells = 24;
/** Most cells of one place. */
export const mostCells = 20_000;

/** A text's tokens. */
export interface PatchText {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenInfo[];
  /** Where the compared text begins, behind its context; 0 where it is left out. */
  readonly from?: number;
}

/** What to patch into what. */
export interface PatchRequest {
  readonly base: PatchText;
  readonly source: PatchText;
  /** Which positions correspond; found from the tokens where left out. */
  readonly align?: PatchAlign | undefined;
  /** Tokens whose logits are measured; the two runs' own answers where left out, or what differs most where these are one. */
  readonly token?: number | undefined;
  readonly against?: number | undefined;
  readonly seed?: number | undefined;
}

const siteOf: Readonly<Record<PatchPlace, string>> = {
  resid: "hook_resid_pre",
  attn: "hook_attn_out",
  mlp: "hook_mlp_out",
};

/**
 * Patches the source into the base at every layer and aligned position.
 * @throws {AnalysisError} "empty-input", "not-aligned", "same-answer", "out-of-range"
 */
export async function patchRuns(
  runner: Runner,
  vocabulary: Vocabulary,
  request: PatchRequest,
  options: WorkOptions = {},
): Promise<PatchResult> {
  const { base, source } = request;
  requireIds(base.ids);
  requireIds(source.ids);
  const alignment = alignAs(request.align, { from: 0, ...base }, { from: 0, ...source });
  const patched = alignment.pairs.slice(alignment.same);
  requireFew(patched.length, runner.info.nLayers);
  const work = { signal: options.signal };
  const kept = await runner.base(base.ids, work);
  const other = await runner.base(source.ids, work);
  const answers = { base: await answerOf(runner, kept, work), source: await answerOf(runner, other, work) };
  const asked = { token: request.token ?? answers.source.id, against: request.against ?? answers.base.id };
  const isOpen = request.token === undefined && request.against === undefined;
  const moved =
    isOpen && asked.token === asked.against
      ? await movedMost(runner, { base: kept, source: other }, work)
      : null;
  const measured = moved ?? asked;
  requireTokens(runner, measured);
  const cells = new Cells(runner, kept, measured);
  const baseline = await cells.plain(work);
  const target = await new Cells(runner, other, measured).plain(work);
  const random = gaussian(seededRandom(request.seed ?? 0));
  const places = patchPlaces.filter((place) => runner.info.hooks.includes(hookOf(place, 0)));
  const onCell = counter(options, places.length * placeCells(runner, patched.length));
  const maps: PatchMap[] = [];
  for (const place of places)
    maps.push(await mapOf({ runner, cells, baseline, place, patched, request, random, onCell }, work));
  const named = ({ id, logProb }: ScoredToken): ScoredToken => ({ id, text: vocabulary.text(id), logProb });
  const token = (id: number) => ({ id, text: vocabulary.text(id) });
  return {
    about: "next",
    base: { from: 0, ...base, answer: named(answers.base), measure: baseline },
    source: { from: 0, ...source, answer: named(answers.source), measure: target },
    token: token(measured.token),
    against: token(measured.against),
    ...(moved ? { movedMost: true } : {}),
    alignment,
    patched,
    maps,
  };
}

const hookOf = (place: PatchPlace, layer: number): string => `blocks.${layer}.${siteOf[place]}`;

/** @throws {AnalysisError} "out-of-range" */
function requireFew(nPairs: number, nLayers: number): void {
  if (nPairs * nLayers <= mostCells) return;
  const message = `${nPairs} positions in ${nLayers} layers are more than ${mostCells} patches of a kind.`;
  throw new AnalysisError("out-of-range", message, { next: "Choose shorter texts." });
}

async function answerOf(runner: Runner, run: BaseRun, options: WorkOptions): Promise<ScoredToken> {
  const rows = await run.final({ edits: [], positions: [run.ids.length - 1] }, options);
  const { ids, logits, logSumExp } = await runner.decode({ rows, k: 1 }, options);
  return { id: ids[0][0], text: null, logProb: logits[0][0] - logSumExp[0] };
}

/** @throws {AnalysisError} "same-answer", "out-of-range" */
function requireTokens({ info }: Runner, { token, against }: { token: number; against: number }): void {
  const wrong = [token, against].find((id) => !(Number.isInteger(id) && id >= 0 && id < info.dVocab));
  if (wrong !== undefined) {
    const next = `Ids of this model go from 0 to ${info.dVocab - 1}.`;
    throw new AnalysisError("out-of-range", `The model has no token with the id ${wrong}.`, { next });
  }
  if (token !== against) return;
  const message =
    "Both texts go on with the same token, so that there is no difference between their answers.";
  throw new AnalysisError("same-answer", message, {
    next: "Choose texts with other answers, or name both tokens.",
  });
}

/** How many cells a place takes, checks and controls included. */
const placeCells = ({ info }: Runner, nPairs: number): number =>
  2 * info.nLayers * nPairs + Math.min(selfCells, info.nLayers * nPairs) + noiseDraws;

function counter(options: WorkOptions, total: number): () => void {
  let done = 0;
  return () => options.onProgress?.({ done: ++done, total, message: "Patching" });
}

interface MapRequest {
  readonly runner: Runner;
  readonly cells: Cells;
  readonly baseline: number;
  readonly place: PatchPlace;
  readonly patched: readonly PatchPair[];
  readonly request: PatchRequest;
  readonly random: () => number;
  readonly onCell: () => void;
}

/** One place's effects, its self-patches and its noise. */
async function mapOf(at: MapRequest, options: WorkOptions): Promise<PatchMap> {
  const { runner, cells, baseline, place, patched, request, onCell } = at;
  const { nLayers } = runner.info;
  const layers = indices(nLayers);
  const source = await valuesOf(runner, place, request.source.ids, options);
  const own = await valuesOf(runner, place, request.base.ids, options);
  const cellOf = (layer: number, { base, source: from }: PatchPair): Replaced => ({
    hook: hookOf(place, layer),
    rows: [{ position: base, row: source(layer, from) }],
  });
  const all = layers.flatMap((layer) => patched.map((pair) => cellOf(layer, pair)));
  const byLayer = (values: readonly number[]): number[][] =>
    layers.map((layer) => values.slice(layer * patched.length, (layer + 1) * patched.length));
  const flat = (await cells.of(all, options, { onCell })).map((value) => value - baseline);
  const strongest = flat.reduce((best, value, i) => (Math.abs(value) > Math.abs(flat[best]) ? i : best), 0);
  const [layer, pair] = [Math.floor(strongest / patched.length), strongest % patched.length];
  const noiseAt = (one: number, cell: PatchPair) => noiseRow(at, { layer: one, pair: cell, source, own });
  const draws = await noiseOf(
    at,
    indices(noiseDraws).map(() => noiseAt(layer, patched[pair])),
    options,
  );
  const everywhere = layers.flatMap((one) => patched.map((cell) => noiseAt(one, cell)));
  const noise = await noiseOf(at, everywhere, options);
  const exceeded = flat.filter((value, i) => Math.abs(value) > Math.abs(noise[i])).length / flat.length;
  const percentile = percentileOf(Math.abs(flat[strongest]), draws.map(Math.abs)) as number;
  return {
    place,
    effects: byLayer(flat),
    self: await selfOf(at, own, options),
    noise: { layer, pair, effect: flat[strongest], draws, percentile },
    noiseMap: { effects: byLayer(noise), exceeded },
  };
}

type Values = (layer: number, position: number) => Float32Array;

/** What a run has at a place in every layer. */
async function valuesOf(
  runner: Runner,
  place: PatchPlace,
  ids: readonly number[],
  options: WorkOptions,
): Promise<Values> {
  const reads = indices(runner.info.nLayers).map((layer) => ({ hook: hookOf(place, layer) }));
  const run = await runner.run({ ids, reads, cache: "none" }, options);
  return (layer, position) => rowOf(readAt(run, hookOf(place, layer)), position);
}

/**
 * The base's own values at some cells, evenly spread. Position 0 is set to its own value too, so that these runs do
 * their sums in the very order in which the base did: nothing but a mistake can then change a bit.
 */
async function selfOf(
  { runner, cells, baseline, place, patched, onCell }: MapRequest,
  own: Values,
  options: WorkOptions,
): Promise<PatchMap["self"]> {
  const total = runner.info.nLayers * patched.length;
  const n = Math.min(selfCells, total);
  const chosen = indices(n).map((i): Replaced => {
    const cell = Math.floor((i * total) / n);
    const layer = Math.floor(cell / patched.length);
    const positions = [...new Set([0, patched[cell % patched.length].base])];
    const rows = positions.map((position) => ({ position, row: own(layer, position) }));
    return { hook: hookOf(place, layer), rows };
  });
  const values = await cells.of(chosen, options, { onCell, atOnce: 1 });
  return { largest: values.reduce((most, value) => Math.max(most, Math.abs(value - baseline)), 0), n };
}

/** A random value as far from the base's as the source's is. */
function noiseRow(
  { place, random }: MapRequest,
  { layer, pair, source, own }: { layer: number; pair: PatchPair; source: Values; own: Values },
): Replaced {
  const [there, here] = [source(layer, pair.source), own(layer, pair.base)];
  const distance = Math.hypot(...there.map((x, d) => x - here[d]));
  const direction = here.map(() => random());
  const scale = distance / Math.hypot(...direction);
  const row = here.map((x, d) => x + scale * direction[d]);
  return { hook: hookOf(place, layer), rows: [{ position: pair.base, row }] };
}

/** What random values do. */
async function noiseOf(
  { cells, baseline, onCell }: MapRequest,
  drawn: readonly Replaced[],
  options: WorkOptions,
): Promise<number[]> {
  return (await cells.of(drawn, options, { onCell })).map((value) => value - baseline);
}
