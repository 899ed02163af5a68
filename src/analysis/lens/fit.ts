/**
 * Fitting a trained lens: one affine translator per layer, so that what the model's end makes of a layer's row comes
 * near to what it makes of the last. Least squares first, then KL steps, for which the gradient of final norm and
 * unembedding is enough; of what was tried, each layer keeps what is best on windows held out for choosing.
 *
 * Source: Belrose et al., "Eliciting latent predictions from transformers with the tuned lens", 2023.
 */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { gaussian, seededRandom } from "../../base/random";
import type { Translator } from "../../graph/lensMath";
import type { HeldOut } from "../../protocol/lensFile";
import { type LensSubject, meanDivergences, rowsOf } from "./fit/evaluate";
import { type FitState, type LayerFit, newFitState, noTranslator } from "./fit/state";
import { takeStep } from "./fit/steps";
import type { FitWindows } from "./fit/windows";

/** How often, over all steps, the translators are judged on the windows that choose. */
const checks = 10;

/** What a lens is fitted on. */
export interface FitRequest {
  readonly windows: FitWindows;
  readonly steps: number;
  readonly seed: number;
  /** Where an earlier call stopped. It is changed as the work goes on, and whole whenever this call rejects. */
  readonly state?: FitState;
  /** Called at places from which going on is worth while. */
  readonly onState?: (state: FitState) => Promise<void>;
}

/** A fitted lens with its quality. */
export interface FittedLens {
  readonly translators: readonly Translator[];
  readonly heldOut: HeldOut;
  readonly positions: number;
}

/** Fits a lens; rejects with {CancelledError} with the state such that the same request goes on from there. */
export async function fitLens(
  subject: LensSubject,
  request: FitRequest,
  options: WorkOptions = {},
): Promise<FittedLens> {
  const { nLayers, dModel } = subject.runner.info;
  const { state = newFitState(nLayers, dModel), windows } = request;
  if (state.phase === "statistics") {
    await gather(subject, state, request, options);
    await solve(subject, state, request, options);
    await request.onState?.(state);
  }
  await descend(subject, state, request, options);
  const translators = state.layers.map((layer) => layer.best);
  const random = translators.map((translator, l) => randomLike(translator, request.seed + l));
  const lenses = [translators.map(() => null), translators, random];
  const judged = await meanDivergences(subject, windows.report, lenses, {
    ...options,
    message: "Judging on held-out text",
  });
  const [logit, trained, drawn] = judged.kl;
  return {
    translators,
    heldOut: {
      positions: judged.positions,
      layers: state.layers.map(({ from }, layer) => {
        const kl = { logit: logit[layer], trained: trained[layer], random: drawn[layer] };
        return { layer, ...kl, from, ...(kl.trained > kl.logit ? { worse: true as const } : {}) };
      }),
    },
    positions: windows.fit.reduce((sum, ids) => sum + ids.length - 1, 0),
  };
}

async function gather(
  subject: LensSubject,
  state: FitState,
  { windows: { fit } }: FitRequest,
  options: WorkOptions,
): Promise<void> {
  for (; state.next < fit.length; state.next++) {
    options.onProgress?.({ done: state.next, total: fit.length, message: "Least squares: reading" });
    const { layers, final } = await rowsOf(subject, fit[state.next], options);
    throwIfCancelled(options.signal);
    // Not to be cut: either all layers have seen a window, or none.
    for (const [l, rows] of layers.entries()) await state.moments[l].add(subject.math, rows, final);
  }
}

async function solve(
  subject: LensSubject,
  state: FitState,
  { windows }: FitRequest,
  options: WorkOptions,
): Promise<void> {
  const solved: Translator[] = [];
  const total = state.moments.length;
  for (const [l, moments] of state.moments.entries()) {
    options.onProgress?.({ done: l, total, message: "Least squares: solving" });
    solved.push(await moments.solve(options));
  }
  const lenses = [solved.map(() => null), solved];
  const message = "Least squares: judging";
  const { kl } = await meanDivergences(subject, windows.choose, lenses, { ...options, message });
  const d = subject.runner.info.dModel;
  state.layers = solved.map((own, l): LayerFit => {
    const helps = kl[1][l] < kl[0][l];
    const best = helps ? own : noTranslator(d);
    return {
      current: copied(best),
      momentum: noTranslator(d),
      best,
      bestKl: helps ? kl[1][l] : kl[0][l],
      from: helps ? "least squares" : "none",
    };
  });
  Object.assign(state, { phase: "steps", next: 0, moments: [] });
}

async function descend(
  subject: LensSubject,
  state: FitState,
  { windows, steps, seed, onState }: FitRequest,
  options: WorkOptions,
): Promise<void> {
  const every = Math.max(1, Math.ceil(steps / checks));
  const isCheck = (done: number): boolean => done > 0 && (done % every === 0 || done === steps);
  for (;;) {
    if (isCheck(state.next) && state.judged < state.next) {
      await judge(subject, state, windows.choose, options);
      state.judged = state.next;
      await onState?.(state);
    }
    if (state.next >= steps) return;
    options.onProgress?.({ done: state.next, total: steps, message: "KL steps" });
    await takeStep(subject, state.layers, { step: state.next, steps, seed, windows: windows.fit }, options);
    state.next++;
  }
}

/** Keeps what is better than before, layer by layer. */
async function judge(
  subject: LensSubject,
  state: FitState,
  windows: FitWindows["choose"],
  options: WorkOptions,
): Promise<void> {
  const current = state.layers.map((layer) => layer.current);
  const message = "KL steps: judging";
  const { kl } = await meanDivergences(subject, windows, [current], { ...options, message });
  state.layers.forEach((layer, l) => {
    if (!(kl[0][l] < layer.bestKl)) return;
    Object.assign(layer, { best: copied(layer.current), bestKl: kl[0][l], from: "KL steps" });
  });
}

const copied = ({ a, b }: Translator): Translator => ({ a: a.slice(), b: b.slice() });

/** Random numbers with the norm of a translator's matrix and that of its vector. */
function randomLike({ a, b }: Translator, seed: number): Translator {
  const draw = gaussian(seededRandom(seed));
  const like = (values: Float32Array): Float32Array => {
    const drawn = Float32Array.from(values, draw);
    const factor = length(values) / length(drawn);
    return drawn.map((value) => value * factor);
  };
  return { a: like(a), b: like(b) };
}

const length = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
