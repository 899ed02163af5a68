/** Pairs of texts in files of tables. */
import { mostPairs } from "../../protocol/decodeDirectionSpec";
import type { PairsFile, TextPair } from "../../protocol/direction";
import { EngineError } from "../engineError";
import { readTable, type Table } from "./tableFile";

/** Names of columns that are found without being asked for. */
const known = {
  positive: ["positive", "pos", "plus", "yes", "input"],
  negative: ["negative", "neg", "minus", "no", "output"],
  text: ["text", "statement", "sentence"],
  label: ["label", "class", "positive?"],
} as const;

const positiveLabels = new Set(["1", "true", "positive", "pos", "yes", "+"]);
const negativeLabels = new Set(["0", "false", "negative", "neg", "no", "-", "-1"]);

/**
 * The pairs of a file. Columns "text" and "label" are pairs too: the first positive text with the first negative one,
 * and so on; what is left over has no counterpart.
 * @param path  where the file is; `columns.file` is its name as it was given
 * @throws {EngineError} "bad-pairs"
 */
export async function readPairs(path: string, columns: PairsFile): Promise<TextPair[]> {
  const pairs = pairsOf(await readTable(path, columns.file, bad), columns);
  if (pairs.length === 0) throw bad(columns.file, "holds no pairs");
  if (pairs.length > mostPairs)
    throw bad(columns.file, `holds ${pairs.length} pairs; ${mostPairs} are the most`);
  return pairs;
}

function pairsOf({ rows, named }: Table, columns: PairsFile): TextPair[] {
  const names = (rows[0] ?? []).map((cell) => (cell ?? "").trim().toLowerCase());
  const find = (wanted: string | undefined, usual: readonly string[]): number =>
    wanted === undefined
      ? names.findIndex((one) => usual.includes(one))
      : names.indexOf(wanted.trim().toLowerCase());
  const plus = find(columns.positive, known.positive);
  const minus = find(columns.negative, known.negative);
  const asked = columns.positive ?? columns.negative;
  if (asked !== undefined && (plus < 0 || minus < 0))
    throw bad(
      columns.file,
      `has no columns named ${[columns.positive, columns.negative].filter(Boolean).join(" and ")}`,
    );
  if (named !== false && plus >= 0 && minus >= 0) return sides(rows.slice(1), plus, minus, columns.file);
  const [text, label] = [find(undefined, known.text), find(undefined, known.label)];
  if (named !== false && text >= 0 && label >= 0) return byLabel(rows.slice(1), text, label, columns.file);
  return sides(named === true ? rows.slice(1) : rows, 0, 1, columns.file);
}

function sides(rows: Table["rows"], plus: number, minus: number, name: string): TextPair[] {
  return rows.map((row, i): TextPair => {
    const side = (at: number): string | null => ((row[at] ?? "") === "" ? null : row[at]);
    const pair = [side(plus), side(minus)] as const;
    if (pair[0] === null && pair[1] === null) throw bad(name, `has no texts in row ${i + 1} of its pairs`);
    return pair;
  });
}

function byLabel(rows: Table["rows"], text: number, label: number, name: string): TextPair[] {
  const [plus, minus]: [string[], string[]] = [[], []];
  rows.forEach((row, i) => {
    const said = (row[label] ?? "").trim().toLowerCase();
    const side = positiveLabels.has(said) ? plus : negativeLabels.has(said) ? minus : null;
    if (side === null)
      throw bad(name, `has the label "${said.slice(0, 20)}" in row ${i + 1}, neither 1 nor 0`);
    const cell = row[text] ?? "";
    if (cell === "") throw bad(name, `has no text in row ${i + 1}`);
    side.push(cell);
  });
  const n = Math.max(plus.length, minus.length);
  return Array.from({ length: n }, (_, i): TextPair => [plus[i] ?? null, minus[i] ?? null]);
}

function bad(name: string, why: string, cause?: unknown): EngineError {
  const next = 'Give two columns, positive and negative (or text and label), as in {"file": "pairs.csv"}.';
  return new EngineError("bad-pairs", `${name} ${why}.`, { next, cause });
}
