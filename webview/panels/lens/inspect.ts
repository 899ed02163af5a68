/** What the rail says of a cell of the lens. */
import { bars } from "../../plots/bars";
import { rowHook, type LensColumn } from "../../plots/lensColumns";
import { aboutToken, besideToken } from "../../shared/about";
import { h, type Child } from "../../shared/dom";
import { nats, percent } from "../../shared/format";
import type { Rail } from "../../shared/rail";
import { tokenFace } from "../../shared/tokenStrip";
import { quoted } from "../../shared/tokenText";

/** Shows the most likely tokens of a row and column; `layer` null means the last row. */
export function inspectCell(rail: Rail, column: LensColumn, layer: number | null): void {
  const nLayers = column.cells.length - 1;
  const row = layer ?? nLayers;
  const cell = column.cells[row]!;
  const list = bars(
    cell.top.map((token) => ({
      label: tokenFace(token.text, token.id),
      value: Math.exp(token.logProb),
      words: percent(Math.exp(token.logProb)),
      marked: column.next !== null && column.next.id === token.id,
    })),
    { full: 1, label: `Most likely tokens, ${aboutToken(column.about)}` },
  );
  const title: Child[] = [
    row === nLayers ? "Output" : row === 0 ? "Embedding" : `Layer ${row}`,
    ` ${besideToken(column.about)} `,
    tokenFace(column.token.text, column.token.id),
  ];
  rail.show(
    title,
    h("p", { class: "muted mono hook" }, rowHook(row, nLayers)),
    list,
    h("p", { class: "muted" }, sentence(column, cell.entropy)),
  );
}

function sentence(column: LensColumn, entropy: number): string {
  const depth =
    column.depth === 0
      ? "The top token is the same from the embedding on."
      : `The top token no longer changes from row ${column.depth} on.`;
  const next = column.next ? ` The text goes on with ${quoted(column.next.text, column.next.id)}.` : "";
  return `Entropy ${nats(entropy)}. ${depth}${next}`;
}
