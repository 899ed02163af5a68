/** Runs programs of any dialect and writes their values as short texts. */
import { Budget } from "../../src/rasp/ir/budget";
import { Evaluator } from "../../src/rasp/ir/evaluate";
import { matrixRows } from "../../src/rasp/ir/matrix";
import type { Dialect, ProgramInput, RaspValue } from "../../src/rasp/program";
import { programInput } from "../../src/rasp/embedded/settings";
import { RaspError } from "../../src/rasp/source/raspError";
import { atomText, cellText } from "../../src/rasp/values/show";

/** The result of a program on an input: values between spaces, or `error: kind`. */
export function resultText(dialect: Dialect, program: string, input: unknown): string {
  const {
    result,
    errors,
    input: used,
  } = dialect.execute(program, {
    input: programInput(input),
    budget: new Budget(),
  });
  if (errors.length > 0) return `error: ${errors[0].code}`;
  return result === null ? "nothing" : valueText(result, used);
}

/** A value on an input. */
export function valueText(value: RaspValue, input: ProgramInput): string {
  const arrays = input.kind === "arrays" ? input.arrays : new Map([["x", input.tokens]]);
  const tokens = input.kind === "tokens" ? input.tokens : ([...arrays.values()][0] ?? []);
  try {
    const evaluator = new Evaluator({ tokens, variables: arrays });
    switch (value.kind) {
      case "sop":
        return evaluator.sop(value.node).map(cellText).join(" ");
      case "selector":
        return matrixRows(evaluator.selector(value.node))
          .map((row) => row.join(""))
          .join(" ");
      case "sequence":
        return value.values.map(cellText).join(" ");
      case "matrix":
        return matrixRows(value.matrix)
          .map((row) => row.join(""))
          .join(" ");
      case "atom":
        return atomText(value.atom);
      case "list":
        return `[${value.items.map((item) => valueText(item, input)).join(", ")}]`;
      case "dict":
        return `{${value.entries.map(([key, item]) => `${atomText(key)}: ${valueText(item, input)}`).join(", ")}}`;
      case "function":
        return `${value.name}(${value.parameters.join(", ")})`;
    }
  } catch (error) {
    if (error instanceof RaspError) return `error: ${error.code}`;
    throw error;
  }
}
