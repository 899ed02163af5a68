/** The pictures of a neuron's effects: strips among controls, and a row for each strength. */
import type { AblatedNeuron, Effect, NeuronEffects, StrengthRow } from "../../../src/protocol/neuronEffects";
import { controlStrip } from "../../plots/controlStrip";
import { h } from "../../shared/dom";
import { logs, number, percent, probability } from "../../shared/format";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** The measures by the names they are shown under. */
export const measureNames: Readonly<Record<keyof Effect, string>> = {
  logProb: "log-probability",
  logitDiff: "logit difference",
};
const unitOf = (measure: keyof Effect): string => (measure === "logProb" ? logUnit() : "logits");
const shownAs = (measure: keyof Effect, value: number): number =>
  measure === "logProb" ? inLogUnit(value) : value;

/** Per measure the direct and the exact effect, on one scale, each among the matched neurons'. */
export function effectStrips(effects: NeuronEffects, width: number): readonly HTMLElement[] {
  return (["logProb", "logitDiff"] as const).map((measure) => {
    const ways = waysOf(effects, measure);
    const values = ways.flatMap(({ value, controls }) => [value, ...controls]);
    const range = [Math.min(0, ...values), Math.max(0, ...values)] as const;
    const strips = ways.map(({ name, value, controls, share }) => {
      const label = `${measureNames[measure]}, ${name}`;
      const unit = unitOf(measure);
      return h(
        "div",
        { class: "effect-strip" },
        h(
          "p",
          { class: "effect-name" },
          name,
          share === null
            ? null
            : h("span", { class: "muted" }, ` · larger than ${percent(share)} of ${controls.length}`),
        ),
        controlStrip({ value, controls, label, unit, width, range, theme: theme() }),
      );
    });
    return h("div", { class: "effect" }, h("h3", { class: "part-title" }, measureNames[measure]), ...strips);
  });
}

interface Way {
  readonly name: string;
  readonly value: number;
  readonly controls: readonly number[];
  readonly share: number | null;
}

function waysOf({ effect, controls, percentile }: NeuronEffects, measure: keyof Effect): readonly Way[] {
  const exact: Way = {
    name: "ablated (exact)",
    value: shownAs(measure, effect.exact[measure]),
    controls: controls.map((one) => shownAs(measure, one.exact[measure])),
    share: percentile?.exact[measure] ?? null,
  };
  if (effect.direct === null) return [exact];
  const directOf = (one: AblatedNeuron): number => shownAs(measure, one.direct?.[measure] ?? 0);
  const direct: Way = {
    name: "direct path (approximation)",
    value: directOf(effect),
    controls: controls.map(directOf),
    share: percentile?.direct?.[measure] ?? null,
  };
  return [direct, exact];
}

/** A row per factor: what the model says then, here and on the unrelated line. */
export function strengthRows({ strengths, elsewhere, target }: NeuronEffects): readonly HTMLElement[] {
  const most = Math.max(
    ...strengths.map(({ kl }) => kl),
    ...(elsewhere?.strengths.map(({ kl }) => kl) ?? []),
    1e-9,
  );
  const rows = strengths.map((row, i) => {
    const other = elsewhere?.strengths[i];
    return h(
      "tr",
      {},
      h("th", { scope: "row", class: "num" }, `×${row.factor}`),
      h("td", { class: "num" }, probability(row.logProb)),
      h("td", {}, klBar(row.kl, most)),
      h("td", { class: "strength-top" }, ...faces(row)),
      other ? h("td", {}, klBar(other.kl, most)) : null,
      other ? h("td", { class: "strength-top" }, ...faces(other)) : null,
    );
  });
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "strength"),
    h("th", { scope: "col" }, "P(", tokenFace(target.token.text, target.token.id), ")"),
    h("th", { scope: "col" }, "KL here"),
    h("th", { scope: "col" }, "says here"),
    elsewhere ? h("th", { scope: "col" }, "KL elsewhere") : null,
    elsewhere ? h("th", { scope: "col" }, "says elsewhere") : null,
  );
  const line = elsewhere
    ? `Elsewhere, as a control, is the line “${elsewhere.line}”, the neuron multiplied at each of its tokens; KL is the mean over them.`
    : "Without a tokenizer there is no unrelated line to compare with.";
  return [
    h(
      "div",
      { class: "strength-scroll" },
      h("table", { class: "strengths" }, h("thead", {}, head), h("tbody", {}, ...rows)),
    ),
    h(
      "p",
      { class: "note" },
      `Here the activation is multiplied on the selection. KL from the plain run, in ${logUnit()}. ${line}`,
    ),
  ];
}

function faces({ top }: StrengthRow): readonly HTMLElement[] {
  return top.slice(0, 2).map(({ id, text, logProb }) => {
    const face = h("span", { class: "strength-token" }, tokenFace(text, id), ` ${probability(logProb)}`);
    return face;
  });
}

function klBar(kl: number, most: number): HTMLElement {
  const bar = h("span", { class: "kl-bar", "aria-hidden": "true" });
  bar.style.width = `${Math.round((100 * kl) / most)}%`;
  bar.style.backgroundColor = theme().dataLine;
  // What is left of two runs that are the same is rounding.
  const words = kl < 1e-9 ? "0" : number(inLogUnit(kl));
  return h(
    "span",
    { class: "kl", title: logs(kl) },
    h("span", { class: "num" }, words),
    h("span", { class: "kl-track" }, bar),
  );
}
