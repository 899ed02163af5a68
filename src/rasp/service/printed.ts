/** What Run prints: the value of a statement in full, and what went wrong. */
import type { RaspProgram } from "../../protocol/raspApi";
import { runOnExample, type ReadBeside } from "./analyse";
import { inputText } from "./example";
import { longText } from "./valueText";

/**
 * The values of the statement at a place (of the last one where null), on the running example.
 * @throws {RaspError} where the program or the example fails
 */
export function printed(program: RaspProgram & { readonly at: number | null }, read: ReadBeside): string {
  const run = runOnExample(program, read);
  const { bindings, errors, input } = run.execution;
  const { at } = program;
  const last = bindings.at(-1);
  const start =
    at === null ? last?.range.start : bindings.findLast(({ range }) => range.start <= at)?.range.start;
  const shown = bindings.filter(({ range }) => range.start === start);
  if (shown.length === 0 && errors[0] !== undefined) throw errors[0];
  const lines = shown.map(({ name, value }) => {
    const text = longText(value, run.evaluator, run.style, run.tokens);
    const label = name ?? "result";
    return text.includes("\n")
      ? `${label} on ${inputText(input)}:\n${text}`
      : `${label} on ${inputText(input)} = ${text}`;
  });
  const failed = at === null ? errors.map(({ code, message }) => `${code}: ${message}`) : [];
  return [...lines, ...failed].join("\n");
}
