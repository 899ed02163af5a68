/** How a reading is said in one line. */
import type { Vocabulary } from "../../../graph/runner";
import type { ReadingText } from "./readingText";
import type { Table } from "./readings";

/** Most entries that a line names. */
const mostNamed = 4;
/** An entry is named while it moves the prediction at least this share of what the strongest does. */
const leastShare = 0.4;
/** Observations below which an entry may be chance and is named only where nothing else is there. */
const leastSeen = 2;
const longestName = 24;

/** A line such as `fires on "import", "from"`; which tokens these are is read off the table's strongest entries. */
export function describeTable(table: Table, text: ReadingText, vocabulary: Vocabulary): string {
  const { keys } = table;
  const named = strongestEntries(table);
  if (named.length === 0) return "does the same everywhere";
  const sign = Math.sign(effect(table, named[0]));
  const verb = sign > 0 ? "fires" : "goes down";
  const name = (id: number) => nameToken(id, vocabulary);
  const words = named.map((entry) => {
    const at = keys.example[entry];
    if (keys.kind === "next-token") return name(text.next[at]);
    if (keys.kind === "token") return name(text.current[at]);
    return `${name(text.current[at])} (after ${name(text.previous[at])})`;
  });
  return `${verb} ${keys.kind === "next-token" ? "before" : "on"} ${words.join(", ")}`;
}

/** Entries that move the prediction most, all in one direction, the strongest first. */
function strongestEntries(table: Table): number[] {
  const { seen } = table;
  const wellSeen = seen.some((times) => times >= leastSeen);
  const entries = Array.from(seen.keys()).filter((entry) => seen[entry] >= (wellSeen ? leastSeen : 1));
  entries.sort((a, b) => Math.abs(effect(table, b)) - Math.abs(effect(table, a)));
  const best = entries.length > 0 ? effect(table, entries[0]) : 0;
  if (best === 0) return [];
  const alike = entries.filter((entry) => effect(table, entry) / best >= leastShare);
  return alike.slice(0, mostNamed);
}

function effect(table: Table, entry: number): number {
  return table.predicted[entry] - table.mean;
}

/** A token in words: quoted, white space by name, long ones cut, an id where there is no text. */
export function nameToken(id: number, vocabulary: Vocabulary): string {
  const text = vocabulary.text(id);
  if (text === null) return `token ${id}`;
  if (text !== "" && /^[ \t\r\n]+$/.test(text)) return nameWhiteSpace(text);
  const units = Array.from(text);
  return JSON.stringify(units.length > longestName ? `${units.slice(0, longestName).join("")}…` : text);
}

const spaceNames: Readonly<Record<string, string>> = {
  " ": "space",
  "\t": "tab",
  "\n": "newline",
  "\r\n": "newline",
};

function nameWhiteSpace(text: string): string {
  const runs = text.match(/( +|\t+|(\r\n)+|\n+|\r+)/g) ?? [];
  return runs
    .map((run) => {
      const one = run.startsWith("\r\n") ? "\r\n" : run[0];
      const name = spaceNames[one] ?? "carriage return";
      const n = run.length / one.length;
      return n === 1 ? name : `${n} ${name}s`;
    })
    .join(" + ");
}
