/** The list of keys that `?` shows. */
import { h } from "./dom";

/** A key (or several) and what it does. */
export type KeyHelp = readonly [keys: string, what: string];

const everywhere: readonly KeyHelp[] = [
  ["Tab", "next part of the page"],
  ["Esc", "go back"],
  ["?", "show or hide these keys"],
];

/** Keys of a panel, then those that work everywhere. */
export function helpList(keys: readonly KeyHelp[]): HTMLElement {
  const list = h("dl", { class: "facts keys" });
  for (const [key, what] of [...keys, ...everywhere]) {
    list.append(h("dt", {}, h("kbd", {}, key)), h("dd", {}, what));
  }
  return list;
}
