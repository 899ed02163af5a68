/** Cutting a text into the windows that a lens is fitted, chosen and judged on. */
import { AnalysisError } from "../../common/analysisError";
import { indices } from "../../common/reads";

/** Longer windows cost more than they teach. */
const longest = 512;

/** Windows of ids: what is fitted on, what chooses between fits, and what the quality is told of. */
export interface FitWindows {
  readonly fit: readonly (readonly number[])[];
  readonly choose: readonly (readonly number[])[];
  readonly report: readonly (readonly number[])[];
}

/** How a text is cut. */
export interface CutOptions {
  readonly nCtx: number;
  /** Most tokens of all windows together. */
  readonly tokens: number;
  /** The text's ids, and whether the first of them is a BOS that each window begins with. */
  readonly text: { readonly ids: readonly number[]; readonly bos: boolean };
  /** A share of the windows, from the text's end; or the ids of another text. */
  readonly heldOut: number | { readonly ids: readonly number[]; readonly bos: boolean };
}

/** Tokens of a window for a context of so many. */
export function windowLength(nCtx: number): number {
  return Math.min(longest, nCtx);
}

/**
 * Windows of a text, evenly spread over it where not all are wanted. The held-out ones are halved by turns: one half
 * chooses, the other is what the quality is told of.
 * @throws {AnalysisError} "too-little-text"
 */
export function cutWindows({ nCtx, tokens, text, heldOut }: CutOptions): FitWindows {
  const length = windowLength(nCtx);
  const most = Math.max(3, Math.ceil(tokens / length));
  const all = spread(windowsOf(text, length), most);
  const nHeld = typeof heldOut === "number" ? Math.max(2, Math.round(heldOut * all.length)) : 0;
  const fit = all.slice(0, all.length - nHeld);
  const held =
    typeof heldOut === "number" ? all.slice(-nHeld) : spread(windowsOf(heldOut, length), Math.ceil(most / 4));
  if (fit.length < 1 || held.length < 2 || all.length < nHeld + 1) throw tooLittle(length);
  return {
    fit,
    choose: held.filter((_, i) => i % 2 === 0),
    report: held.filter((_, i) => i % 2 === 1),
  };
}

function windowsOf({ ids, bos }: { ids: readonly number[]; bos: boolean }, length: number): number[][] {
  const first = bos ? ids.slice(0, 1) : [];
  const rest = ids.slice(first.length);
  const each = length - first.length;
  const n = Math.ceil(rest.length / each);
  const cut = indices(n).map((i) => [...first, ...rest.slice(i * each, (i + 1) * each)]);
  // One position is left out of each, and two are few.
  return cut.filter((window) => window.length >= 4);
}

function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return indices(most).map((i) => all[Math.floor((i * all.length) / most)]);
}

function tooLittle(length: number): AnalysisError {
  const message = `The text is too short to fit a lens and to judge it: three windows of ${length} tokens are the least.`;
  return new AnalysisError("too-little-text", message, { next: "Give a longer text." });
}
