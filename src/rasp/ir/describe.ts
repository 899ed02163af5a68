/** A node in words: the expression it stands for, with the program's own names. */
import { atomText } from "../values/show";
import type { AggregateNode, ElementwiseFunction, Predicate, RaspNode } from "./nodes";

/** Names that the program gave to nodes, by node id. */
export type NodeNames = ReadonlyMap<number, string>;

const INPUT_NAMES = {
  asis: "tokens",
  str: "tokens",
  int: "tokens_int",
  float: "tokens_float",
  bool: "tokens_bool",
};
const INFIX = new Set([
  "+",
  "-",
  "*",
  "/",
  "//",
  "%",
  "^",
  "**",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "&",
  "|",
  "in",
]);
/** Deeper parts are shown as "…". */
const DEEPEST = 4;

/** The node as an expression; its own name is not used for itself, those of its parts are. */
export function describe(node: RaspNode, names: NodeNames, depth = 0): string {
  if (depth > DEEPEST) return "…";
  const part = (operand: RaspNode): string => names.get(operand.id) ?? describe(operand, names, depth + 1);
  const inside = (operand: RaspNode): string =>
    isInfix(operand) && !names.has(operand.id) ? `(${part(operand)})` : part(operand);
  switch (node.kind) {
    case "input":
      return INPUT_NAMES[node.name];
    case "variable":
      return node.name;
    case "indices":
      return node.of === null ? "indices" : `indices(${part(node.of)})`;
    case "constant":
      return atomText(node.value);
    case "literal":
      return `[${node.values.map(atomText).join(", ")}]`;
    case "map": {
      const operands = node.operands;
      if (operands.length === 2 && INFIX.has(node.function.name)) {
        return `${inside(operands[0])} ${node.function.name} ${inside(operands[1])}`;
      }
      if (isChoice(node)) {
        const [condition, then, otherwise] = operands;
        const test = isChoice(condition) ? inside(condition) : part(condition);
        return `${inside(then)} if ${test} else ${inside(otherwise)}`;
      }
      return call(node.function, operands.map(part), operands.map(inside));
    }
    case "aggregate":
      return aggregateText(node, part);
    case "select":
      return `select(${part(node.key)}, ${part(node.query)}, ${predicateText(node.predicate)})`;
    case "and":
    case "or":
      return `${inside(node.left)} ${node.kind} ${inside(node.right)}`;
    case "not":
      return `not ${inside(node.operand)}`;
  }
}

function call({ name }: ElementwiseFunction, operands: readonly string[], inside: readonly string[]): string {
  if ((name === "-" || name === "+" || name === "not") && operands.length === 1) {
    return name === "not" ? `not ${inside[0]}` : `${name}${inside[0]}`;
  }
  return `${name}(${operands.join(", ")})`;
}

function aggregateText(node: AggregateNode, part: (operand: RaspNode) => string): string {
  if (node.value === null) return `selector_width(${part(node.selector)})`;
  const reducer = node.reducer.name === "mean" ? "aggregate" : `aggregate ${node.reducer.name}`;
  const rest = node.default === 0 || node.default === null ? "" : `, ${atomText(node.default)}`;
  return `${reducer}(${part(node.selector)}, ${part(node.value)}${rest})`;
}

/** What is asked of key and query: a sign, or a function's name. */
export function predicateText(predicate: Predicate): string {
  if (predicate.kind === "comparison") return predicate.sign;
  return predicate.kind === "always" ? String(predicate.value) : predicate.name;
}

function isInfix(node: RaspNode): boolean {
  if (node.kind === "map")
    return (node.operands.length === 2 && INFIX.has(node.function.name)) || isChoice(node);
  return node.kind === "and" || node.kind === "or";
}

/** The choice by a condition, as original RASP writes it. */
function isChoice(node: RaspNode): boolean {
  return node.kind === "map" && node.operands.length === 3 && node.function.name === "if";
}
