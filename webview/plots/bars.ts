/** Horizontal bars with a name and a number each; signed ones grow from a zero line. */
import { h, type Child } from "../shared/dom";
import { theme } from "../shared/theme";

/** One bar. */
export interface Bar {
  readonly label: Child;
  readonly value: number;
  /** The number as it is shown. */
  readonly words: string;
  /** Underlined: for example the token that the text really goes on with. */
  readonly marked?: boolean;
}

/** How bars are scaled. */
export interface BarOptions {
  /** The value that fills the track. */
  readonly full: number;
  /** Two hues; where values of both signs occur, negative ones grow to the left of a middle line. */
  readonly signed?: boolean;
  readonly label: string;
}

/** A list of bars. */
export function bars(rows: readonly Bar[], options: BarOptions): HTMLElement {
  const middle = options.signed === true && rows.some((r) => r.value < 0) && rows.some((r) => r.value > 0);
  const list = h("div", { class: "bars", role: "list", "aria-label": options.label });
  for (const row of rows) {
    list.append(
      h(
        "div",
        { class: "bars-row", role: "listitem" },
        h("span", { class: row.marked ? "bars-label is-marked" : "bars-label" }, row.label),
        track(row.value, options, middle),
        h("span", { class: "bars-value num" }, row.words),
      ),
    );
  }
  return list;
}

function track(value: number, { full, signed }: BarOptions, middle: boolean): HTMLElement {
  const size = full > 0 ? Math.min(1, Math.abs(value) / full) : 0;
  const bar = h("span", { class: "bars-bar" });
  bar.style.backgroundColor = signed ? theme().diverging(value < 0 ? -0.9 : 0.9).ground : theme().dataLine;
  bar.style.width = `${size * (middle ? 50 : 100)}%`;
  bar.style.left = middle ? `${value < 0 ? 50 - size * 50 : 50}%` : "0";
  const element = h("span", { class: "bars-track", "aria-hidden": "true" }, bar);
  if (middle) {
    const zero = h("span", { class: "bars-zero" });
    zero.style.left = "50%";
    element.append(zero);
  }
  return element;
}
