/** Looks into the functions that a RASP-L program gives to tok_map and seq_map. */
import type { PyFunction } from "../python/run/values";
import { ungrouped, type Expression, type Statement } from "../python/syntax/tree";
import { partsOf } from "../python/syntax/walk";
import type { SourceRange } from "../source/range";

const ARITHMETIC = new Set(["+", "-", "*", "/", "//", "%", "**", "^", "&", "|", "<<", ">>"]);

/** Where a function computes with a parameter that is an index, beyond a step of one; null where nowhere. */
export function indexArithmeticIn(func: PyFunction, indices: readonly boolean[]): SourceRange | null {
  const own = new Set(
    func.node.parameters.filter((_, i) => indices[i] === true).map((parameter) => parameter.name),
  );
  if (own.size === 0) return null;
  const isIndex = (node: Expression): boolean => {
    const inner = ungrouped(node);
    return inner.kind === "name" && own.has(inner.name);
  };
  return first(func, (node) => {
    if (node.kind === "unary") return node.sign !== "not" && isIndex(node.operand);
    if (node.kind !== "binary" || !ARITHMETIC.has(node.sign)) return false;
    if (!isIndex(node.left) && !isIndex(node.right)) return false;
    const other = ungrouped(isIndex(node.left) ? node.right : node.left);
    const isStep = (node.sign === "+" || node.sign === "-") && other.kind === "literal" && other.value === 1;
    return !isStep;
  });
}

/** Where a function divides by something that may be zero; null where nowhere. */
export function partialIn(func: PyFunction): SourceRange | null {
  return first(func, (node) => {
    if (node.kind !== "binary" || !["/", "//", "%"].includes(node.sign)) return false;
    const by = ungrouped(node.right);
    return by.kind !== "literal" || by.value === 0;
  });
}

function first(func: PyFunction, wanted: (node: Expression) => boolean): SourceRange | null {
  const bodies = func.node.kind === "lambda" ? [func.node.body] : expressionsOf(func.node.body);
  const waiting = [...bodies];
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    if (wanted(node)) return node.range;
    waiting.push(...partsOf(node));
  }
  return null;
}

function expressionsOf(body: readonly Statement[]): Expression[] {
  return body.flatMap((statement): Expression[] => {
    switch (statement.kind) {
      case "expression":
        return [statement.value];
      case "assign":
      case "return":
        return statement.value === null ? [] : [statement.value];
      case "augmented":
        return [statement.value];
      case "if":
        return [
          ...statement.branches.flatMap(({ test, body: inner }) => [test, ...expressionsOf(inner)]),
          ...expressionsOf(statement.otherwise ?? []),
        ];
      case "for":
      case "while":
        return [...expressionsOf(statement.body), ...expressionsOf(statement.otherwise ?? [])];
      default:
        return [];
    }
  });
}
