/** The neurons page as tables. */
import type { NeuronCard, NeuronsResult } from "../../../src/protocol/neurons";
import { aboutToken, besideToken } from "../../shared/about";
import { neuronName } from "../../shared/format";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { explanationText, scoreName, shownScore } from "./words";
import { logUnit } from "../../shared/logUnit";

/** One row per neuron; a column per selected token. */
export function rankingTable(result: NeuronsResult): TableData {
  const tokens = result.selected.map((pos) => {
    const token = result.window.tokens[pos];
    return `${pos} ${token ? visibleText(token.text, token.id) : ""}`.trim();
  });
  const measure = result.effect?.measure;
  const unit = measure === "logProb" ? ` (${logUnit()})` : "";
  const exact = measure === undefined ? [] : [`exact${unit}`];
  return {
    caption: `Neurons by ${result.by === "z" ? "z-score" : scoreName(result)} on the selection; activation ${besideToken(result.about)} each selected token`,
    columns: ["neuron", `${scoreName(result)}${unit}`, ...exact, "explanation", "r", "control", ...tokens],
    rows: result.neurons.map((n) => [
      neuronName(n.layer, n.neuron),
      shownScore(result, n.score) ?? null,
      ...(measure === undefined ? [] : [shownScore(result, n.exact?.[measure]) ?? null]),
      explanationText(n.explanation),
      n.explanation.score,
      n.explanation.control,
      ...n.activations,
    ]),
  };
}

/** One row per token of the window. */
export function activationTable(card: NeuronCard): TableData {
  return {
    caption: `Activation of ${neuronName(card.layer, card.neuron)}, ${aboutToken(card.about)}`,
    columns: ["position", "token", "activation"],
    rows: card.activations.map((activation, pos) => {
      const token = card.window.tokens[pos];
      return [pos, token ? visibleText(token.text, token.id) : null, activation];
    }),
  };
}

/** Promoted and suppressed tokens with their weights. */
export function writeTable(card: NeuronCard): TableData {
  return {
    caption: `What ${neuronName(card.layer, card.neuron)} writes: change of logit per unit of activation`,
    columns: ["token", "weight"],
    rows: [...card.promotes, ...card.suppresses].map((t) => [visibleText(t.text, t.id), t.weight]),
  };
}

/** Drivers, the rest, and their sum. */
export function driverTable(card: NeuronCard): TableData {
  const gated = card.drivers.some((driver) => driver.up !== undefined);
  const up = (value: number | null | undefined): readonly (number | null)[] => (gated ? [value ?? null] : []);
  return {
    caption: `What drives ${neuronName(card.layer, card.neuron)} at position ${card.driversAt}`,
    columns: ["source", "contribution", ...(gated ? ["up"] : [])],
    rows: [
      ...card.drivers.map((d) => [d.source, d.contribution, ...up(d.up)]),
      ["rest", card.rest, ...up(null)],
      ["pre-activation", card.preActivation, ...up(null)],
    ],
  };
}
