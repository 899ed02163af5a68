/** The table behind a picture: shown in its place, and written as CSV. */
import { csvLine } from "../../src/base/exportText";
import { h } from "./dom";
import { number, NONE } from "./format";

/** A cell: text, a number, or nothing. */
export type TableCell = string | number | null;

/** Data of a picture as rows and columns. */
export interface TableData {
  readonly caption: string;
  /** Column names, the unit in brackets where there is one. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** The table as an element; whole numbers stay whole, others get three significant digits. */
export function tableElement(data: TableData): HTMLElement {
  const head = h("tr", {}, ...data.columns.map((name) => h("th", { scope: "col" }, name)));
  const body = data.rows.map((row) =>
    h(
      "tr",
      {},
      ...row.map((cell, i) => (i === 0 ? h("th", { scope: "row" }, cellText(cell)) : tableCell(cell))),
    ),
  );
  const table = h("table", {}, h("caption", {}, data.caption), h("thead", {}, head), h("tbody", {}, ...body));
  return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": data.caption }, table);
}

const tableCell = (cell: TableCell): HTMLElement =>
  h("td", { class: typeof cell === "number" ? "num" : undefined }, cellText(cell));

/** A cell as it is shown. */
export function cellText(cell: TableCell): string {
  if (cell === null) return NONE;
  if (typeof cell === "string") return cell;
  return Number.isInteger(cell) && Math.abs(cell) < 1e6 ? String(cell).replace("-", "\u2212") : number(cell);
}

/** The table as CSV. */
export function toCsv(data: TableData): string {
  return [data.columns, ...data.rows].map(csvLine).join("");
}
