/** Heads of each layer as squares, one line for each way of counting. */
import type { RaspPicture } from "../../../src/protocol/raspPicture";
import { h } from "../../shared/dom";
import { counted, countedBy, headsIn } from "./words";

/** Squares that are drawn before the number alone says how many. */
const MOST = 8;

/** The chart; layers to the right. */
export function headCounts({ counts, layers }: RaspPicture): HTMLElement {
  const names = Array.from({ length: layers }, (_, i) =>
    h("span", { class: "small-word" }, `layer ${i + 1}`),
  );
  const lines = counts.flatMap((count) => [
    h("span", { class: "count-name" }, countedBy[count.by]),
    ...count.headsPerLayer.map((heads, i) => layerCell(heads, i + 1)),
    h("span", { class: "count-total num" }, String(headsIn(count))),
  ]);
  const chart = h(
    "div",
    { class: "counts" },
    h("span", {}),
    ...names,
    h("span", { class: "small-word" }, "all"),
    ...lines,
  );
  chart.style.gridTemplateColumns = `max-content repeat(${layers}, max-content) max-content`;
  return h("div", { class: "counts-scroll" }, chart);
}

function layerCell(heads: number, layer: number): HTMLElement {
  const squares = Array.from({ length: Math.min(heads, MOST) }, () => h("span", { class: "count-square" }));
  return h(
    "span",
    { class: "count-layer", role: "img", "aria-label": `layer ${layer}: ${counted(heads, "head")}` },
    ...squares,
    h("span", { class: "num" }, String(heads)),
  );
}
