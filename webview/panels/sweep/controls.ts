/** The controls of one cell: whether its effect is more than chance, and what else does as much. */
import type { EffectAndCost } from "../../../src/protocol/steeringSweep";
import type { SweepPanelData } from "../../../src/protocol/sweepPanel";
import { costScatter, type CostPoint, type PointKind } from "../../plots/costScatter";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import type { PageContext } from "../../shared/page";
import { theme } from "../../shared/theme";
import type { Scaled } from "./scaled";
import { controlTable } from "./tables";
import { cellName, controlNames, nullSentences, zeroSentence } from "./words";

/** A figure; hidden until the controls were run. */
export class ControlsPart {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private drawn: { readonly data: SweepPanelData; readonly effect: Scaled; readonly cost: Scaled } | null =
    null;

  constructor(context: PageContext) {
    this.figure = new Figure(context, {
      name: "sweep-controls",
      title: "Controls",
      table: () => {
        if (!this.drawn) throw new Error("No controls have been run yet.");
        return controlTable(this.drawn.data, this.drawn.effect, this.drawn.cost);
      },
      data: () => this.drawn?.data.outcome?.controls,
    });
    this.element = this.figure.element;
  }

  update(data: SweepPanelData, effect: Scaled, cost: Scaled): void {
    this.drawn = { data, effect, cost };
    const controls = data.outcome?.controls ?? null;
    this.element.hidden = controls === null;
    if (!controls) return;
    const { layer, strength } = controls.at;
    const chosen = controls.chosen === "best" ? ", the best cell" : "";
    this.figure.heading = `Controls at ${cellName(layer, strength)}${chosen}`;
    const { same } = controls.zero;
    const verdict = h(
      "p",
      { class: same ? "verdict" : "verdict bad" },
      h("span", { "aria-hidden": "true" }, same ? "✓ " : "✗ "),
      zeroSentence(controls),
    );
    const width = Math.max(220, Math.min(560, this.element.clientWidth || 560));
    const point = (kind: PointKind, name: string, one: EffectAndCost, label?: string): CostPoint => ({
      effect: effect.shown(one.effect),
      cost: cost.shown(one.cost),
      kind,
      says: `${name}: effect ${effect.says(one.effect)}, cost ${cost.says(one.cost)}`,
      ...(label === undefined ? {} : { label }),
    });
    const { positiveOnly, embeddingOnly } = controls;
    const single = (name: string, one: EffectAndCost | undefined): CostPoint[] =>
      one ? [point("other", name, one, name)] : [];
    const points = [
      point("best", controlNames.real, controls.real, controlNames.real),
      point("plain", controlNames.zero, controls.zero, controlNames.zero),
      ...single(controlNames.positiveOnly, positiveOnly),
      ...single(controlNames.embeddingOnly, embeddingOnly),
      ...controls.isotropic.map((one, i) => point("isotropic", `${controlNames.isotropic} ${i + 1}`, one)),
      ...controls.shuffled.map((one, i) => point("shuffled", `${controlNames.shuffled} ${i + 1}`, one)),
    ];
    const axis = (of: Scaled) => ({
      ...{ name: of.name, zero: of.zero, at: (value: number) => of.away(of.fromShown(value)) },
      says: (value: number) => of.says(of.fromShown(value)),
    });
    const sentences = nullSentences(controls);
    const picture = costScatter(points, {
      ...{ width, height: Math.round(Math.min(300, Math.max(200, width * 0.5))), theme: theme() },
      ...{ across: axis(cost), up: axis(effect), most: null },
      label: `Effect against cost of the cell and of its controls. ${sentences.join(" ")}`,
    });
    fill(this.figure.body, verdict, ...sentences.map((words) => h("p", {}, words)), picture);
    const key =
      "✕ a random direction, △ a random prompt pair, each of the same norm; + strength zero; □ what is run once.";
    fill(this.figure.key, h("p", { class: "note" }, key));
    this.figure.changed();
  }
}
