/**
 * Makes a direction: reads the pairs' states at all layers, fits a vector per layer, judges it on held-out pairs beside
 * two nulls, and chooses the best layer by pairs that are neither fitted to nor judged on.
 *
 * Sources: Zou et al., "Representation engineering", 2023; Turner et al., "Activation addition", 2023.
 */
import type { WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import { editHook } from "../protocol/editHook";
import type {
  DirectionData,
  DirectionHeader,
  DirectionLayer,
  DirectionPosition,
} from "../protocol/direction";
import { AnalysisError } from "./common/analysisError";
import { Turns } from "./common/turns";
import type { Rows } from "./common/vectors";
import { type Fit, judge, type Judged } from "./directions/judge";
import { fitDirection, type FittedMethod, type Label } from "./directions/methods";
import { nearestTokens } from "./directions/nearest";
import { type DirectionText, embeddingRows, readStates, type States } from "./directions/states";
import { type Split, splitTexts } from "./directions/split";
import { resultWarnings, textWarnings } from "./directions/warnings";

/** What a direction is made of: fitted to texts, what a head writes on them, or vectors given per layer. */
export type DirectionSource =
  | { readonly kind: FittedMethod }
  | { readonly kind: "head"; readonly layer: number; readonly head: number }
  | {
      readonly kind: "given";
      readonly vectors: ReadonlyMap<number, Float64Array>;
      readonly bestLayer: number;
    };

/** What is asked. */
export interface DirectionRequest {
  readonly source: DirectionSource;
  readonly texts: readonly DirectionText[];
  /** Name of the hook without its layer. */
  readonly hook: string;
  /** Ascending. */
  readonly layers: readonly number[];
  readonly position: DirectionPosition;
  readonly testShare: number;
  readonly seed: number;
  readonly draws: number;
}

/** A direction with what is known of it; the caller adds names and digests. */
export interface DirectionResult extends Pick<
  DirectionHeader,
  "layers" | "bestLayer" | "chosenOn" | "warnings"
> {
  readonly texts: DirectionData["texts"];
  readonly vectors: ReadonlyMap<number, Float32Array>;
}

/** Indices of texts by the part they are in. */
type Parts = Split;

/**
 * Makes it.
 * @throws {AnalysisError} "missing-hook", "out-of-range", "too-large", "too-few-pairs", "not-finite"
 */
export async function makeDirection(
  runner: Runner,
  vocabulary: Vocabulary,
  request: DirectionRequest,
  options: WorkOptions = {},
): Promise<DirectionResult> {
  const { source, texts, layers, position, hook } = request;
  requireHooks(runner, request);
  const hooks = layers.map((layer) => `blocks.${layer}.${hook}`);
  const head =
    source.kind === "head"
      ? { hook: `blocks.${source.layer}.attn.hook_result`, head: source.head }
      : undefined;
  const states =
    texts.length === 0
      ? new Map<string, Rows>()
      : await readStates(runner, { texts, position, hooks, head }, options);
  const parts = splitTexts(request.texts, request.testShare, request.seed);
  const turns = new Turns(options);
  const judged: Judged[] = [];
  for (const [i, name] of hooks.entries()) {
    options.onProgress?.({ done: i, total: hooks.length, message: "Judging the direction at each layer" });
    await turns.pause();
    const rows = states.get(name);
    judged.push(
      rows === undefined
        ? unjudged(request, layers[i])
        : await judgeLayer(request, { i, rows, states, parts }, turns),
    );
  }
  const nearest = await nearestTokens(runner, vocabulary, hooks, judged);
  const all = layers.map((layer, i): DirectionLayer => {
    const { vector: _vector, choice: _choice, ...numbers } = judged[i];
    return { layer, ...numbers, nearest: nearest[i] };
  });
  const best = bestOf(request, judged, parts);
  const known = [...parts.train, ...parts.validation];
  const embedding = states.get(embeddingRows) ?? null;
  const about = texts.length > 0 ? textWarnings({ texts, position, known, test: parts.test, embedding }) : [];
  const chosen = all.find(({ layer }) => layer === best.bestLayer) ?? all[0];
  return {
    layers: all,
    ...best,
    warnings: [...about, ...degenerate(all), ...resultWarnings(chosen)],
    texts: { train: parts.train.length, validation: parts.validation.length, test: parts.test.length },
    vectors: new Map(layers.map((layer, i) => [layer, Float32Array.from(judged[i].vector)])),
  };
}

function requireHooks(runner: Runner, { layers, hook, source, texts }: DirectionRequest): void {
  const { nLayers, nHeads, hooks } = runner.info;
  const far = layers.find((layer) => layer >= nLayers);
  if (far !== undefined)
    throw outOfRange(`The model has no layer ${far}.`, `Choose layers below ${nLayers}.`);
  for (const layer of layers) {
    const name = `blocks.${layer}.${hook}`;
    const part = editHook(name, runner.info)?.part;
    if (hooks.includes(name) && (part === "residual" || part === "neurons" || part === "heads")) continue;
    const next = "Take hook_resid_post, or another hook of `introspect model` that holds vectors.";
    throw new AnalysisError("missing-hook", `The model has no directions at ${name}.`, { next });
  }
  requireWidths(runner, { layers, hook, source });
  if (source.kind === "head" && (source.layer >= nLayers || source.head >= nHeads))
    throw outOfRange(
      `The model has no head ${source.layer}.${source.head}.`,
      `Choose a layer below ${nLayers} and a head below ${nHeads}.`,
    );
  if (source.kind === "pca" && new Set(texts.map(({ pair }) => pair)).size < 2) {
    const next = 'Give more pairs, or take the method "mean-difference".';
    throw new AnalysisError("too-few-pairs", "Principal components need two pairs or more.", { next });
  }
}

/** What is written into the stream is as wide as the stream, and so must the hook be. */
function requireWidths(
  runner: Runner,
  { layers, hook, source }: Pick<DirectionRequest, "layers" | "hook" | "source">,
): void {
  for (const layer of layers) {
    const width = editHook(`blocks.${layer}.${hook}`, runner.info)?.width;
    const given =
      source.kind === "given"
        ? source.vectors.get(layer)?.length
        : source.kind === "head"
          ? runner.info.dModel
          : width;
    if (given === width) continue;
    const said = `A vector of ${given ?? 0} numbers is no direction at ${hook}, which has ${width}.`;
    throw new AnalysisError("shape-mismatch", said, { next: "Take hook_resid_post." });
  }
}

function outOfRange(said: string, next: string): AnalysisError {
  return new AnalysisError("out-of-range", said, { next });
}

async function judgeLayer(
  { source, texts, layers, seed, draws }: DirectionRequest,
  at: { readonly i: number; readonly rows: Rows; readonly states: States; readonly parts: Parts },
  turns: Turns,
): Promise<Judged> {
  const { i, rows, states, parts } = at;
  const labels: readonly Label[] = texts;
  const fit = fitOf(source, { layer: layers[i], rows, states });
  return judge({ rows, labels, ...parts, fit, turned: source.kind !== "given" }, { draws, seed }, turns);
}

function fitOf(
  source: DirectionSource,
  { layer, rows, states }: { readonly layer: number; readonly rows: Rows; readonly states: States },
): Fit {
  if (source.kind === "given") return () => source.vectors.get(layer) ?? new Float64Array(rows.width);
  if (source.kind !== "head")
    return (labels, which, seed) => fitDirection(source.kind, { rows, labels, which }, seed);
  const written = states.get(`blocks.${source.layer}.attn.hook_result`) as Rows;
  return (labels, which, seed) => fitDirection("mean-difference", { rows: written, labels, which }, seed);
}

/** A vector that no text was run for. */
function unjudged({ source }: DirectionRequest, layer: number): Judged {
  const vector = (source.kind === "given" ? source.vectors.get(layer) : undefined) ?? new Float64Array(0);
  return {
    vector,
    choice: null,
    accuracy: null,
    interval: null,
    nulls: { isotropic: [], shuffled: [] },
    percentile: { isotropic: null, shuffled: null },
    pairAccuracy: null,
    validation: null,
    norm: Math.hypot(...vector),
    residNorm: null,
    threshold: null,
    spread: null,
  };
}

/**
 * The layer that is most accurate on the validation part, of equals the one whose classes lie furthest apart there;
 * with too few pairs for one, on the training part. A rule where nothing can be compared: a given vector's own layer,
 * else the middle of those asked for.
 */
function bestOf(
  { source, layers, texts }: DirectionRequest,
  judged: readonly Judged[],
  { validation }: Parts,
): Pick<DirectionHeader, "bestLayer" | "chosenOn"> {
  const comparable = source.kind !== "given" && new Set(texts.map(({ pair }) => pair)).size > 1;
  const middle = source.kind === "given" ? source.bestLayer : layers[layers.length >> 1];
  if (!comparable) return { bestLayer: middle, chosenOn: "rule" };
  const best = judged.reduce((best, { choice }, i) => {
    const than = judged[best].choice;
    if (choice === null || than === null) return choice === null ? best : i;
    const better = choice.accuracy - than.accuracy || choice.separation - than.separation;
    return better > 0 ? i : best;
  }, 0);
  return { bestLayer: layers[best], chosenOn: validation.length > 0 ? "validation" : "training" };
}

function degenerate(layers: readonly DirectionLayer[]): string[] {
  const none = layers.filter(({ norm }) => norm === 0).map(({ layer }) => layer);
  if (none.length === 0) return [];
  return [
    `No difference: at layer ${none.join(", ")} the direction has no length; the classes are the same there.`,
  ];
}
