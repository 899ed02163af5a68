/** A program's result as JSON. */
import { Budget } from "../ir/budget";
import type { Dialect, ProgramInput } from "../program";
import { evaluatorFor, valueToJson, type CaseResult } from "../runCase";
import { inputFromText } from "./example";

/** How a program is run for its result. */
export interface ResultOptions {
  /** What the result is of, whatever the program sets; null for the program's own example, else the language's. */
  readonly input: ProgramInput | null;
  readonly load: (path: string) => string | null;
  /** RASP-L: "int8" refuses every value that 8 bits do not hold. */
  readonly integers?: "int8" | undefined;
}

/**
 * The result of the last statement.
 * @throws {RaspError} the program's first error, with its place
 */
export function resultOf(
  dialect: Dialect,
  program: string,
  { input, load, integers }: ResultOptions,
): CaseResult {
  const budget = new Budget();
  const example = input ?? inputFromText(dialect.name, null);
  const execution = dialect.execute(program, { input: example, budget, load, integers });
  const { result, errors } = execution;
  if (errors[0] !== undefined) throw errors[0];
  if (result === null) return {};
  const evaluator = evaluatorFor({ dialect: dialect.name, input: input ?? execution.input, budget });
  return valueToJson(result, { dialect: dialect.name, evaluator });
}
