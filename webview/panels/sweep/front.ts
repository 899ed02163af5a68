/** Effect against cost of every cell, with the Pareto front. */
import type { SweepPanelData } from "../../../src/protocol/sweepPanel";
import { costScatter, type CostPoint, type PointKind } from "../../plots/costScatter";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import type { PageContext } from "../../shared/page";
import { theme } from "../../shared/theme";
import { signedRoot, type Scaled } from "./scaled";
import { frontTable } from "./tables";
import { cellName, frontLabel } from "./words";

/** A cell of the plan: row, column. */
type Cell = readonly [number, number];

/** A figure whose points are pointed at and chosen. */
export class FrontPart {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private readonly picture = h("div", { class: "front-picture" });
  private drawn: { readonly data: SweepPanelData; readonly effect: Scaled; readonly cost: Scaled } | null =
    null;

  constructor(
    context: PageContext,
    private readonly events: {
      readonly onInspect: (cell: Cell) => void;
      readonly onChoose: (cell: Cell) => void;
    },
  ) {
    this.figure = new Figure(context, {
      name: "sweep-front",
      title: "Effect against cost",
      table: () => {
        if (!this.drawn) throw new Error("Nothing has been swept yet.");
        return frontTable(this.drawn.data, this.drawn.effect, this.drawn.cost);
      },
      data: () => this.drawn && { ...this.drawn.data.cells, ...this.drawn.data.outcome },
    });
    this.figure.body.append(this.picture);
    this.element = this.figure.element;
    this.picture.addEventListener("pointerover", (event) => {
      const cell = cellOf(event.target);
      if (cell) this.events.onInspect(cell);
    });
    this.picture.addEventListener("click", (event) => {
      const cell = cellOf(event.target);
      if (cell) this.events.onChoose(cell);
    });
  }

  update(data: SweepPanelData, effect: Scaled, cost: Scaled): void {
    this.drawn = { data, effect, cost };
    const width = Math.max(220, Math.min(560, this.element.clientWidth || 560));
    const points = pointsOf(data, effect, cost);
    const { mostCost } = data.plan;
    const axis = ({ name, zero, fromShown, away, says }: Scaled) => ({
      ...{ name, zero },
      at: (value: number) => signedRoot(away(fromShown(value))),
      says: (value: number) => says(fromShown(value)),
    });
    const options = {
      ...{ width, height: Math.round(Math.min(340, Math.max(220, width * 0.62))), theme: theme() },
      ...{ across: axis(cost), up: axis(effect) },
      most: mostCost === undefined ? null : cost.shown(mostCost),
      label: frontLabel(data, effect, cost),
    };
    fill(this.picture, points.length === 0 ? null : costScatter(points, options));
    fill(this.figure.key, h("p", { class: "note" }, keyWords(data)));
    this.figure.changed();
  }

  /** Marks the cell that is pointed at. */
  point(cell: Cell | null): void {
    const key = cell?.join(" ");
    for (const group of this.picture.querySelectorAll("g[data-key]"))
      group.classList.toggle("is-pointed", group.getAttribute("data-key") === key);
  }
}

function cellOf(target: EventTarget | null): Cell | null {
  const key = target instanceof Element ? target.closest("g[data-key]")?.getAttribute("data-key") : null;
  const [row, column] = (key ?? "").split(" ").map(Number);
  return key && row !== undefined && column !== undefined ? [row, column] : null;
}

function pointsOf({ cells, outcome }: SweepPanelData, effect: Scaled, cost: Scaled): CostPoint[] {
  const front = new Set((outcome?.pareto ?? []).map((cell) => cell.join(" ")));
  const best = outcome?.best?.join(" ");
  return cells.layers.flatMap((layer, row) =>
    cells.strengths.flatMap((strength, column): CostPoint[] => {
      const [e, c] = [cells.effect[row]?.[column] ?? null, cells.cost[row]?.[column] ?? null];
      // What went beyond all numbers has no place; the maps and the table have it.
      if (e === null || c === null || !Number.isFinite(e) || !Number.isFinite(c)) return [];
      const key = `${row} ${column}`;
      const kind: PointKind = key === best ? "best" : front.has(key) ? "front" : "cell";
      const name = cellName(layer, strength);
      const says = `${name}: effect ${effect.says(e)}, cost ${cost.says(c)}`;
      const label = kind === "cell" ? {} : { label: `${layer} × ${String(strength).replace("-", "−")}` };
      return [{ effect: effect.shown(e), cost: cost.shown(c), kind, says, key, ...label }];
    }),
  );
}

function keyWords({ outcome, plan }: SweepPanelData): string {
  const lines = "Dashed: the plain model; axes go by the square root of the distance from it.";
  if (!outcome) return `A point per cell. ${lines}`;
  const better = outcome.better === "higher" ? "more" : "less";
  const most = plan.mostCost === undefined ? "" : " within the most cost";
  return `A point per cell; large: the Pareto front, named layer × strength; ringed: the best effect${most}. Of the effect ${better} is better, of the cost less. ${lines}`;
}
