/** Everything that can be said of a program without running it. */
import type { Diagnostic } from "../source/diagnostic";
import { namesOf } from "./names";
import { parse } from "./parser";
import { adviceFor } from "./scope";
import { trapsOf } from "./traps";

/** The remarks on a text, in its order. */
export function check(text: string): readonly Diagnostic[] {
  const program = parse(text);
  const found: Diagnostic[] = program.problems.map(({ message, range, next }) => {
    return { severity: "error", code: "syntax", message, range, next };
  });
  found.push(...trapsOf(program));
  const { unknown, hiding, known } = namesOf(program);
  // What a loaded file brings is not known here, nor what a statement with an error would have defined.
  const whole = program.problems.length === 0 && program.statements.every(({ kind }) => kind !== "load");
  for (const { name, range, conditional } of whole ? unknown : []) {
    found.push({
      severity: conditional ? "warning" : "error",
      code: "undefined-variable",
      message: `Undefined variable: ${name}`,
      range,
      next: adviceFor(name, known),
    });
  }
  for (const { name, range } of hiding) {
    found.push({
      severity: "hint",
      code: "hidden-name",
      message: `This ${name} is another than the ${name} outside, which keeps its value.`,
      range,
    });
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}
