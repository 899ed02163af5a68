/** Runs statements. */
import { RaspError } from "../../source/raspError";
import { ungrouped, type Expression, type Statement } from "../syntax/tree";
import { itemAt, putItem } from "./indexing";
import { Unavailable, type Interpreter } from "./interpreter";
import { binary, iterate } from "./operators";
import type { Scope } from "./scope";
import { PyList, PyNamespace, nameOfValue, repr, type PyValue } from "./values";

/** How a body ended, where not at its end. */
export type Outcome =
  { readonly kind: "return"; readonly value: PyValue } | { readonly kind: "break" | "continue" };

/** Runs statements one after the other. */
export function runBody(run: Interpreter, body: readonly Statement[], scope: Scope): Outcome | null {
  for (const statement of body) {
    const outcome = runStatement(run, statement, scope);
    if (outcome !== null) return outcome;
  }
  return null;
}

/** Runs a statement; an error without a place gets its range. */
export function runStatement(run: Interpreter, statement: Statement, scope: Scope): Outcome | null {
  run.budget.step();
  return run.statement(statement.range, () => execute(run, statement, scope));
}

function execute(run: Interpreter, statement: Statement, scope: Scope): Outcome | null {
  switch (statement.kind) {
    case "expression":
      run.evaluate(statement.value, scope);
      return null;
    case "assign": {
      if (statement.value === null) return null;
      const value = run.evaluate(statement.value, scope);
      for (const target of statement.targets) assignTo(run, target, value, scope);
      return null;
    }
    case "augmented":
      augment(run, statement, scope);
      return null;
    case "def": {
      const func = run.makeFunction(statement, scope);
      scope.assign(statement.name, func);
      if (scope === run.program) run.onAssign?.(statement, func);
      return null;
    }
    case "return":
      return {
        kind: "return",
        value: statement.value === null ? null : run.evaluate(statement.value, scope),
      };
    case "if": {
      const taken = statement.branches.find(({ test }) => run.test(test, scope));
      return runBody(run, taken?.body ?? statement.otherwise ?? [], scope);
    }
    case "for":
    case "while":
      return loop(run, statement, scope);
    case "break":
    case "continue":
      return { kind: statement.kind };
    case "assert":
      check(run, statement, scope);
      return null;
    case "global":
    case "nonlocal":
      for (const { name } of statement.names) scope.declare(name, statement.kind, run.program);
      return null;
    case "import":
      imported(run, statement, scope);
      return null;
    case "pass":
      return null;
    case "error":
      // What is wrong with it was said when it was read.
      throw new Unavailable();
  }
}

function augment(run: Interpreter, node: Extract<Statement, { kind: "augmented" }>, scope: Scope): void {
  const target = ungrouped(node.target);
  if (target.kind === "index") {
    const [object, index] = [run.evaluate(target.object, scope), run.evaluate(target.index, scope)];
    const before = itemAt(object, index);
    const added = run.evaluate(node.value, scope);
    run.range = node.range;
    putItem(object, index, combined(run, node.sign, before, added));
    return;
  }
  const before = run.evaluate(target, scope);
  const added = run.evaluate(node.value, scope);
  run.range = node.range;
  assignTo(run, target, combined(run, node.sign, before, added), scope);
}

function combined(
  run: Interpreter,
  sign: Parameters<typeof binary>[0],
  before: PyValue,
  added: PyValue,
): PyValue {
  if (sign === "+" && before instanceof PyList) {
    before.items.push(...run.all(added));
    return before;
  }
  return binary(sign, before, added);
}

function loop(
  run: Interpreter,
  node: Extract<Statement, { kind: "for" | "while" }>,
  scope: Scope,
): Outcome | null {
  const turn = (): Outcome | null => {
    run.budget.step();
    const outcome = runBody(run, node.body, scope);
    return outcome?.kind === "continue" ? null : outcome;
  };
  if (node.kind === "for") {
    for (const item of iterate(run.evaluate(node.iterable, scope))) {
      assignTo(run, node.target, item, scope);
      const outcome = turn();
      if (outcome !== null) return outcome.kind === "break" ? null : outcome;
    }
  } else {
    while (run.test(node.test, scope)) {
      const outcome = turn();
      if (outcome !== null) return outcome.kind === "break" ? null : outcome;
    }
  }
  return runBody(run, node.otherwise ?? [], scope);
}

function check(run: Interpreter, node: Extract<Statement, { kind: "assert" }>, scope: Scope): void {
  if (run.test(node.test, scope)) return;
  const message = node.message === null ? "" : `: ${repr(run.evaluate(node.message, scope))}`;
  throw new RaspError("type", `The assertion does not hold${message}.`);
}

/**
 * Gives a value to a target.
 * @throws {RaspError} "type" where the number of values does not fit
 */
export function assignTo(run: Interpreter, node: Expression, value: PyValue, scope: Scope): void {
  const target = ungrouped(node);
  if (target.kind === "name") {
    scope.assign(target.name, value);
    if (scope === run.program) run.onAssign?.(target, value);
  } else if (target.kind === "index") {
    if (target.index.kind === "slice") throw new RaspError("unsupported", "Slices cannot be assigned.");
    putItem(run.evaluate(target.object, scope), run.evaluate(target.index, scope), value);
  } else if (target.kind === "tuple" || target.kind === "list") {
    unpack(run, target.items, value, scope);
  }
}

function unpack(run: Interpreter, targets: readonly Expression[], value: PyValue, scope: Scope): void {
  const items = run.all(value);
  const star = targets.findIndex((target) => target.kind === "starred");
  const fits = star < 0 ? items.length === targets.length : items.length >= targets.length - 1;
  if (!fits) {
    const least = star < 0 ? `${targets.length}` : `at least ${targets.length - 1}`;
    throw new RaspError(
      "type",
      `${least} values are needed here, but ${nameOfValue(value)} of ${items.length} is given.`,
    );
  }
  targets.forEach((target, i) => {
    if (target.kind === "starred") {
      const after = targets.length - 1 - i;
      assignTo(run, target.value, new PyList(items.slice(i, items.length - after)), scope);
    } else assignTo(run, target, items[star >= 0 && i > star ? items.length - targets.length + i : i], scope);
  });
}

/** Imports bring nothing: what the dialect offers is there already, and under a module's name too. */
function imported(run: Interpreter, node: Extract<Statement, { kind: "import" }>, scope: Scope): void {
  const language = run.options.language;
  const offered = (): PyNamespace => new PyNamespace(node.module, language.values);
  for (const { name, as } of node.names) {
    if (name === "*") continue;
    const known = node.from ? language.values.get(name) : undefined;
    scope.assign(as, known ?? offered());
  }
}
