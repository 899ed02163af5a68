/** Expressions in the project's own layout; what is too long for a line is broken at its weakest joints. */
import { gluedFunctions } from "./tokens";
import type { DictEntry, Comprehension, Expression } from "./tree";

/** Lines are broken beyond this, where they can be. */
const WIDTH = 100;

/** One more level. */
export const INDENT = "    ";

/** Writes expressions. */
export class ExpressionPrinter {
  private readonly flats = new WeakMap<Expression, string>();

  /** On one line. */
  flat(expression: Expression): string {
    let text = this.flats.get(expression);
    if (text === undefined) {
      text = this.write(expression);
      this.flats.set(expression, text);
    }
    return text;
  }

  /** Within the width if it can be: `column` is where it begins, `indent` what its further lines begin with. */
  laid(expression: Expression, column: number, indent: string): string {
    const flat = this.flat(expression);
    if (column + flat.length <= WIDTH) return flat;
    const inner = indent + INDENT;
    const at = inner.length;
    switch (expression.kind) {
      case "group":
        return `(\n${inner}${this.laid(expression.inner, at, inner)}\n${indent})`;
      case "list":
        return this.broken("[", expression.items, "]", indent);
      case "call": {
        const callee = this.callee(expression.callee);
        return expression.arguments.length === 0
          ? flat
          : this.broken(`${callee}(`, expression.arguments, ")", indent);
      }
      case "range":
      case "zip":
        return this.broken(`${expression.kind}(`, expression.arguments, ")", indent);
      case "aggregate": {
        const { selector, value } = expression;
        const parts = expression.default === null ? [selector, value] : [selector, value, expression.default];
        return this.broken("aggregate(", parts, ")", indent);
      }
      case "select": {
        const sides = [expression.key, expression.query].map(
          (side) => `${inner}${this.laid(side, at, inner)},\n`,
        );
        return `select(\n${sides.join("")}${inner}${expression.sign}\n${indent})`;
      }
      case "binary": {
        const left = this.laid(expression.left, column, indent);
        const lead = `${expression.sign} `;
        return `${left}\n${inner}${lead}${this.laid(expression.right, at + lead.length, inner)}`;
      }
      case "ternary": {
        const then = this.laid(expression.then, column, indent);
        const condition = this.laid(expression.condition, at + 3, inner);
        return `${then}\n${inner}if ${condition}\n${inner}else ${this.laid(expression.otherwise, at + 5, inner)}`;
      }
      case "in": {
        const element = this.laid(expression.element, column, indent);
        return `${element}\n${inner}in ${this.laid(expression.container, at + 3, inner)}`;
      }
      default:
        return flat;
    }
  }

  private broken(open: string, items: readonly Expression[], close: string, indent: string): string {
    const inner = indent + INDENT;
    const lines = items.map((item) => inner + this.laid(item, inner.length, inner));
    return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
  }

  private list(items: readonly Expression[]): string {
    return items.map((item) => this.flat(item)).join(", ");
  }

  /** Without a space, `len (x)` would become the function len, which it is not. */
  private callee(callee: Expression): string {
    const glues = callee.kind === "name" && gluedFunctions.has(callee.name);
    return glues ? `${callee.name} ` : this.flat(callee);
  }

  private entry({ key, value }: DictEntry): string {
    return `${this.flat(key)}: ${this.flat(value)}`;
  }

  private generator({ names, iterable }: Comprehension): string {
    return `for ${names.map(({ name }) => name).join(", ")} in ${this.flat(iterable)}`;
  }

  private write(expression: Expression): string {
    switch (expression.kind) {
      case "name":
        return expression.name;
      case "int":
      case "float":
        return expression.text;
      case "string":
        return `"${expression.value}"`;
      case "group":
        return `(${this.flat(expression.inner)})`;
      case "list":
        return `[${this.list(expression.items)}]`;
      case "dict":
        return `{${expression.entries.map((entry) => this.entry(entry)).join(", ")}}`;
      case "list-comprehension":
        return `[${this.flat(expression.value)} ${this.generator(expression)}]`;
      case "dict-comprehension":
        return `{${this.entry(expression)} ${this.generator(expression)}}`;
      case "select":
        return `select(${this.flat(expression.key)}, ${this.flat(expression.query)}, ${expression.sign})`;
      case "aggregate": {
        const { selector, value } = expression;
        const parts = expression.default === null ? [selector, value] : [selector, value, expression.default];
        return `aggregate(${this.list(parts)})`;
      }
      case "range":
      case "zip":
        return `${expression.kind}(${this.list(expression.arguments)})`;
      case "len":
      case "round":
      case "indicator":
        return `${expression.kind}(${this.flat(expression.operand)})`;
      default:
        return this.writeOperation(expression);
    }
  }

  private writeOperation(expression: Expression): string {
    switch (expression.kind) {
      case "unary":
        return `${expression.sign === "not" ? "not " : expression.sign}${this.flat(expression.operand)}`;
      case "binary": {
        const [left, right] = [this.flat(expression.left), this.flat(expression.right)];
        return expression.sign === "^" ? `${left}^${right}` : `${left} ${expression.sign} ${right}`;
      }
      case "ternary": {
        const { then, condition, otherwise } = expression;
        return `${this.flat(then)} if ${this.flat(condition)} else ${this.flat(otherwise)}`;
      }
      case "in":
        return `${this.flat(expression.element)} in ${this.flat(expression.container)}`;
      case "index":
        return `${this.flat(expression.value)}[${this.flat(expression.index)}]`;
      case "call":
        return `${this.callee(expression.callee)}(${this.list(expression.arguments)})`;
      default:
        return "";
    }
  }
}
