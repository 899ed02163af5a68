/** `introspect rasp`: programs run, checked and laid out without an editor. */
import path from "node:path";
import { readFileSync } from "node:fs";
import { dialects } from "../../rasp/dialects";
import type { DialectName } from "../../rasp/program";
import { analyse } from "../../rasp/service/analyse";
import { runCase, type ConformanceCase } from "../../rasp/service/cases";
import { continuationFrom, continued } from "../../rasp/service/continuation";
import { inputFromValue } from "../../rasp/service/example";
import { resultOf } from "../../rasp/service/result";
import { MOST_CHARACTERS } from "../../rasp/source/length";
import { countUntil } from "../../rasp/source/range";
import { RaspError } from "../../rasp/source/raspError";
import { CliError, usageError } from "../cliError";
import type { Command, CommandCall } from "../command";
import type { JsonStream } from "../jsonStream";
import { oneOf, type ParsedArguments } from "../options";
import { readText } from "../textFile";

const dialectNames = ["rasp", "raspy", "rasp-l", "tracr"] as const satisfies readonly DialectName[];
const endings: Readonly<Record<string, DialectName>> = {
  ".rasp": "rasp",
  ".raspy": "raspy",
  ".raspl": "rasp-l",
  ".tracr": "tracr",
};

/** Runs, checks and lays out programs; runs conformance cases. */
export const raspCommand: Command = {
  name: "rasp",
  summary: "a RASP program: run it, check it, fmt it; cases runs a file of conformance cases",
  positionals: ["run|check|fmt|cases", "FILE"],
  options: ["dialect", "input", "integers"],
  async run(call) {
    const [verb = "", file = ""] = call.args.positionals;
    const verbs = { run, check, fmt: format, cases };
    if (!Object.hasOwn(verbs, verb))
      throw usageError(`introspect rasp does not ${verb}.`, "It runs, checks, fmts and does cases.");
    await verbs[verb as keyof typeof verbs](call, file);
  },
};

function dialectFor(args: ParsedArguments, file: string): DialectName {
  const { dialect } = args.values;
  if (dialect !== undefined) return oneOf("dialect", dialect, dialectNames);
  return endings[path.extname(file)] ?? "rasp";
}

/** Prints the result; a program that fails prints its error and ends with status 1. */
async function run({ args, out }: CommandCall, file: string): Promise<void> {
  const dialect = dialectFor(args, file);
  const text = await readProgram(file);
  const { input } = args.values;
  const integers = integersFor(args, dialect);
  try {
    const value = input === undefined ? undefined : jsonInput(input);
    const asked = dialect === "rasp-l" ? continuationFrom(value) : null;
    if (asked) {
      await out.value(continued(text, asked, integers));
      return;
    }
    const given = value === undefined ? null : inputFromValue(dialect, value);
    const load = (name: string): string | null => readBeside(folderOf(file), name);
    await out.value(resultOf(dialects[dialect], text, { input: given, load, integers }));
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    const { code: kind, message, range, next } = error;
    await out.value({ error: { kind, message, range } });
    await ended(out);
    throw new CliError("program-failed", message, next === undefined ? {} : { next });
  }
}

/** 8-bit integers, which only RASP-L has. */
function integersFor({ values: { integers } }: ParsedArguments, dialect: DialectName): "int8" | undefined {
  if (integers === undefined) return undefined;
  const chosen = oneOf("integers", integers, ["any", "int8"] as const);
  if (chosen === "any") return undefined;
  if (dialect === "rasp-l") return chosen;
  throw usageError("Only RASP-L has --integers int8.", "Leave it out, or give --dialect rasp-l.");
}

/** What was printed is an answer, though the call then ends with an error. */
async function ended(out: JsonStream): Promise<void> {
  await out.text("\n");
  await out.flush();
}

function jsonInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError("--input is not JSON.", `Write it as '"hello"' or '[1, 2]'.`);
  }
}

const folderOf = (file: string): string => (file === "-" ? process.cwd() : path.dirname(file));

function readBeside(folder: string | null, name: string): string | null {
  try {
    return readFileSync(path.resolve(folder ?? "", name), "utf8");
  } catch {
    return null;
  }
}

/** Prints errors, warnings and hints with their places; ends with status 1 where there are errors. */
async function check({ args, out }: CommandCall, file: string): Promise<void> {
  const text = await readProgram(file);
  const example = args.values.input ?? null;
  const program = { dialect: dialectFor(args, file), text, folder: folderOf(file), example };
  const { remarks } = analyse(program, readBeside);
  const placeAt = placesOf(text);
  await out.value({ diagnostics: remarks.map((one) => ({ ...one, ...placeAt(one.range.start) })) });
  const errors = remarks.filter(({ severity }) => severity === "error").length;
  if (errors === 0) return;
  await ended(out);
  throw new CliError(
    "program-failed",
    errors === 1 ? "One of the remarks is an error." : `${errors} of the remarks are errors.`,
  );
}

/** Line and column from 1, as editors count. */
function placesOf(text: string) {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (offset: number): { readonly line: number; readonly column: number } => {
    const line = countUntil(starts, (start) => start <= offset);
    return { line, column: offset - starts[line - 1] + 1 };
  };
}

/** Prints the program laid out. */
async function format({ args, out }: CommandCall, file: string): Promise<void> {
  const dialect = dialects[dialectFor(args, file)];
  const text = await readProgram(file);
  const formatted = dialect.format(text);
  if (formatted === null) {
    const [first] = dialect.check(text).filter(({ severity }) => severity === "error");
    throw new CliError("program-failed", first?.message ?? "The program has syntax errors.", {
      next: "`introspect rasp check` lists them.",
    });
  }
  await out.text(formatted.replace(/\n$/, ""));
}

async function readProgram(file: string): Promise<string> {
  const text = await readText(file);
  if (text.length <= MOST_CHARACTERS) return text;
  throw new CliError("file-too-large", `${file} is longer than 1,000,000 characters.`, {
    next: "Give a program.",
  });
}

/** One line a case: `{id, result}`. */
async function cases({ out, work }: CommandCall, file: string): Promise<void> {
  const text = await readText(file);
  let list: unknown;
  try {
    const value = JSON.parse(text) as { cases?: unknown };
    list = Array.isArray(value) ? value : value.cases;
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list))
    throw new CliError("file-malformed", `${file} is no list of cases.`, {
      next: "Give JSON: {cases: [{id, dialect, program, input}, …]}.",
    });
  const wrong = list.findIndex((one) => !isCase(one));
  if (wrong >= 0)
    throw new CliError("file-malformed", `Case ${wrong + 1} of ${file} is no case.`, {
      next: "A case has an id, one of the four dialects, a program (a text) and an input; vocab is a list.",
    });
  const all = list as readonly ConformanceCase[];
  for (const [i, one] of all.entries()) {
    if (work.signal?.aborted) return;
    const line = JSON.stringify({ id: one.id, result: runCase(one) });
    await out.text(i === all.length - 1 ? line : `${line}\n`);
  }
}

function isCase(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id, dialect, program, vocab = [] } = value as Record<string, unknown>;
  return (
    Array.isArray(vocab) &&
    typeof id === "string" &&
    typeof program === "string" &&
    dialectNames.some((name) => name === dialect)
  );
}
