/** Recognises functions that compute the same, so that equal selectors are found equal. */
import { PyFunction, type PyValue } from "../python/run/values";
import { printExpression } from "../python/syntax/print";
import { ungrouped, type Expression, type LambdaNode } from "../python/syntax/tree";
import { partsOf } from "../python/syntax/walk";
import type { Comparison } from "../values/compare";

/** A function whose meaning its text alone decides. */
export interface Canonical {
  readonly text: string;
  /** `lambda k, q: k < q` is a comparison. */
  readonly comparison?: Comparison;
}

const found = new WeakMap<LambdaNode, Canonical | null>();
const SIGNS = new Set<string>(["==", "!=", "<", "<=", ">", ">="]);

/** The text of a lambda that uses nothing but its parameters; null for every other function. */
export function canonicalLambda(func: PyValue): Canonical | null {
  if (!(func instanceof PyFunction) || func.node.kind !== "lambda") return null;
  const { node } = func;
  const known = found.get(node);
  if (known !== undefined) return known;
  const made = canonical(node);
  found.set(node, made);
  return made;
}

function canonical(node: LambdaNode): Canonical | null {
  const { parameters, body } = node;
  if (parameters.some((parameter) => parameter.star !== "" || parameter.default !== null)) return null;
  const own = new Set(parameters.map((parameter) => parameter.name));
  if (!closed(body, own)) return null;
  const text = printExpression(node);
  const inner = ungrouped(body);
  if (inner.kind !== "compare" || inner.rest.length !== 1 || parameters.length !== 2) return { text };
  const [left, right] = [ungrouped(inner.first), ungrouped(inner.rest[0].operand)];
  const { sign } = inner.rest[0];
  const plain =
    left.kind === "name" &&
    right.kind === "name" &&
    left.name === parameters[0].name &&
    right.name === parameters[1].name &&
    SIGNS.has(sign);
  return plain ? { text, comparison: sign as Comparison } : { text };
}

/** True where every name is a parameter; inner lambdas and comprehensions are left out as too rare. */
function closed(expression: Expression, own: ReadonlySet<string>): boolean {
  if (expression.kind === "lambda" || expression.kind === "comprehension") return false;
  if (expression.kind === "name") return own.has(expression.name);
  return partsOf(expression).every((part) => closed(part, own));
}
