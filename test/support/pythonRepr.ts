/** Runs plain Python through the subset, without a dialect's names. */
import { Budget, type Limits } from "../../src/rasp/ir/budget";
import { builtinsFor } from "../../src/rasp/python/run/builtins";
import { Interpreter } from "../../src/rasp/python/run/interpreter";
import { Scope } from "../../src/rasp/python/run/scope";
import { runStatement } from "../../src/rasp/python/run/statements";
import { repr } from "../../src/rasp/python/run/values";
import { hasErrors, parsePython } from "../../src/rasp/python/syntax/parse";
import { RaspError } from "../../src/rasp/source/raspError";

/** What the last line, an expression, is by Python's repr; `error: kind` where the program fails. */
export function pythonRepr(text: string, limits?: Limits): string {
  const { statements, diagnostics } = parsePython(text);
  if (hasErrors(diagnostics)) return `error: ${diagnostics.find((one) => one.severity === "error")?.code}`;
  const language = new Scope(null);
  const interpreter: Interpreter = new Interpreter({
    language,
    budget: new Budget(limits),
    remark: () => {},
  });
  for (const [name, value] of builtinsFor(() => interpreter)) language.assign(name, value);
  try {
    let last = "None";
    for (const statement of statements) {
      if (statement.kind === "expression") {
        last = repr(interpreter.evaluate(statement.value, interpreter.program));
      } else runStatement(interpreter, statement, interpreter.program);
    }
    return last;
  } catch (error) {
    if (error instanceof RaspError) return `error: ${error.code}`;
    throw error;
  }
}
