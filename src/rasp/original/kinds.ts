/** What an expression surely is, as far as its text alone tells. */
import type { Expression } from "./tree";

/** Values of s-ops whose averages fail; null where the text does not tell. */
export type KnownType = "string" | "bool" | null;

/** The expressions that names were last assigned. */
export type Assigned = ReadonlyMap<string, Expression>;

/** How far names are followed. */
const MAX_STEPS = 20;

/** The type that an expression surely has. */
export function knownType(expression: Expression, assigned: Assigned, steps = MAX_STEPS): KnownType {
  if (steps === 0) return null;
  const ask = (part: Expression): KnownType => knownType(part, assigned, steps - 1);
  const both = (a: Expression, b: Expression): KnownType => (ask(a) === ask(b) ? ask(a) : null);
  switch (expression.kind) {
    case "string":
      return "string";
    case "group":
      return ask(expression.inner);
    case "name": {
      const value = assigned.get(expression.name);
      if (value !== undefined) return ask(value);
      if (expression.name === "tokens" || expression.name === "tokens_str") return "string";
      return ["tokens_bool", "True", "False"].includes(expression.name) ? "bool" : null;
    }
    case "binary": {
      if (["==", "<", "<=", ">", ">="].includes(expression.sign)) return "bool";
      const type = both(expression.left, expression.right);
      if (expression.sign === "and" || expression.sign === "or") return type === "bool" ? "bool" : null;
      return expression.sign === "+" && type === "string" ? "string" : null;
    }
    case "unary":
      return expression.sign === "not" && ask(expression.operand) === "bool" ? "bool" : null;
    case "in":
      return "bool";
    case "ternary":
      return both(expression.then, expression.otherwise);
    default:
      return null;
  }
}

/** What a name stands for, as far as the text tells. */
export function followed(expression: Expression, assigned: Assigned, steps = MAX_STEPS): Expression {
  if (steps === 0) return expression;
  if (expression.kind === "group") return followed(expression.inner, assigned, steps - 1);
  const value = expression.kind === "name" ? assigned.get(expression.name) : undefined;
  return value === undefined ? expression : followed(value, assigned, steps - 1);
}

/** True for a selector that selects several positions on any input of a few tokens. */
export function selectsSeveral(selector: Expression, assigned: Assigned): boolean {
  const what = followed(selector, assigned);
  if (what.kind === "name") return what.name === "full_s";
  return what.kind === "select" && what.sign !== "==";
}

/** True for a selector that leaves the first or the last rows empty. */
export function leavesRowsEmpty(selector: Expression, assigned: Assigned): boolean {
  const what = followed(selector, assigned);
  if (what.kind === "binary" && what.sign === "and") {
    return leavesRowsEmpty(what.left, assigned) || leavesRowsEmpty(what.right, assigned);
  }
  if (what.kind !== "select") return false;
  const [key, query] = [followed(what.key, assigned), followed(what.query, assigned)];
  if (isIndices(key) && isIndices(query)) return what.sign === "<" || what.sign === ">";
  return what.sign === "==" && ((isIndices(key) && isMoved(query)) || (isMoved(key) && isIndices(query)));
}

function isIndices(expression: Expression): boolean {
  return expression.kind === "name" && expression.name === "indices";
}

/** `indices + 1` and the like. */
function isMoved(expression: Expression): boolean {
  if (expression.kind !== "binary" || (expression.sign !== "+" && expression.sign !== "-")) return false;
  return isIndices(expression.left) && expression.right.kind === "int" && Number(expression.right.text) !== 0;
}
