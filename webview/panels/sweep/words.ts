/** What the Sweep page says in words. */
import type { SteeringSweepPlan, SweepCells, SweepControls } from "../../../src/protocol/steeringSweep";
import type { SweepOutcome, SweepPanelData } from "../../../src/protocol/sweepPanel";
import { number, percent } from "../../shared/format";
import type { Scaled } from "./scaled";

/** A cell by layer and strength. */
export const cellName = (layer: number, strength: number): string => `layer ${layer} × ${number(strength)}`;

/** The cell at a row and a column. */
export function nameOf({ layers, strengths }: SweepCells, [row, column]: readonly [number, number]): string {
  return cellName(layers[row] ?? 0, strengths[column] ?? 0);
}

/** What is edited, in a sentence. */
export function editSentence({ edits }: SteeringSweepPlan): string {
  return edits.map(editWords).join("; ");
}

function editWords({ op, hook, value, positions }: Readonly<Record<string, unknown>>): string {
  const where = typeof positions === "string" ? positions : "chosen positions";
  return `${String(op)} ${valueWords(value)}at ${String(hook)}, ${where}`;
}

function valueWords(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  if (Array.isArray(value)) return "numbers ";
  const { text, minus, direction, ids } = value as Record<string, unknown>;
  const less = typeof minus === "string" ? ` − “${minus}”` : "";
  if (typeof text === "string") return `“${text}”${less} `;
  if (typeof direction === "string") return `${direction} `;
  return ids === undefined ? "" : "ids ";
}

/** How many cells are there, and what came of them. */
export function outcomeSentence({ plan, cells, outcome }: SweepPanelData): string {
  const all = cells.layers.length * cells.strengths.length;
  if (!outcome) {
    const done = cells.effect.flat().filter((value) => value !== null).length;
    return `${done} of ${all} cells measured.`;
  }
  const within = plan.mostCost === undefined ? "" : ` at a cost of at most ${number(plan.mostCost)}`;
  const best = outcome.best
    ? `Best effect${within}: ${nameOf(cells, outcome.best)}.`
    : `No cell costs at most ${number(plan.mostCost)}.`;
  const { length } = outcome.pareto;
  const front = length === 1 ? "1 cell is" : `${length} cells are`;
  return `${best} ${front} on the Pareto front: none has as good an effect at less cost.`;
}

/** Whether strength zero left the model alone. */
export function zeroSentence({ zero }: SweepControls): string {
  return zero.same
    ? "Strength zero gives the plain model’s numbers to the last bit."
    : "Strength zero does not give the plain model’s numbers: do not trust this sweep.";
}

/** Where the cell stands among its nulls. */
export function nullSentences({ percentiles, isotropic, shuffled }: SweepControls): string[] {
  const said = (share: number | null, draws: readonly unknown[], what: string): string[] =>
    share === null
      ? []
      : [
          `Its effect is better than that of ${Math.round(share * draws.length)} of ${draws.length} ${what} (${percent(share)}).`,
        ];
  const all = [
    ...said(percentiles.isotropic, isotropic, "random directions of equal norm"),
    ...said(percentiles.shuffled, shuffled, "random prompt pairs of equal norm"),
  ];
  return all.length > 0 ? all : ["No random directions were run: nothing to compare with."];
}

/** How a plot is told to those who do not see it. */
export function frontLabel({ cells, outcome }: SweepPanelData, effect: Scaled, cost: Scaled): string {
  const on = (outcome?.pareto ?? []).slice(0, 8).map(([row, column]) => {
    const [e, c] = [cells.effect[row]?.[column] ?? null, cells.cost[row]?.[column] ?? null];
    return `${nameOf(cells, [row, column])}: ${effect.says(e)} at ${cost.says(c)}`;
  });
  return `Effect against cost of every cell. Pareto front: ${on.join("; ") || "not known yet"}`;
}

/** Names of controls, and what they are. */
export const controlNames = {
  real: "this cell",
  zero: "strength zero",
  isotropic: "random direction",
  shuffled: "random prompt pair",
  positiveOnly: "added part alone",
  embeddingOnly: "embeddings alone",
} as const;

/** The whole result for a screen reader. */
export const summaryOf = (outcome: SweepOutcome | null): string =>
  outcome ? "The sweep is done." : "The sweep is running.";
