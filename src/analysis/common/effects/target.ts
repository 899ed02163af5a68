/** The prediction that effects are measured on: which position, which tokens, and what the plain run says there. */
import type { WorkOptions } from "../../../base/cancel";
import type { BaseRun, Runner, Vocabulary } from "../../../graph/runner";
import type { RunWindow } from "../../../protocol/model";
import type {
  AskedToken,
  Effect,
  EffectChoice,
  EffectTarget,
  NamedToken,
} from "../../../protocol/neuronEffects";
import { AnalysisError } from "../analysisError";

/** Finds the token that a text is; null when it is none, or several. */
export type TokenOf = (text: string) => number | null;

/** What finding a target takes. */
export interface TargetRequest {
  /** A kept run of the window. */
  readonly base: BaseRun;
  readonly window: RunWindow;
  readonly choice: EffectChoice;
  /** Where nobody chose a position. */
  readonly position: number;
  readonly tokenOf: TokenOf;
}

/** A target with the last residual stream at its position, and the plain run's measures. */
export interface FoundTarget {
  readonly target: EffectTarget;
  readonly row: Float32Array;
  readonly plain: Effect;
}

/**
 * The target of a choice; what was left open is chosen by the text and the plain run.
 * @throws {AnalysisError} "bad-target" for a position, token or pair that cannot be measured
 */
export async function findTarget(
  runner: Runner,
  vocabulary: Vocabulary,
  request: TargetRequest,
  options: WorkOptions = {},
): Promise<FoundTarget> {
  const { base, window, choice } = request;
  const position = positionOf(window, choice.position ?? request.position);
  const work = { signal: options.signal };
  const row = await base.final({ edits: [], positions: [position] }, work);
  const best = (await runner.decode({ rows: row, k: 3 }, work)).ids[0];
  const next = position + 1 < window.ids.length ? window.ids[position + 1] : best[0];
  const token = choice.token === undefined ? next : askedId(runner, choice.token, request.tokenOf);
  const other = best.find((id) => id !== token) ?? token;
  const minus = choice.minus === undefined ? other : askedId(runner, choice.minus, request.tokenOf);
  if (minus === token) throw badTarget("A logit difference needs two tokens; both are the same.");
  const named = (id: number): NamedToken => ({ id, text: vocabulary.text(id) });
  const measured = await measures(runner, row, [token, minus], options);
  return { target: { position, token: named(token), minus: named(minus) }, row, plain: measured[0] };
}

/** Log-probability of the first token and its logit less the second's, per row of the last residual stream. */
export async function measures(
  runner: Runner,
  rows: Float32Array,
  [token, minus]: readonly [number, number],
  options: WorkOptions & { readonly run?: Parameters<Runner["decode"]>[0]["run"] } = {},
): Promise<Effect[]> {
  const request = { rows, k: 1, track: [[token, minus]], run: options.run, first: 0 };
  const decoded = await runner.decode(request, { signal: options.signal });
  return decoded.tracked.map(([of, against], i) => ({
    logProb: of.logit - decoded.logSumExp[i],
    logitDiff: of.logit - against.logit,
  }));
}

/** a − b, measure by measure. */
export function difference(a: Effect, b: Effect): Effect {
  return { logProb: a.logProb - b.logProb, logitDiff: a.logitDiff - b.logitDiff };
}

function positionOf({ ids }: RunWindow, asked: number): number {
  const position = asked < 0 ? ids.length + asked : asked;
  if (position >= 0 && position < ids.length) return position;
  throw badTarget(`There is no position ${asked}: ${ids.length} tokens were run.`);
}

/**
 * The id of a token that was asked for.
 * @throws {AnalysisError} "bad-target"
 */
export function askedId({ info }: Runner, asked: AskedToken, tokenOf: TokenOf): number {
  if (typeof asked === "number") {
    if (asked >= 0 && asked < info.dVocab) return asked;
    throw badTarget(`The model has no token with the id ${asked}.`);
  }
  const id = tokenOf(asked);
  if (id !== null) return id;
  throw badTarget(`${JSON.stringify(asked.slice(0, 40))} is not one token of this model.`);
}

function badTarget(message: string): AnalysisError {
  const next = "Choose a position of the text and tokens of the model; a leading space belongs to a token.";
  return new AnalysisError("bad-target", message, { next });
}
