/** The bars of a neuron's card: promoted and suppressed tokens, and what drives it. */
import type { NeuronCard, WeightedToken } from "../../../src/protocol/neurons";
import { bars } from "../../plots/bars";
import { h } from "../../shared/dom";
import { number } from "../../shared/format";
import { tokenFace } from "../../shared/tokenStrip";
import { quoted } from "../../shared/tokenText";

const most = (tokens: readonly WeightedToken[]): number =>
  tokens.reduce((best, token) => Math.max(best, Math.abs(token.weight)), 0);

/** Promoted and suppressed tokens side by side, on one scale. */
export function writeBars(card: Pick<NeuronCard, "promotes" | "suppresses">): readonly HTMLElement[] {
  const full = Math.max(most(card.promotes), most(card.suppresses));
  const list = (label: string, tokens: readonly WeightedToken[]): HTMLElement =>
    h(
      "div",
      {},
      h("h3", { class: "part-title" }, label),
      tokens.length === 0
        ? h("p", { class: "muted" }, "none")
        : bars(
            tokens.map((token) => ({
              label: tokenFace(token.text, token.id),
              value: token.weight,
              words: number(token.weight),
            })),
            { full, signed: true, label },
          ),
    );
  return [
    h("div", { class: "pair" }, list("Promotes", card.promotes), list("Suppresses", card.suppresses)),
    h(
      "p",
      { class: "note" },
      "Change of each token’s logit per unit of activation: direct path only, norm gain folded in, scale left out.",
    ),
  ];
}

/** Contributions to the pre-activation at the neuron's strongest token. */
export function driverBars(card: NeuronCard): HTMLElement {
  const gated = card.drivers.some((driver) => driver.up !== undefined);
  const full = Math.max(...card.drivers.map((d) => Math.abs(d.contribution)), Math.abs(card.rest), 1e-12);
  const rows = card.drivers.map((driver) => ({
    label: driver.source,
    value: driver.contribution,
    words: gated ? `${number(driver.contribution)} · up ${number(driver.up)}` : number(driver.contribution),
  }));
  return bars([...rows, { label: "rest", value: card.rest, words: number(card.rest) }], {
    full,
    signed: true,
    label: "What drives the neuron",
  });
}

/** What the bars add up to, and under which assumption. */
export function driverSentence(card: NeuronCard): string {
  const token = card.window.tokens[card.driversAt];
  const where = token ? `At ${quoted(token.text, token.id)}` : `At position ${card.driversAt}`;
  const gate = card.drivers.some((driver) => driver.up !== undefined) ? "gate’s " : "";
  return `${where} they add up to the ${gate}pre-activation ${number(card.preActivation)}. Direct path only, norm scale frozen.`;
}
