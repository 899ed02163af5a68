/** Values that are written out: brackets with their items, comprehensions, texts with values in them. */
import { RaspError } from "../../source/raspError";
import { Float, asNumber, isNumeric } from "../../values/atom";
import type { ComprehensionNode, Expression } from "../syntax/tree";
import type { Interpreter } from "./interpreter";
import { bounded, iterate } from "./operators";
import { Scope } from "./scope";
import { assignTo } from "./statements";
import { PyDict, PyList, PySet, PyTuple, isScalar, nameOfValue, str, type PyValue } from "./values";

/** The value of brackets with items in them. */
export function display(run: Interpreter, node: Expression, scope: Scope): PyValue {
  switch (node.kind) {
    case "list":
      return new PyList(items(run, node.items, scope));
    case "tuple":
      return new PyTuple(items(run, node.items, scope));
    case "set":
      return new PySet(items(run, node.items, scope));
    case "dict": {
      const dict = new PyDict();
      for (const [key, value] of node.entries) {
        if (key !== null) dict.set(run.evaluate(key, scope), run.evaluate(value, scope));
        else {
          const other = run.evaluate(value, scope);
          if (!(other instanceof PyDict))
            throw new RaspError("type", `** spreads a dict, not ${nameOfValue(other)}.`);
          for (const [k, v] of other.entries.values()) dict.set(k, v);
        }
      }
      return dict;
    }
    case "starred":
      throw new RaspError("syntax", "* spreads a list inside brackets or a call.");
    case "slice":
      throw new RaspError("syntax", ": stands inside the brackets of an index.");
    default:
      throw new RaspError("syntax", "This could not be read.");
  }
}

/** The values of a display, with `*` spread. */
function items(run: Interpreter, nodes: readonly Expression[], scope: Scope): PyValue[] {
  const all: PyValue[] = [];
  for (const node of nodes) {
    if (node.kind === "starred") all.push(...run.all(run.evaluate(node.value, scope)));
    else all.push(run.evaluate(node, scope));
  }
  return bounded(all);
}

/** A list, a set or a dict made by a comprehension. */
export function comprehended(run: Interpreter, node: ComprehensionNode, scope: Scope): PyValue {
  const all: PyValue[] = [];
  const dict = new PyDict();
  const inner = new Scope(scope);
  const clause = (depth: number): void => {
    if (depth === node.clauses.length) {
      if (node.value === null) all.push(run.evaluate(node.element, inner));
      else dict.set(run.evaluate(node.element, inner), run.evaluate(node.value, inner));
      bounded(all);
      return;
    }
    const { target, iterable, conditions } = node.clauses[depth];
    const source = run.evaluate(iterable, depth === 0 ? scope : inner);
    for (const item of iterate(source)) {
      run.budget.step();
      assignTo(run, target, item, inner);
      if (conditions.every((condition) => run.test(condition, inner))) clause(depth + 1);
    }
  };
  clause(0);
  if (node.shape === "dict") return dict;
  return node.shape === "set" ? new PySet(all) : new PyList(all);
}

/** A text with values in it. */
export function formatted(
  run: Interpreter,
  { parts }: Extract<Expression, { kind: "formatted" }>,
  scope: Scope,
): string {
  return parts
    .map((part) =>
      typeof part === "string" ? part : formattedOne(run.evaluate(part.value, scope), part.format),
    )
    .join("");
}

function formattedOne(value: PyValue, format: string): string {
  if (format === "") return str(value);
  const digits = /^\.(\d{1,2})f$/.exec(format)?.[1];
  if (digits !== undefined && isScalar(value) && isNumeric(value))
    return asNumber(value).toFixed(Number(digits));
  if (format === "d" && isScalar(value) && isNumeric(value) && !(value instanceof Float))
    return String(Number(value));
  throw new RaspError(
    "unsupported",
    `The format ${format} is not supported.`,
    null,
    "Formats are .2f and the like.",
  );
}
