/** Original RASP for the editor and the command line. */
import type { Evaluator } from "../ir/evaluate";
import type { Binding, Dialect, ExecuteOptions, Execution, RaspValue } from "../program";
import { RaspError } from "../source/raspError";
import { inputTokens } from "./inputTokens";
import { check } from "./check";
import { namesOf } from "./names";
import { parse } from "./parser";
import { print } from "./printer";
import { Session, syntaxError } from "./session";
import type { Outcome } from "./interpreter";
import type { Statement } from "./tree";

/** The original language (Weiss et al. 2021). */
export const original: Dialect = {
  name: "rasp",
  check,
  names: (text) => namesOf(parse(text)).occurrences,
  format(text) {
    const program = parse(text);
    return program.problems.length > 0 ? null : print(program);
  },
  execute,
};

function execute(text: string, options: ExecuteOptions): Execution {
  const program = parse(text);
  const errors: RaspError[] = program.problems.map(syntaxError);
  const bindings: Binding[] = [];
  let result: RaspValue | null = null;
  let input = options.input;
  let evaluator: Evaluator | undefined;
  let labels: Execution["labels"];
  try {
    const given = inputTokens(input);
    const session = new Session({ tokens: given, budget: options.budget, load: options.load });
    for (const statement of program.statements) {
      result = null;
      if (program.broken.has(statement)) continue;
      const outcome = attempt(session, statement, errors);
      if (outcome === null) continue;
      bindings.push(...bindingsOf(statement, outcome));
      result = outcome.value;
    }
    const { machine } = session.interpreter;
    const { tokens } = machine.examples.sop;
    // The very input that was given, unless the program set one of its own.
    if (tokens !== given) input = { kind: "tokens", tokens };
    evaluator = machine.example;
    labels = machine.ownNames;
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    errors.push(error);
  }
  errors.sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
  return { bindings, result, errors, input, ...(evaluator && labels ? { evaluator, labels } : {}) };
}

function attempt(session: Session, statement: Statement, errors: RaspError[]): Outcome | null {
  try {
    return session.run(statement);
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    errors.push(error);
    return null;
  }
}

function bindingsOf(statement: Statement, { named, value }: Outcome): Binding[] {
  const { range } = statement;
  if (named.length > 0) {
    // What a load brings has no place in this text.
    const here = statement.kind !== "load";
    return named.map(({ target, value: each }) => ({
      name: target.name,
      nameRange: here ? target.range : null,
      range,
      value: each,
    }));
  }
  return value === null ? [] : [{ name: null, nameRange: null, range, value }];
}
