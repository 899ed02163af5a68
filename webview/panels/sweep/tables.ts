/** The Sweep page as tables. */
import type { EffectAndCost } from "../../../src/protocol/steeringSweep";
import type { SweepPanelData } from "../../../src/protocol/sweepPanel";
import { number } from "../../shared/format";
import type { TableCell, TableData } from "../../shared/table";
import { orderOf, ordered } from "./order";
import type { Scaled } from "./scaled";
import { controlNames } from "./words";

/** One number per cell: a row per layer, a column per strength. */
export function gridTable(
  { cells }: SweepPanelData,
  rows: readonly (readonly (number | null)[])[],
  { name, shown }: Pick<Scaled, "name" | "shown">,
): TableData {
  const order = orderOf(cells);
  const values = ordered(order, rows);
  return {
    caption: `${name}, by layer and strength`,
    columns: ["layer", ...order.columns.map((column) => `× ${number(cells.strengths[column])}`)],
    rows: order.rows.map((row, i) => [
      cells.layers[row] ?? null,
      ...values[i]!.map((value) => (value === null ? null : shown(value))),
    ]),
  };
}

/** One row per cell, the best effects of the front first. */
export function frontTable({ cells, outcome }: SweepPanelData, effect: Scaled, cost: Scaled): TableData {
  const front = new Set((outcome?.pareto ?? []).map(([row, column]) => `${row} ${column}`));
  const order = orderOf(cells);
  const best = outcome?.best?.join(" ");
  const all = order.rows.flatMap((row) =>
    order.columns.map((column): TableCell[] => {
      const [e, c] = [cells.effect[row]?.[column] ?? null, cells.cost[row]?.[column] ?? null];
      const key = `${row} ${column}`;
      return [
        cells.layers[row] ?? null,
        cells.strengths[column] ?? null,
        e === null ? null : effect.shown(e),
        c === null ? null : cost.shown(c),
        cells.relativeNorm[row]?.[column] ?? null,
        front.has(key) ? "yes" : "no",
        key === best ? "yes" : "no",
      ];
    }),
  );
  return {
    caption: "Every cell of the sweep",
    columns: ["layer", "strength", effect.name, cost.name, "‖edit‖ / ‖residual‖", "on the front", "best"],
    rows: all,
  };
}

/** One row per control. */
export function controlTable({ outcome }: SweepPanelData, effect: Scaled, cost: Scaled): TableData {
  const row = (name: string, one: EffectAndCost | undefined): TableCell[][] =>
    one ? [[name, effect.shown(one.effect), cost.shown(one.cost)]] : [];
  const controls = outcome?.controls;
  const draws = (name: string, all: readonly EffectAndCost[] = []): TableCell[][] =>
    all.flatMap((one, i) => row(`${name} ${i + 1}`, one));
  return {
    caption: "A cell and its controls",
    columns: ["run", effect.name, cost.name],
    rows: controls
      ? [
          ...row(controlNames.real, controls.real),
          ...row(controlNames.zero, controls.zero),
          ...row(controlNames.positiveOnly, controls.positiveOnly),
          ...row(controlNames.embeddingOnly, controls.embeddingOnly),
          ...draws(controlNames.isotropic, controls.isotropic),
          ...draws(controlNames.shuffled, controls.shuffled),
        ]
      : [],
  };
}

/** The table of activation additions: both ratios of every cell side by side. */
export function ratioTable({ cells }: SweepPanelData, names: readonly [string, string]): TableData {
  const order = orderOf(cells);
  const [on, off] = [ordered(order, cells.effect), ordered(order, cells.cost)];
  return {
    caption: `Perplexity ratios: ${names[0]}; ${names[1]}`,
    columns: [
      "layer",
      ...order.columns.flatMap((column) => {
        const strength = number(cells.strengths[column]);
        return [`× ${strength} on topic`, `× ${strength} off topic`];
      }),
    ],
    rows: order.rows.map((row, i) => [
      cells.layers[row] ?? null,
      ...on[i]!.flatMap((value, j) => [value, off[i]![j]!]),
    ]),
  };
}
