/** Writes expressions and the heads of statements in one layout. */
import type { Argument, Clause, Expression, Parameter } from "./tree";

/** How tightly each kind of expression holds together; an operand that holds less gets brackets. */
const TIGHTNESS: Readonly<Record<string, number>> = {
  lambda: 1,
  conditional: 2,
  or: 3,
  and: 4,
  not: 5,
  compare: 6,
  "|": 7,
  "&": 8,
  "<<": 9,
  ">>": 9,
  "+": 10,
  "-": 10,
  "*": 11,
  "/": 11,
  "//": 11,
  "%": 11,
  "@": 11,
  sign: 12,
  "**": 13,
  "^": 13,
  postfix: 14,
};

function tightness(node: Expression): number {
  switch (node.kind) {
    case "lambda":
    case "conditional":
    case "compare":
      return TIGHTNESS[node.kind];
    case "boolean":
    case "binary":
      return TIGHTNESS[node.sign];
    case "unary":
      return TIGHTNESS[node.sign === "not" ? "not" : "sign"];
    case "starred":
      return 0;
    case "tuple":
      return node.bracketed ? 15 : 0;
    case "literal":
      // `1.real` would be a float without its end.
      return /^\d+$/.test(node.text) ? 13.5 : 15;
    default:
      return 15;
  }
}

function operand(node: Expression, least: number): string {
  const text = printExpression(node);
  return tightness(node) < least ? `(${text})` : text;
}

/** An expression on one line. */
export function printExpression(node: Expression): string {
  switch (node.kind) {
    case "name":
      return node.name;
    case "literal":
    case "string":
    case "formatted":
      return node.text;
    case "group":
      return `(${printExpression(node.inner)})`;
    case "list":
      return `[${node.items.map(printItem).join(", ")}]`;
    case "set":
      return `{${node.items.map(printItem).join(", ")}}`;
    case "tuple":
      return printTuple(node.items, node.bracketed);
    case "dict":
      return `{${node.entries.map(([key, value]) => (key === null ? `**${operand(value, 7)}` : `${printItem(key)}: ${printItem(value)}`)).join(", ")}}`;
    case "comprehension":
      return printComprehension(node);
    case "lambda":
      return `lambda${node.parameters.length > 0 ? " " : ""}${printParameters(node.parameters)}: ${printItem(node.body)}`;
    case "starred":
      return `*${operand(node.value, 7)}`;
    case "slice":
      return printSlice(node);
    case "error":
      return "";
    default:
      return printOperation(node);
  }
}

function printItem(node: Expression): string {
  return node.kind === "tuple" && !node.bracketed
    ? `(${printTuple(node.items, false)})`
    : printExpression(node);
}

function printTuple(items: readonly Expression[], bracketed: boolean): string {
  const inside = `${items.map(printItem).join(", ")}${items.length === 1 ? "," : ""}`;
  return bracketed ? `(${inside})` : inside;
}

type Operation = Extract<
  Expression,
  { kind: "unary" | "binary" | "boolean" | "compare" | "conditional" | "call" | "attribute" | "index" }
>;

function printOperation(node: Operation): string {
  switch (node.kind) {
    case "unary":
      return node.sign === "not"
        ? `not ${operand(node.operand, TIGHTNESS["not"])}`
        : node.sign + operand(node.operand, TIGHTNESS["sign"]);
    case "binary": {
      const level = TIGHTNESS[node.sign];
      const isPower = node.sign === "**" || node.sign === "^";
      // A power takes a sign on its right without brackets, and groups to the right.
      const left = operand(node.left, isPower ? level + 0.5 : level);
      const right = operand(node.right, isPower ? TIGHTNESS["sign"] : level + 1);
      return isPower ? `${left}${node.sign}${right}` : `${left} ${node.sign} ${right}`;
    }
    case "boolean": {
      const level = TIGHTNESS[node.sign];
      return `${operand(node.left, level)} ${node.sign} ${operand(node.right, level + 1)}`;
    }
    case "compare": {
      const rest = node.rest.map(({ sign, operand: part }) => ` ${sign} ${operand(part, 7)}`);
      return operand(node.first, 7) + rest.join("");
    }
    case "conditional":
      return `${operand(node.then, 3)} if ${operand(node.test, 3)} else ${operand(node.otherwise, 1)}`;
    case "call":
      return `${operand(node.callee, 14)}(${node.args.map(printArgument).join(", ")})`;
    case "attribute":
      return `${operand(node.object, 14)}.${node.name}`;
    case "index":
      return `${operand(node.object, 13.5)}[${node.index.kind === "tuple" ? printExpression(node.index) : printItem(node.index)}]`;
  }
}

function printSlice(node: Extract<Expression, { kind: "slice" }>): string {
  const part = (bound: Expression | null): string => (bound === null ? "" : printItem(bound));
  return `${part(node.start)}:${part(node.stop)}${node.step === null ? "" : `:${part(node.step)}`}`;
}

function printArgument({ name, star, value }: Argument): string {
  if (name !== null) return `${name}=${printItem(value)}`;
  // A comprehension that is the only argument stands without brackets of its own.
  return value.kind === "comprehension" && value.shape === "generator"
    ? star + printGenerator(value)
    : star + printItem(value);
}

function printComprehension(node: Extract<Expression, { kind: "comprehension" }>): string {
  const inside = printGenerator(node);
  const brackets = { list: "[]", set: "{}", dict: "{}", generator: "()" }[node.shape];
  return brackets[0] + inside + brackets[1];
}

function printGenerator(node: Extract<Expression, { kind: "comprehension" }>): string {
  const element =
    node.value === null ? printItem(node.element) : `${printItem(node.element)}: ${printItem(node.value)}`;
  return element + node.clauses.map(printClause).join("");
}

function printClause({ target, iterable, conditions }: Clause): string {
  const ifs = conditions.map((condition) => ` if ${operand(condition, 3)}`).join("");
  return ` for ${printExpression(target)} in ${operand(iterable, 3)}${ifs}`;
}

/** Parameters between commas. */
export function printParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(({ name, star, annotation, default: value }) => {
      const typed = annotation === null ? "" : `: ${printItem(annotation)}`;
      if (value === null) return star + name + typed;
      return `${name}${typed}${annotation === null ? "=" : " = "}${printItem(value)}`;
    })
    .join(", ");
}
