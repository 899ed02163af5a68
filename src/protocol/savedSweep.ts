/**
 * The outcome of a sweep as a file beside its plan: what `introspect sweep` prints, for people to review and for version
 * control to compare. Numbers are rounded, so that another machine's last digits are no change; rows stand on one line.
 */
import { parseJson } from "./decode";
import type { SteeringSweepRan } from "./steeringSweep";

/** Digits that are kept: more than anybody reads and fewer than machines agree on. */
const digits = 5;

/** The file's text. */
export function savedSweepText(result: SteeringSweepRan): string {
  const {
    layers,
    strengths,
    effect,
    cost,
    effectOf,
    costOf,
    better,
    baseline,
    relativeNorm,
    pareto,
    best,
    controls,
    warnings,
    bos,
    digest,
  } = result;
  const facts = { version: 1, kind: "sweep-result", digest, bos };
  const of = { layers, strengths, effectOf, costOf, better, baseline, effect, cost, relativeNorm };
  const saved = { ...facts, ...of, pareto, best, controls, warnings };
  const text = JSON.stringify(saved, (_, value: unknown) => rounded(value), 2);
  // A JSON string holds no line break of its own, so that these breaks are always between entries.
  const flat = (list: string): string => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]");
  return `${text.replace(/\[\n[^[\]{}"]*\]/g, flat).replace(/\{\n\s+"effect": [^[\]{}]*\}/g, flat)}\n`;
}

/** Whether a text is such a file, so that what somebody else keeps there is not written over. */
export function isSavedSweep(text: string): boolean {
  try {
    const value = parseJson(text, "The result") as { readonly kind?: unknown } | null;
    return value?.kind === "sweep-result";
  } catch {
    // What is no JSON is no result.
    return false;
  }
}

function rounded(value: unknown): unknown {
  if (typeof value !== "number" || Number.isInteger(value)) return Object.is(value, -0) ? 0 : value;
  return Number(value.toPrecision(digits));
}
