/** Remarks on what the language does otherwise than most readers expect. */
import type { Diagnostic } from "../source/diagnostic";
import type { SourceRange } from "../source/range";
import { ExpressionPrinter } from "./printExpression";
import { partsOf, type Expression, type ExpressionOf, type Program, type Statement } from "./tree";
import { knownType, leavesRowsEmpty, selectsSeveral } from "./kinds";
import { reservedNames } from "./words";

const comparisons: ReadonlySet<string> = new Set(["==", "<", "<=", ">", ">="]);

/** The traps in a program, in the order of the text. */
export function trapsOf(program: Program): Diagnostic[] {
  const finder = new TrapFinder();
  finder.statements(program.statements);
  return finder.found;
}

type Remark = Pick<Diagnostic, "severity" | "code" | "message" | "next">;

class TrapFinder {
  readonly found: Diagnostic[] = [];
  private readonly printer = new ExpressionPrinter();
  private readonly assigned = new Map<string, Expression>();
  private powers = 0;

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case "expression":
        return this.expression(statement.value);
      case "assign":
        for (const value of statement.values) this.expression(value);
        for (const target of statement.targets) this.reserved(target.name, target.range, false);
        if (statement.targets.length === 1 && statement.values.length === 1) {
          this.remember(statement.targets[0].name, statement.values[0]);
        } else for (const { name } of statement.targets) this.assigned.delete(name);
        return;
      case "draw":
        this.expression(statement.value);
        if (statement.input !== null) this.expression(statement.input);
        return;
      case "def":
        this.reserved(statement.name.name, statement.name.range, false);
        for (const { name, range } of statement.parameters) {
          this.reserved(name, range, true);
          this.assigned.delete(name);
        }
        this.statements(statement.body);
        for (const value of statement.result.values) this.expression(value);
        return;
      case "for":
        this.expression(statement.iterable);
        for (const { name, range } of statement.names) {
          this.reserved(name, range, false);
          this.assigned.delete(name);
        }
        return this.statements(statement.body);
      case "command":
        if (statement.command === "set-example") this.expression(statement.example);
        return;
      default:
    }
  }

  /** What a name is; one that is made of itself tells nothing. */
  private remember(name: string, value: Expression): void {
    if (mentions(value, name)) this.assigned.delete(name);
    else this.assigned.set(name, value);
  }

  private reserved(name: string, range: SourceRange, parameter: boolean): void {
    if (!reservedNames.has(name)) return;
    this.report(range, {
      severity: parameter ? "warning" : "error",
      code: "reserved-name",
      message: parameter
        ? `${name} is a name of the language: a call of this function fails.`
        : `Cannot set reserved name: ${name}`,
      next: "Take another name.",
    });
  }

  private expression(expression: Expression): void {
    this.look(expression);
    for (const part of partsOf(expression)) this.expression(part);
    if (expression.kind === "list-comprehension" || expression.kind === "dict-comprehension") {
      for (const { name, range } of expression.names) this.reserved(name, range, false);
    }
  }

  private look(expression: Expression): void {
    switch (expression.kind) {
      case "binary":
        return this.binary(expression);
      case "in":
        return this.membership(expression);
      case "ternary":
        return this.ternary(expression);
      case "aggregate":
        return this.aggregate(expression);
      default:
    }
  }

  private binary(expression: ExpressionOf<"binary">): void {
    const { sign, left, right, range } = expression;
    const compares = comparisons.has(sign);
    if (compares && left.kind === "unary" && left.sign === "not") {
      const meant = `not (${this.text(left.operand)} ${sign} ${this.text(right)})`;
      this.report(range, {
        severity: "warning",
        code: "not-binds-first",
        message: `not binds tighter than ${sign}: this is (${this.text(left)}) ${sign} ${this.text(right)}.`,
        next: `Write ${meant}.`,
      });
    }
    if (compares && left.kind === "binary" && comparisons.has(left.sign)) {
      const between = `${this.text(left.right)} ${sign} ${this.text(right)}`;
      this.report(range, {
        severity: "warning",
        code: "chained-comparison",
        message: `Comparisons do not chain: this compares the bool (${this.text(left)}) with ${this.text(right)}.`,
        next: `Write ${this.text(left)} and ${between}.`,
      });
    }
    if (left.kind === "binary" && isLogic(sign) && isLogic(left.sign) && left.sign !== sign) {
      this.mixedLogic(expression, left);
    }
    if (sign === "^") this.power(expression);
  }

  private mixedLogic({ sign, right, range }: ExpressionOf<"binary">, left: ExpressionOf<"binary">): void {
    const same = left.sign === "and";
    const [a, b, c] = [left.left, left.right, right].map((part) => this.text(part));
    const python = same ? "as elsewhere" : `not ${a} or (${b} and ${c})`;
    this.report(range, {
      severity: same ? "hint" : "warning",
      code: "and-or-mixed",
      message: `and and or bind equally, from left to right: this is (${a} ${left.sign} ${b}) ${sign} ${c}, ${python}.`,
      next: "Put parentheses around what belongs together.",
    });
  }

  private power({ left, right, signRange, range }: ExpressionOf<"binary">): void {
    if (left.kind === "unary" && left.sign !== "not") {
      this.report(range, {
        severity: "warning",
        code: "minus-before-power",
        message: `${left.sign} binds tighter than ^: this is the power of (${this.text(left)}).`,
        next: `Write ${left.sign}(${this.text(left.operand)}^${this.text(right)}) for the other.`,
      });
    }
    // Said once a program; who has read it knows it.
    if (this.powers++ > 0) return;
    this.report(signRange, {
      severity: "hint",
      code: "power",
      message: "^ is the power here. Python writes it **, and its ^ is another operator.",
    });
  }

  private membership({ element, container, range }: ExpressionOf<"in">): void {
    const message = "in binds weaker than every other operator";
    const code = "in-binds-last";
    if (container.kind === "binary" || container.kind === "ternary") {
      const first = leftmost(container);
      this.report(range, {
        severity: "warning",
        code,
        message: `${message}: this asks whether ${this.text(element)} is in (${this.text(container)}).`,
        next: `Write (${this.text(element)} in ${this.text(first)}) and so on.`,
      });
    }
    const loose = element.kind === "binary" && (isLogic(element.sign) || comparisons.has(element.sign));
    const negated = element.kind === "unary" && element.sign === "not";
    if (loose || negated || element.kind === "ternary") {
      const inner = element.kind === "unary" ? element.operand : rightmost(element);
      const asked = `(${this.text(inner)} in ${this.text(container)})`;
      this.report(range, {
        severity: "warning",
        code,
        message: `${message}: this asks whether (${this.text(element)}) is in ${this.text(container)}.`,
        next: negated ? `Write not ${asked}.` : `Write ${asked} in parentheses.`,
      });
    }
  }

  private ternary({ then, condition, otherwise, range }: ExpressionOf<"ternary">): void {
    if (then.kind === "ternary") {
      const meant = `${this.text(then.then)} if ${this.text(then.condition)} else (${this.text(then.otherwise)} if ${this.text(condition)} else ${this.text(otherwise)})`;
      this.report(range, {
        severity: "warning",
        code: "nested-ternary",
        message: `if … else groups from the left: this is (${this.text(then)}) if ${this.text(condition)} else ${this.text(otherwise)}.`,
        next: `Write ${meant} for the other, or parentheses around the first.`,
      });
    } else if (condition.kind === "ternary") {
      this.report(condition.range, {
        severity: "hint",
        code: "nested-ternary",
        message: "One if … else stands inside the condition of another.",
        next: "Put it into parentheses.",
      });
    }
  }

  private aggregate(expression: ExpressionOf<"aggregate">): void {
    const { selector, value } = expression;
    const type = knownType(value, this.assigned);
    if (type === null) return;
    if (selectsSeveral(selector, this.assigned)) {
      const many = type === "string" ? "strings" : "bools";
      this.report(value.range, {
        severity: "warning",
        code: "average",
        message: `aggregate averages where more than one position is selected, and ${many} have no average.`,
        next:
          type === "bool"
            ? `Write indicator(${this.text(value)}).`
            : "Select one position a row, or average numbers.",
      });
    }
    if (type === "string" && expression.default === null && leavesRowsEmpty(selector, this.assigned)) {
      this.report(expression.range, {
        severity: "warning",
        code: "missing-default",
        message:
          "Where nothing is selected the result is 0, and a sequence cannot hold strings and a number.",
        next: `Write aggregate(${this.text(selector)}, ${this.text(value)}, "…").`,
      });
    }
  }

  private text(expression: Expression): string {
    const text = this.printer.flat(expression);
    return text.length > 60 ? "…" : text;
  }

  private report(range: SourceRange, remark: Remark): void {
    this.found.push({ ...remark, range });
  }
}

function isLogic(sign: string): boolean {
  return sign === "and" || sign === "or";
}

function mentions(expression: Expression, name: string): boolean {
  if (expression.kind === "name") return expression.name === name;
  return partsOf(expression).some((part) => mentions(part, name));
}

/** The operand that stands first. */
function leftmost(expression: Expression): Expression {
  if (expression.kind === "binary") return leftmost(expression.left);
  return expression.kind === "ternary" ? leftmost(expression.then) : expression;
}

/** The operand that stands last. */
function rightmost(expression: Expression): Expression {
  if (expression.kind === "binary") return rightmost(expression.right);
  return expression.kind === "ternary" ? rightmost(expression.otherwise) : expression;
}
