/** A neuron's effects, strengths and histogram as tables. */
import type { NeuronEffects } from "../../../src/protocol/neuronEffects";
import type { NeuronCard } from "../../../src/protocol/neurons";
import { neuronName } from "../../shared/format";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** The neuron, then its controls. */
export function effectTable({ layer, effect, controls, target }: NeuronEffects): TableData {
  const token = visibleText(target.token.text, target.token.id);
  const minus = visibleText(target.minus.text, target.minus.id);
  return {
    caption: `Effects after position ${target.position} on the log-probability of ${token} (${logUnit()}) and on its logit less that of ${minus}; the first row is the neuron, the others match it`,
    columns: [
      "neuron",
      "|activation| · length",
      "direct log-probability",
      "exact log-probability",
      "direct logit difference",
      "exact logit difference",
      "KL",
    ],
    rows: [effect, ...controls].map(({ neuron, write, direct, exact }) => [
      neuronName(layer, neuron),
      write,
      inLogUnit(direct?.logProb ?? null),
      inLogUnit(exact.logProb),
      direct?.logitDiff ?? null,
      exact.logitDiff,
      inLogUnit(exact.kl),
    ]),
  };
}

/** A row per factor. */
export function strengthTable({ strengths, elsewhere, target }: NeuronEffects): TableData {
  const token = visibleText(target.token.text, target.token.id);
  const top = (row: { top: NeuronEffects["plain"]["top"] } | undefined): string | null =>
    row ? row.top.map(({ id, text }) => visibleText(text, id)).join("  ") : null;
  return {
    caption: `The neuron multiplied: log-probability of ${token}, KL from the plain run (${logUnit()}), most likely tokens`,
    columns: [
      "factor",
      "log-probability",
      "logit difference",
      "KL",
      "most likely",
      "KL elsewhere",
      "most likely elsewhere",
    ],
    rows: strengths.map((row, i) => {
      const other = elsewhere?.strengths[i];
      return [
        row.factor,
        inLogUnit(row.logProb),
        row.logitDiff,
        inLogUnit(row.kl),
        top(row),
        inLogUnit(other?.kl ?? null),
        top(other),
      ];
    }),
  };
}

/** A row per bin, then the quantiles. */
export function histogramTable({ layer, neuron, histogram }: NeuronCard): TableData {
  const { edges, counts, quantiles } = histogram;
  return {
    caption: `How often ${neuronName(layer, neuron)} has which activation`,
    columns: ["", "from", "to", "count"],
    rows: [
      ...counts.map((n, i) => ["bin", edges[i]!, edges[i + 1]!, n]),
      ...quantiles.map(({ share, value }) => [`quantile ${share}`, value, value, null]),
    ],
  };
}
