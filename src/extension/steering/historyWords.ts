/** A run of the history as a row of a list. */
import { decodeEdits } from "../../protocol/decodeEdit";
import type { Edit } from "../../protocol/edit";
import type { HistoryRun } from "./historyFile";
import { toLine } from "./lineText";

/** Units of a text that a row shows. */
const longest = 90;

const cut = (text: string, most = longest): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** What an experiment does, in short: its edits, or nothing where they cannot be read. */
export function editsInShort(experiment: unknown): string {
  if (typeof experiment !== "object" || experiment === null) return "";
  try {
    return cut(
      decodeEdits((experiment as { edits?: unknown }).edits)
        .map(editInShort)
        .join("; "),
    );
  } catch {
    return "";
  }
}

function editInShort({ op, hook, value, scale = 1 }: Edit): string {
  const strength =
    op === "zero" || op === "clamp" || op === "freeze" ? "" : ` × ${Number(scale.toPrecision(3))}`;
  return `${op} ${valueInShort(value)}${strength} · ${hook}`.replace(/\s+/g, " ");
}

function valueInShort(value: Edit["value"]): string {
  if (value === undefined) return "";
  if ("direction" in value) return value.direction;
  if ("text" in value)
    return [value.text, value.minus]
      .filter((text) => text !== undefined)
      .map((text) => `“${toLine(text)}”`)
      .join(" − ");
  return "ids" in value ? "ids" : "numbers";
}

/** What the prompt became, in one line; empty where the run has no text. */
export function textInShort({ experiment, outcome }: HistoryRun): string {
  const { prompt } = (experiment ?? {}) as { prompt?: unknown };
  const before = typeof prompt === "string" ? toLine(prompt) : "";
  const after = toLine(outcome?.steered ?? "");
  const room = Math.max(20, longest - after.length);
  const shown = before.length > room ? `…${before.slice(1 - room)}` : before;
  return cut(`${shown} → ${after}`, 2 * longest);
}
