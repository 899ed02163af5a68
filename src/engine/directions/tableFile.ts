/** Tables in files: CSV and TSV, JSON and JSON lines, and tables of markdown. */
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { CodedError } from "../../base/errors";
import { parseJson } from "../../protocol/decode";
import type { EngineError } from "../engineError";

/** Longest file that is read. */
const mostBytes = 64 * 1024 * 1024;

/** A file as rows of cells. The first row names the columns where `named`; null: it may. */
export interface Table {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly named: boolean | null;
}

/** What is wrong with a file; what is to be done about it only its reader knows. */
class Problem extends Error {
  constructor(
    readonly file: string,
    readonly why: string,
    override readonly cause?: unknown,
  ) {
    super(why);
  }
}

/**
 * Reads a file's table by the file's ending.
 * @param name  the file as it was given
 * @param bad   makes the error that is thrown where there is no table
 */
export async function readTable(
  path: string,
  name: string,
  bad: (file: string, why: string, cause?: unknown) => EngineError,
): Promise<Table> {
  try {
    return tableOf(await readText(path, name), name, extname(path));
  } catch (problem) {
    if (problem instanceof Problem) throw bad(problem.file, problem.why, problem.cause);
    throw problem;
  }
}

async function readText(path: string, name: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Problem(name, "is no file");
    if (found.size > mostBytes) throw new Problem(name, "is larger than 64 MiB");
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") throw new Problem(name, "is not UTF-8 text", cause);
    throw new Problem(name, `cannot be read: ${code ?? String(cause)}`, cause);
  }
}

function tableOf(text: string, name: string, ending: string): Table {
  switch (ending.toLowerCase()) {
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
    // The error's sentence begins with the name, as that of a problem will.
    const said =
      cause instanceof CodedError ? cause.message.replace(`${name} `, "").replace(/\.$/, "") : null;
    throw new Problem(name, said ?? "is not JSON", cause);
  }
}

function jsonLines(text: string, name: string): unknown[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, i) => (line.trim() === "" ? [] : [parsed(line, `${name}:${i + 1}`)]));
}

/** A list of pairs, or of objects with one and the same fields. */
function jsonTable(value: unknown, name: string): Table {
  if (!Array.isArray(value)) throw new Problem(name, "is no list");
  if (value.every((one) => Array.isArray(one)))
    return { rows: value.map((one) => (one as unknown[]).map((cell) => cellOf(cell, name))), named: false };
  const fields = [...new Set(value.flatMap((one) => (isObject(one) ? Object.keys(one) : [])))];
  const rows = value.map((one) => {
    if (!isObject(one)) throw new Problem(name, "holds entries that are neither pairs nor objects");
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
  throw new Problem(name, "holds values that are no texts");
}

/** The first table of a text of markdown; `\|` is a bar, `<br>` a new line. */
function markdownTable(text: string, name: string): Table {
  const lines = text.split(/\r?\n/);
  const rule = lines.findIndex(
    (line, i) => i > 0 && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/.test(line),
  );
  if (rule < 0) throw new Problem(name, "holds no table with two columns");
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
      throw new Problem(
        name,
        `has a quote that does not end, or stands inside a cell, in row ${rows.length + 1}`,
      );
    row.push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    at = cell.lastIndex;
    if (found[3] === delimiter) continue;
    if (row.length > 1 || row[0].trim() !== "") rows.push(row);
    row = [];
    if (found[3] === "") break;
  }
  return rows;
}
