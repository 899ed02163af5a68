/** What the rail says of a cell of the lens. */
import { bars } from "../../plots/bars";
import type { ScoredToken } from "../../../src/protocol/model";
import { rowHook, type LensColumn, type LensGridCell } from "../../plots/lensColumns";
import { aboutToken, besideToken } from "../../shared/about";
import { h, type Child } from "../../shared/dom";
import { count, logs, percent } from "../../shared/format";
import type { Rail } from "../../shared/rail";
import { tokenFace } from "../../shared/tokenStrip";
import { quoted, spokenText } from "../../shared/tokenText";

/** What is shown of a cell; `layer` null means the last row. */
export interface Inspected {
  readonly column: LensColumn;
  readonly layer: number | null;
}

/** Shows the most likely tokens of a row and column; a click on one follows it, or lets go of it. */
export function inspectCell(
  rail: Rail,
  { column, layer }: Inspected,
  { pick, followed }: { readonly pick: (id: number) => void; readonly followed: readonly number[] },
): void {
  const nLayers = column.cells.length - 1;
  const row = layer ?? nLayers;
  const cell = column.cells[row]!;
  const list = bars(
    cell.top.map((token) => ({
      label: pickable(token, followed.includes(token.id), pick),
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
    h("p", { class: "muted" }, sentence(column, cell)),
  );
}

/** A token as a button that follows it. */
function pickable({ id, text }: ScoredToken, on: boolean, pick: (id: number) => void): HTMLElement {
  const words = `${on ? "Stop following" : "Follow"} ${spokenText(text, id)}`;
  const attributes = { type: "button", class: "pick", "aria-pressed": on, "aria-label": words, title: words };
  const button = h("button", attributes, tokenFace(text, id));
  button.addEventListener("click", () => pick(id));
  return button;
}

function sentence(column: LensColumn, cell: LensGridCell): string {
  const depth =
    column.depth === 0
      ? "The top token is the same from the embedding on."
      : `The top token no longer changes from row ${column.depth} on.`;
  const next = column.next ? ` The text goes on with ${quoted(column.next.text, column.next.id)}.` : "";
  const measured = [
    `Entropy ${logs(cell.entropy)}`,
    `KL to the output ${logs(cell.kl)}`,
    `final prediction at rank ${count(cell.rank)}`,
    ...(cell.surprisal === null ? [] : [`surprisal of the next token ${logs(cell.surprisal)}`]),
  ];
  return `${measured.join(", ")}. ${depth}${next}`;
}
