/** The Direction page as tables. */
import type {
  DirectionHeader,
  DirectionLayer,
  DirectionsCompared,
  DirectionsCorrelated,
} from "../../../src/protocol/direction";
import type { ConceptReading } from "../../../src/protocol/directionPanel";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { scaled } from "./scaled";

const tokenAt = ({ window }: ConceptReading, position: number): string => {
  const token = window.tokens[position];
  return token ? visibleText(token.text, token.id) : "?";
};

/** Who wrote a token: a column where the model wrote some. */
const writers = ({ window, positions }: ConceptReading): readonly string[] =>
  positions.map((position) => (window.tokens[position]?.generated ? "the model" : "the text"));

/** A row per token, two columns per direction. */
export function stripsTable(reading: ConceptReading): TableData {
  const read = reading.directions.map((one) => ({ ...one, values: one.strip ? scaled(one.strip) : [] }));
  const names = read.flatMap(({ name, strip }) => [
    `${name} (score, layers ${strip?.layers.join(" ") ?? ""})`,
    `${name} (of the way to the class means)`,
  ]);
  const by = writers(reading);
  const isWritten = by.includes("the model");
  return {
    caption: "Scores of the tokens along the directions, about the token itself",
    columns: ["position", "token", ...(isWritten ? ["written by"] : []), ...names],
    rows: reading.positions.map((position, i) => [
      position,
      tokenAt(reading, position),
      ...(isWritten ? [by[i] ?? ""] : []),
      ...read.flatMap(({ strip, values }) => [strip?.scores[i] ?? null, values[i] ?? null]),
    ]),
  };
}

/** A row per layer, the last first, a column per token: raw scores, with threshold and spread to scale them by. */
export function layersTable(reading: ConceptReading): TableData {
  const [first] = reading.directions;
  const rows = (first?.layers ?? []).map(({ layer, threshold, spread, scores }) => [
    layer,
    threshold,
    spread,
    ...scores,
  ]);
  return {
    caption: `Scores along ${first?.name ?? ""} by layer, about the token itself`,
    columns: [
      "layer",
      "threshold",
      "spread",
      ...reading.positions.map((position) => `${position} ${tokenAt(reading, position)}`),
    ],
    rows: rows.reverse(),
  };
}

/** A row per layer, then one per draw of each null. */
export function accuracyTable({ layers, bestLayer }: DirectionHeader): TableData {
  const mean = (draws: readonly number[]): number | null =>
    draws.length === 0 ? null : draws.reduce((sum, one) => sum + one, 0) / draws.length;
  return {
    caption: "Held-out accuracy by layer, with both nulls (shares)",
    columns: [
      "layer",
      "best",
      "accuracy",
      "interval low",
      "interval high",
      "pair accuracy",
      "validation accuracy",
      "mean of random directions",
      "percentile among random",
      "mean of shuffled labels",
      "percentile among shuffled",
      "norm",
      "mean norm of the stream",
      "threshold",
      "spread",
    ],
    rows: layers.map((one) => [
      one.layer,
      one.layer === bestLayer ? "yes" : "no",
      one.accuracy,
      one.interval?.[0] ?? null,
      one.interval?.[1] ?? null,
      one.pairAccuracy,
      one.validation,
      mean(one.nulls.isotropic),
      one.percentile.isotropic,
      mean(one.nulls.shuffled),
      one.percentile.shuffled,
      one.norm,
      one.residNorm,
      one.threshold,
      one.spread,
    ]),
  };
}

/** Tokens nearest to a direction and to its opposite. */
export function nearestTable({ nearest, layer }: DirectionLayer): TableData {
  const side = (name: "promotes" | "suppresses") =>
    (nearest?.[name] ?? []).map(({ id, text, weight }) => [visibleText(text, id), weight, name]);
  return {
    caption: `Vocabulary nearest to the direction at layer ${layer} and to its opposite (direct path only)`,
    columns: ["token", "logits per unit length", "side"],
    rows: [...side("promotes"), ...side("suppresses")],
  };
}

/** Cosines: a row per layer of the first, the last first, a column per layer of the second. */
export function comparedTable({ names, layers, across }: DirectionsCompared): TableData {
  const [a, b] = names;
  return {
    caption: `Cosines of ${a} (rows) and ${b} (columns), layer by layer`,
    columns: [`layer of ${a}`, ...layers[1].map((layer) => `layer ${layer}`)],
    rows: layers[0].map((layer, i) => [layer, ...(across[i] ?? [])]).reverse(),
  };
}

/** A row per token that is drawn. */
export function correlatedTable({ directions, points, n, r }: DirectionsCorrelated): TableData {
  const names = directions.map(({ name, layers }) => `${name} (score, layers ${layers.join(" ")})`);
  return {
    caption: `Scores of ${points.length} of ${n} tokens along both directions; r = ${r}`,
    columns: ["number", ...names],
    rows: points.map((pair, i) => [i, ...pair]),
  };
}
