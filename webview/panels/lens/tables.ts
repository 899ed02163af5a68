/** The lens as tables. */
import type { LensView } from "../../../src/protocol/lens";
import { lensColumns, rowName } from "../../plots/lensColumns";
import { aboutToken, besideToken } from "../../shared/about";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** One row per layer and position: the top token, its log-probability and probability, the entropy. */
export function lensTable(view: LensView): TableData {
  const nLayers = view.layers.length - 1;
  const rows = lensColumns(view).flatMap((column) =>
    [...column.cells].reverse().map((cell) => {
      const top = cell.top[0];
      return [
        rowName(cell.layer, nLayers),
        column.pos,
        visibleText(column.token.text, column.token.id),
        top ? visibleText(top.text, top.id) : null,
        top ? cell.share : null,
        top ? inLogUnit(top.logProb) : null,
        inLogUnit(cell.entropy),
        column.depth,
        inLogUnit(cell.kl),
        cell.rank,
        inLogUnit(cell.surprisal),
      ];
    }),
  );
  return {
    caption: `What each layer's residual stream decodes to${view.lens?.used === "trained" ? " through the trained lens" : ""}, ${aboutToken(view.about)}`,
    columns: [
      "layer",
      "position",
      `${besideToken(view.about)} token`,
      "top token",
      "probability",
      `log-prob (${logUnit()})`,
      `entropy (${logUnit()})`,
      "prediction depth",
      `KL to the output (${logUnit()})`,
      "rank of the final prediction",
      `surprisal of the next token (${logUnit()})`,
    ],
    rows,
  };
}

/** One row per layer: rank and probability of a column's best tokens and of those that are followed. */
export function trajectoryTable(view: LensView, column: number): TableData {
  const nLayers = view.layers.length - 1;
  const lines = view.trajectories[column] ?? [];
  const columns = lines.flatMap((line) => {
    const name = visibleText(line.text, line.id);
    return [`${name}: rank`, `${name}: probability`];
  });
  const rows = view.layers.map((_, layer) => [
    rowName(layer, nLayers),
    ...lines.flatMap((line) => [line.rank[layer] ?? null, probabilityOf(line.logProb[layer])]),
  ]);
  return {
    caption: `Final top and followed tokens of position ${view.positions[column]} over the layers, ${aboutToken(view.about)}`,
    columns: ["layer", ...columns],
    rows,
  };
}

const probabilityOf = (logProb: number | undefined): number | null =>
  logProb === undefined ? null : Math.exp(logProb);
