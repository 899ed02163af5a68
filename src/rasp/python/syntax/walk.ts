/** Goes through the parts of a tree. */
import type { Expression, NameNode, Parameter } from "./tree";
import { ungrouped } from "./tree";

/** The names that a target of `=` or `for` gives values to. */
export function namesOfTarget(target: Expression): NameNode[] {
  const inner = ungrouped(target);
  if (inner.kind === "name") return [inner];
  if (inner.kind === "starred") return namesOfTarget(inner.value);
  return inner.kind === "tuple" || inner.kind === "list" ? inner.items.flatMap(namesOfTarget) : [];
}

/** The expressions that an expression is made of, without those of lambdas and comprehensions, which have scopes. */
export function partsOf(expression: Expression): readonly Expression[] {
  const all = (...parts: (Expression | null)[]): Expression[] => parts.filter((part) => part !== null);
  switch (expression.kind) {
    case "formatted":
      return expression.parts.flatMap((part) => (typeof part === "string" ? [] : [part.value]));
    case "list":
    case "set":
    case "tuple":
      return expression.items;
    case "dict":
      return expression.entries.flatMap(([key, value]) => all(key, value));
    case "unary":
      return [expression.operand];
    case "binary":
    case "boolean":
      return [expression.left, expression.right];
    case "compare":
      return [expression.first, ...expression.rest.map((part) => part.operand)];
    case "conditional":
      return [expression.then, expression.test, expression.otherwise];
    case "call":
      return [expression.callee, ...expression.args.map((argument) => argument.value)];
    case "attribute":
      return [expression.object];
    case "index":
      return [expression.object, expression.index];
    case "slice":
      return all(expression.start, expression.stop, expression.step);
    case "starred":
      return [expression.value];
    case "group":
      return [expression.inner];
    default:
      return [];
  }
}

/** The defaults of parameters, which are read outside the function. (Annotations are read by nobody.) */
export function defaultsOf(parameters: readonly Parameter[]): Expression[] {
  return parameters.flatMap((parameter) => parameter.default ?? []);
}
