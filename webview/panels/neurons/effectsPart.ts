/** What the chosen neuron does to a prediction: which prediction, the effects beside their controls, and strengths. */
import {
  restOfText,
  type Ablation,
  type AskedToken,
  type EffectChoice,
  type NamedToken,
  type NeuronEffects,
} from "../../../src/protocol/neuronEffects";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import type { PageContext } from "../../shared/page";
import { quoted, visibleText } from "../../shared/tokenText";
import { button, Dropdown, TextField, type Choice } from "../../shared/ui";
import { effectStrips, strengthRows } from "./effectPictures";
import { effectTable, strengthTable } from "./effectTables";

/** Largest factors that are offered. */
const strongest = ["2", "4", "8", "16", "64"];

/** A part that is updated in place. */
export class EffectsPart {
  readonly element = h("div", { class: "effects-part" });
  private readonly at = new Dropdown("After", (value) => this.ask({ position: Number(value) }));
  private readonly token = new Dropdown("token", (value) => this.ask({ token: Number(value) }));
  private readonly minus = new Dropdown("against", (value) => this.ask({ minus: Number(value) }));
  private readonly ablation = new Dropdown("Ablated to", (value) =>
    this.ask({ ablation: value === "zero" ? "zero" : "mean" }),
  );
  private readonly most = new Dropdown("Amplified up to", (value) => this.ask({ strongest: Number(value) }));
  private readonly other = new TextField("Another token", () => this.askOther());
  private readonly says = h("p", { class: "note" });
  private readonly effects: Figure;
  private readonly strengths: Figure;
  private readonly fields: HTMLElement;
  private shown: NeuronEffects | null = null;

  constructor(private readonly context: PageContext) {
    const table = (make: (of: NeuronEffects) => ReturnType<typeof effectTable>) => () => make(this.need());
    this.effects = new Figure(context, {
      name: "neuron-effects",
      title: "What it does here",
      table: table(effectTable),
      data: () => this.shown,
    });
    this.strengths = new Figure(context, {
      name: "neuron-strengths",
      title: "Suppressed and amplified",
      table: table(strengthTable),
      data: () => this.shown && { strengths: this.shown.strengths, elsewhere: this.shown.elsewhere },
    });
    const rank = h(
      "div",
      { class: "field-row" },
      button("Rank by log-probability", () => this.rank("logProb")),
      button("Rank by logit difference", () => this.rank("logitDiff")),
    );
    this.fields = h(
      "div",
      { class: "effect-fields no-export" },
      h("div", { class: "field-row" }, this.at.element, this.token.element, this.minus.element),
      h("div", { class: "field-row" }, this.other.element, this.ablation.element),
      rank,
    );
  }

  /** Shows the effects; that they are not there yet where they are not. */
  update(effects: NeuronEffects | undefined, loading: boolean): void {
    this.shown = effects ?? null;
    if (!effects) {
      const words = loading ? "What it does to a prediction comes next." : "Its effects were not measured.";
      const again = button("Measure effects", () => this.context.host.ask("neurons/effects", {}));
      fill(this.element, h("p", { class: "muted" }, words), loading ? null : again);
      return;
    }
    this.updateFields(effects);
    setText(this.says, targetSentence(effects));
    const width = Math.max(220, Math.min(720, this.element.clientWidth || 420));
    fill(this.effects.body, this.fields, this.says, ...effectStrips(effects, width));
    fill(this.strengths.body, this.most.element, ...strengthRows(effects));
    if (!this.effects.element.isConnected) fill(this.element, this.effects.element, this.strengths.element);
    this.effects.changed();
    this.strengths.changed();
  }

