/** Remarks on a text: what cannot be read, names that nobody defines, and traps that the program steps into. */
import { nearest } from "../../base/nearest";
import { Budget, standardLimits } from "../ir/budget";
import type { ProgramInput } from "../program";
import { parsePython, type ParsedPython } from "../python/syntax/parse";
import type { Statement } from "../python/syntax/tree";
import type { Diagnostic } from "../source/diagnostic";
import { runParsed } from "./execute";
import type { EmbeddedLanguage } from "./language";
import { namesIn } from "./names";
import { pythonNames } from "./pythonNames";
import { exampleOf } from "./settings";

/** Checking runs at each keystroke: it builds the program, but computes little. */
const checkLimits = { ...standardLimits, steps: 50_000, cells: 1 << 20, work: 1 << 22 };

const hello: ProgramInput = { kind: "tokens", tokens: ["h", "e", "l", "l", "o"] };

/** The remarks on a text, in its order. Never throws. */
export function checkEmbedded(language: EmbeddedLanguage, text: string): readonly Diagnostic[] {
  const parsed = parsePython(text);
  const { remark, input } = exampleOf(parsed.comments);
  const { embedding } = runParsed(language, parsed, {
    input: input ?? hello,
    budget: new Budget(checkLimits),
  });
  const all = [
    ...parsed.diagnostics,
    ...(remark === undefined ? [] : [remark]),
    ...undefinedNames(language, parsed, input),
    ...imports(language, parsed.statements),
    ...embedding.remarks,
  ];
  return all.sort((a, b) => a.range.start - b.range.start);
}

function undefinedNames(
  language: EmbeddedLanguage,
  parsed: ParsedPython,
  input: ProgramInput | undefined,
): Diagnostic[] {
  const { unknown, defined } = namesIn(language, parsed);
  const candidates = [...defined, ...language.names, ...pythonNames];
  const given = input?.kind === "arrays" ? input.arrays : null;
  return unknown.flatMap(({ name, range }) => {
    const isInput = given === null ? (language.mayBeInput?.(name) ?? false) : given.has(name);
    if (isInput) return [];
    const meant = nearest(name, candidates);
    const next = meant === undefined ? undefined : `Was ${meant} meant?`;
    return [
      { severity: "error", code: "undefined-variable", message: `${name} is not defined.`, range, next },
    ];
  });
}

function imports(language: EmbeddedLanguage, statements: readonly Statement[]): Diagnostic[] {
  return statements.flatMap((statement): Diagnostic[] => {
    if (statement.kind !== "import") return [];
    const { module, range } = statement;
    const known = language.modules.some((one) => module === one || module.startsWith(`${one}.`));
    if (known) {
      const message = `Nothing is imported here: what ${language.title} offers is there already.`;
      return [{ severity: "hint", code: "import", message, range }];
    }
    const message = `${module} is not imported: ${language.title} runs here without Python's libraries.`;
    return [{ severity: "warning", code: "import", message, range }];
  });
}
