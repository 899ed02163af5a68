/** Numbers as they are shown: three significant digits, a typographic minus, a unit. */
import { shareText } from "../../src/base/shareText";
import { inLogUnit, logUnit } from "./logUnit";

const MINUS = "\u2212";

/** What stands where there is no number. */
export const NONE = "–";

const withMinus = (text: string): string => text.replace(/-/g, MINUS);

/** Three significant digits: 0.0312, 4.20, −12.3, 1.23e6. Counts keep all their digits: use `count`. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) return withMinus(value.toExponential(2).replace("e+", "e"));
  if (size >= 999.5) return withMinus(String(Math.round(value)));
  return withMinus(value.toPrecision(3));
}

/** A share as percent; nothing where there is none. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined || Number.isNaN(share) ? NONE : shareText(share);
}

/** A probability from a natural log-probability, as percent. */
export function probability(logProb: number | null | undefined): string {
  if (logProb === null || logProb === undefined || Number.isNaN(logProb)) return NONE;
  return percent(Math.exp(logProb));
}

/** A correlation, −1 … 1: two decimals, as the field writes it. */
export function correlation(value: number): string {
  if (Number.isNaN(value)) return NONE;
  // What rounds to nothing has no sign.
  return withMinus(value.toFixed(2).replace(/^-(0\.00)$/, "$1"));
}

/** Log-probabilities, entropies and divergences, given in nats: in the unit in force. */
export function logs(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value)
    ? NONE
    : `${number(inLogUnit(value))} ${logUnit()}`;
}

/** A whole number with thin spaces between thousands. */
export function count(value: number): string {
  return withMinus(String(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A number of parameters: 260 K, 3.21 M, 1.24 B. */
export function parameters(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toPrecision(3)} B`;
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e3) return `${Math.round(value / 1e3)} K`;
  return String(value);
}

/** A head by the field's name for it: layer and head, zero-based. */
export const headName = (layer: number, head: number): string => `${layer}.${head}`;

/** A neuron by layer and index, zero-based. */
export const neuronName = (layer: number, neuron: number): string => `L${layer} N${neuron}`;
