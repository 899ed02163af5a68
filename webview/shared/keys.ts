/** The list of keys and words that `?` shows. */
import { h } from "./dom";

/** A key (or several) and what it does. */
export type KeyHelp = readonly [keys: string, what: string];

const everywhere: readonly KeyHelp[] = [
  ["Tab", "next part of the page"],
  ["Esc", "go back"],
  ["?", "show or hide these keys"],
];

/** A word of the field, in a sentence, with its source where it has one. */
export type Term = readonly [word: string, sentence: string];

/** Keys of a panel, those that work everywhere, and the panel's words. */
export function helpList(keys: readonly KeyHelp[], terms: readonly Term[]): HTMLElement {
  const list = h("dl", { class: "facts keys" });
  for (const [key, what] of [...keys, ...everywhere]) {
    list.append(h("dt", {}, h("kbd", {}, key)), h("dd", {}, what));
  }
  const words = h("dl", { class: "facts keys" });
  for (const [word, sentence] of terms) words.append(h("dt", {}, word), h("dd", {}, sentence));
  return h("div", {}, list, h("h3", { class: "part-title" }, "Words"), words);
}