  private updateFields(effects: NeuronEffects): void {
    const { window, selected, target, plain } = effects;
    const places = [...new Set([...selected, target.position])].sort((a, b) => a - b);
    const at = places.map((pos): Choice => {
      const token = window.tokens[pos];
      const label = `${pos} ${token ? visibleText(token.text, token.id) : ""}`;
      return { value: String(pos), label };
    });
    this.at.update(at, String(target.position));
    const next = window.tokens[target.position + 1];
    const known = [target.token, target.minus, ...(next ? [next] : []), ...plain.top];
    const byId = new Map<number, NamedToken>(known.map((one) => [one.id, one]));
    const tokens = [...byId.values()].map(({ id, text }): Choice => {
      return { value: String(id), label: visibleText(text, id) };
    });
    this.token.update(tokens, String(target.token.id));
    this.minus.update(tokens, String(target.minus.id));
    const ways = [
      { value: "mean", label: "its mean over the rest of the text" },
      { value: "zero", label: "zero" },
    ];
    this.ablation.update(ways, effects.ablation);
    const factor = String(effects.strengths.at(-1)?.factor ?? 8);
    const factors = [...new Set([...strongest, factor])].map((value) => ({ value, label: `×${value}` }));
    this.most.update(factors, factor);
  }

  private ask(change: EffectChoice): void {
    const { target, strengths } = this.need();
    const chosen = {
      position: target.position,
      token: target.token.id,
      minus: target.minus.id,
      ablation: this.chosenAblation(),
      strongest: strengths.at(-1)?.factor ?? 8,
    };
    // At another place other tokens are likely: they are chosen anew.
    const { token: _token, minus: _minus, ...elsewhere } = chosen;
    const kept = change.position === undefined ? chosen : elsewhere;
    this.context.host.ask("neurons/effects", { ...kept, ...change });
  }

  private askOther(): void {
    const { value } = this.other;
    if (value === "") return;
    const token: AskedToken = /^#\d+$/.test(value) ? Number(value.slice(1)) : value;
    this.ask({ token });
    this.other.value = "";
  }

  private rank(by: "logProb" | "logitDiff"): void {
    const { position, token, minus } = this.need().target;
    const effect = { position, token: token.id, minus: minus.id, ablation: this.chosenAblation() };
    this.context.host.ask("neurons/order", { by, effect });
  }

  /** What holds for other texts too: zero for want of a mean was not chosen. */
  private chosenAblation(): Ablation {
    const { ablation, window, selected } = this.need();
    return restOfText(window, selected).length > 0 ? ablation : "mean";
  }

  private need(): NeuronEffects {
    if (!this.shown) throw new Error("There are no effects yet.");
    return this.shown;
  }
}

/** What the neuron is set to; `nRest`: tokens of the text beside the selection. */
function ablatedWords(
  { ablation, ablatedTo }: Pick<NeuronEffects, "ablation" | "ablatedTo">,
  nRest: number,
): string {
  const rest = nRest === 1 ? "1 token" : `${nRest} tokens`;
  if (ablation === "mean") return `its mean over the rest of the text (${rest}), ${ablatedTo.toPrecision(3)}`;
  return nRest > 0 ? "zero" : "zero (beside the selection there is no text to take a mean over)";
}

/** Which prediction it is, what is done to the neuron, and how the two ways differ. */
export function targetSentence({
  target,
  window,
  ablatedTo,
  activation,
  ablation,
  noDirect,
  selected,
}: NeuronEffects): string {
  const at = window.tokens[target.position];
  const where = at ? quoted(at.text, at.id) : `position ${target.position}`;
  const to = ablatedWords({ ablation, ablatedTo }, restOfText(window, selected).length);
  return (
    `The prediction after ${where} (position ${target.position}): log-probability of ${quoted(target.token.text, target.token.id)}, ` +
    `and its logit less that of ${quoted(target.minus.text, target.minus.id)}. There the activation is ${activation.toPrecision(3)}; ablated on the selection to ${to}. ` +
    "Positive: the neuron raises it. Ticks: neurons of the same layer matched on |activation| · length of what they write. " +
    (noDirect ?? "Direct path: norm scales frozen, nothing later recomputed: an approximation.")
  );
}
