/** How far fitting a lens has come: everything that going on needs, as plain arrays. */
import type { Translator } from "../../../graph/lensMath";
import type { HeldOutLayer } from "../../../protocol/lensFile";
import { indices } from "../../common/reads";
import { Moments } from "./moments";

/** What one layer's translator is so far. */
export interface LayerFit {
  /** What KL steps move. */
  current: Translator;
  readonly momentum: Translator;
  /** The best by the KL on the windows that choose. */
  best: Translator;
  bestKl: number;
  from: HeldOutLayer["from"];
}

/** The state between two pieces of work. `next` is the next window of the statistics, or the next step. */
export interface FitState {
  phase: "statistics" | "steps";
  next: number;
  /** Steps that were taken when the translators were judged last. */
  judged: number;
  /** One per layer; empty once they are solved. */
  moments: Moments[];
  /** One per layer; empty until then. */
  layers: LayerFit[];
}

/** A translator that changes nothing. */
export function noTranslator(d: number): Translator {
  return { a: new Float32Array(d * d), b: new Float32Array(d) };
}

/** Nothing done yet. */
export function newFitState(nLayers: number, d: number): FitState {
  return {
    phase: "statistics",
    next: 0,
    judged: 0,
    moments: indices(nLayers).map(() => new Moments(d)),
    layers: [],
  };
}

/** A state as it is stored. */
export interface StoredFit {
  readonly arrays: ReadonlyMap<string, Float32Array | Float64Array>;
  /** JSON. */
  readonly notes: string;
}

const momentNames = ["xx", "yx", "x", "y", "shiftX", "shiftY"] as const;
const translatorNames = ["current", "momentum", "best"] as const;

/** Takes a state apart; the arrays are the state's own. */
export function storeFit(state: FitState): StoredFit {
  const arrays = new Map<string, Float32Array | Float64Array>();
  state.moments.forEach((moments, l) => {
    for (const name of momentNames) arrays.set(`${l}.${name}`, moments[name]);
  });
  state.layers.forEach((layer, l) => {
    for (const name of translatorNames) {
      arrays.set(`${l}.${name}.a`, layer[name].a);
      arrays.set(`${l}.${name}.b`, layer[name].b);
    }
  });
  const { phase, next, judged } = state;
  const layers = state.layers.map(({ bestKl, from }) => ({ bestKl, from }));
  return {
    arrays,
    notes: JSON.stringify({ phase, next, judged, counts: state.moments.map(({ n }) => n), layers }),
  };
}

interface Notes {
  readonly phase: FitState["phase"];
  readonly next: number;
  readonly judged: number;
  readonly counts: readonly number[];
  readonly layers: readonly Pick<LayerFit, "bestKl" | "from">[];
}

/** Puts a state together again; null where something is missing or has another size. */
export function restoreFit({ arrays, notes }: StoredFit, d: number): FitState | null {
  const { phase, next, judged, counts, layers } = JSON.parse(notes) as Notes;
  const state: FitState = { phase, next, judged, moments: counts.map((n) => new Moments(d, n)), layers: [] };
  const isWhole = state.moments.every((moments, l) =>
    momentNames.every((name) => fill(moments[name], arrays.get(`${l}.${name}`))),
  );
  const parts = layers.map((layer, l) => {
    const [current, momentum, best] = translatorNames.map((name) => {
      const translator = noTranslator(d);
      const filled = (["a", "b"] as const).every((part) =>
        fill(translator[part], arrays.get(`${l}.${name}.${part}`)),
      );
      return filled ? translator : null;
    });
    return current && momentum && best ? { ...layer, current, momentum, best } : null;
  });
  if (!isWhole || parts.includes(null)) return null;
  state.layers = parts.filter((part) => part !== null);
  return state;
}

function fill(to: Float32Array | Float64Array, from: Float32Array | Float64Array | undefined): boolean {
  if (from === undefined || from.length !== to.length) return false;
  to.set(from);
  return true;
}
