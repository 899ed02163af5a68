/** The lens as tables. */
import type { LensView } from "../../../src/protocol/lens";
import { lensColumns, rowName } from "../../plots/lensColumns";
import { aboutToken, besideToken } from "../../shared/about";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";

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
        top ? top.logProb : null,
        cell.entropy,
        column.depth,
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
      "log-prob (nats)",
      "entropy (nats)",
      "prediction depth",
    ],
    rows,
  };
}

/** One row per layer: rank and probability of the last position's best tokens. */
export function trajectoryTable(view: LensView): TableData {
  const nLayers = view.layers.length - 1;
  const columns = view.trajectories.flatMap((line) => {
    const name = visibleText(line.text, line.id);
    return [`${name}: rank`, `${name}: probability`];
  });
  const rows = view.layers.map((_, layer) => [
    rowName(layer, nLayers),
    ...view.trajectories.flatMap((line) => [line.rank[layer] ?? null, probabilityOf(line.logProb[layer])]),
  ]);
  return {
    caption: `The last position's final top tokens over the layers, ${aboutToken(view.about)}`,
    columns: ["layer", ...columns],
    rows,
  };
}

const probabilityOf = (logProb: number | undefined): number | null =>
  logProb === undefined ? null : Math.exp(logProb);
