/** Pairs of texts in files: CSV and TSV, JSON and JSON lines, and tables of markdown. */
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { CodedError } from "../../base/errors";
import { parseJson } from "../../protocol/decode";
import { mostPairs } from "../../protocol/decodeDirectionSpec";
import type { PairsFile, TextPair } from "../../protocol/direction";
import { EngineError } from "../engineError";

/** Longest file that is read. */
const mostBytes = 64 * 1024 * 1024;

/** A file as rows of cells. The first row names the columns where `named`; null: it may. */
interface Table {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly named: boolean | null;
}

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
  const pairs = pairsOf(tableOf(await readText(path, columns.file), columns.file), columns);
  if (pairs.length === 0) throw bad(columns.file, "holds no pairs");
  if (pairs.length > mostPairs)
    throw bad(columns.file, `holds ${pairs.length} pairs; ${mostPairs} are the most`);
  return pairs;
}

async function readText(path: string, name: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw bad(name, "is no file");
    if (found.size > mostBytes) throw bad(name, "is larger than 64 MiB");
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") throw bad(name, "is not UTF-8 text", cause);
    throw bad(name, `cannot be read: ${code ?? String(cause)}`, cause);
  }
}

function tableOf(text: string, name: string): Table {
  switch (extname(name).toLowerCase()) {
    case ".jsonl":
    case ".ndjson":
      return jsonTable(jsonLines(text, name), name);
    case ".json":
      return jsonTable(parsed(text, name), name);
    case ".md":
    case ".markdown":
      return markdownTable(text, name);
    case ".tsv":
      return { rows: delimitedRows(text, "\t", name), named: null };
    default:
      return { rows: delimitedRows(text, ",", name), named: null };
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return parseJson(text, name);
  } catch (cause) {
    throw bad(name, cause instanceof CodedError ? `cannot be used: ${cause.message}` : "is not JSON", cause);
  }
}

function jsonLines(text: string, name: string): unknown[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, i) => (line.trim() === "" ? [] : [parsed(line, `${name}:${i + 1}`)]));
}

/** A list of pairs, or of objects with one and the same fields. */
function jsonTable(value: unknown, name: string): Table {
  if (!Array.isArray(value)) throw bad(name, "is no list");
  if (value.every((one) => Array.isArray(one)))
    return { rows: value.map((one) => (one as unknown[]).map((cell) => cellOf(cell, name))), named: false };
  const fields = [...new Set(value.flatMap((one) => (isObject(one) ? Object.keys(one) : [])))];
  const rows = value.map((one) => {
    if (!isObject(one)) throw bad(name, "holds entries that are neither pairs nor objects");
    return fields.map((field) => cellOf(one[field] ?? null, name));
  });
  return { rows: [fields, ...rows], named: true };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cellOf(value: unknown, name: string): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw bad(name, "holds values that are no texts");
}

/** The first table of a text of markdown; `\|` is a bar, `<br>` a new line. */
function markdownTable(text: string, name: string): Table {
  const lines = text.split(/\r?\n/);
  const rule = lines.findIndex(
    (line, i) => i > 0 && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/.test(line),
  );
  if (rule < 0) throw bad(name, "holds no table with two columns");
  const rows = [lines[rule - 1]];
  for (const line of lines.slice(rule + 1)) {
    if (!line.includes("|")) break;
    rows.push(line);
  }
  return { rows: rows.map(barCells), named: true };
}

function barCells(line: string): string[] {
  const inside = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) =>
    cell
      .trim()
      .replace(/\\\|/g, "|")
      .replace(/<br\s*\/?>/g, "\n"),
  );
}

/** RFC 4180: cells in quotes may hold delimiters, line breaks and doubled quotes. */
function delimitedRows(text: string, delimiter: string, name: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^${delimiter}\r\n"][^${delimiter}\r\n]*|))(${delimiter}|\r?\n|$)`,
    "y",
  );
  for (let at = 0; at <= text.length;) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null)
      throw bad(name, `has a quote that does not end, or stands inside a cell, in row ${rows.length + 1}`);
    row.push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    at = cell.lastIndex;
    if (found[3] === delimiter) continue;
    if (row.length > 1 || row[0].trim() !== "") rows.push(row);
    row = [];
    if (found[3] === "") break;
  }
  return rows;
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
