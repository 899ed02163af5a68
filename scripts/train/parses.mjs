// Says which continuations of TypeScript files the TypeScript parser takes.
//
//   node parses.mjs < LIST > ANSWERS
//
// LIST is a JSON array of {path, before, text, ended}: the file up to the cut, the
// continuation, and whether it ends the file. ANSWERS is a JSON array of booleans.
//
// A continuation that does not end the file is cut behind its last line break, and
// parses when the file up to there has no syntax error before its end: what is
// still open there could be closed by what would follow. One without a line break
// does not parse. A continuation that ends the file must leave nothing open.

import { readFileSync } from "node:fs";
import ts from "typescript";

const options = { noLib: true, noResolve: true, target: ts.ScriptTarget.ESNext, jsx: ts.JsxEmit.Preserve };

/** Where the parser finds errors in a file: offsets. */
function syntaxErrors(name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext);
  const host = { ...ts.createCompilerHost(options), getSourceFile: () => file, fileExists: () => true };
  const program = ts.createProgram({ rootNames: [name], options, host });
  return program.getSyntacticDiagnostics(file).map(({ start }) => start);
}

function parses({ path, before, text, ended }) {
  const cut = text.lastIndexOf("\n");
  if (!ended && cut < 0) return false;
  const whole = before + (ended ? text : text.slice(0, cut + 1));
  const end = whole.trimEnd().length;
  return syntaxErrors(/\.tsx$/.test(path) ? "a.tsx" : "a.ts", whole).every((at) => !ended && at >= end);
}

const list = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(list.map(parses)));
