/** Reads expressions, with the precedences of the original language. */
import { mistyped } from "../../base/nearest";
import type { Comparison } from "../values/compare";
import { spanning } from "../source/range";
import type { Cursor } from "./cursor";
import {
  partsOf,
  type BinarySign,
  type Comprehension,
  type DictEntry,
  type Expression,
  type Identifier,
} from "./tree";

/** How tightly operators bind; all of them are left associative. A prefix binds tighter than any of them. */
export const precedences: Readonly<Record<BinarySign | "in" | "if", number>> = {
  "^": 8,
  "*": 7,
  "/": 7,
  "%": 6,
  "+": 5,
  "-": 5,
  "==": 4,
  "<=": 4,
  ">=": 4,
  ">": 4,
  "<": 4,
  and: 3,
  or: 3,
  if: 2,
  in: 1,
};

const comparisons: ReadonlySet<string> = new Set<Comparison>(["==", "!=", "<", "<=", ">", ">="]);

/** Trees are walked by functions that call themselves, so their height is limited. */
const MAX_HEIGHT = 1000;

/** Reads expressions at a cursor. */
export class ExpressionParser {
  private readonly heights = new WeakMap<Expression, number>();
  /** What is called around the place, the innermost last; "" where that is no name. */
  private readonly callees: string[] = [];

  constructor(private readonly cursor: Cursor) {}

  /** One expression. */
  expression(least = 0): Expression {
    return this.cursor.deeper(() => this.operators(this.operand(), least));
  }

  /** Expressions between commas. */
  list(): Expression[] {
    const items = [this.expression()];
    while (this.cursor.takes(",")) items.push(this.item(")"));
    return items;
  }

  /** Names between commas. */
  names(what: string): Identifier[] {
    const names = [this.name(what)];
    while (this.cursor.takes(",")) names.push(this.name(what));
    return names;
  }

  /** A name. */
  name(what: string): Identifier {
    const { token } = this.cursor;
    if (token.kind === "keyword") {
      this.cursor.fail(`${token.text} is a word of the language and cannot be a name.`, "Take another name.");
    }
    if (token.kind !== "name") this.cursor.unexpected(`${what} is missing`);
    this.cursor.advance();
    return { name: token.text, range: token.range };
  }

  private operators(first: Expression, least: number): Expression {
    let left = first;
    for (;;) {
      const { token } = this.cursor;
      if (this.cursor.atLineEnd || token.kind === "string" || token.kind === "bad") return left;
      const precedence = Object.hasOwn(precedences, token.text)
        ? precedences[token.text as keyof typeof precedences]
        : -1;
      if (precedence < Math.max(least, 1)) return left;
      this.cursor.advance();
      if (token.text === "if") left = this.ternary(left, precedence);
      else if (token.text === "in") {
        const container = this.expression(precedence + 1);
        left = this.made({
          kind: "in",
          element: left,
          container,
          range: spanning(left.range, container.range),
        });
      } else {
        const right = this.expression(precedence + 1);
        const sign = token.text as BinarySign;
        const range = spanning(left.range, right.range);
        left = this.made({ kind: "binary", sign, signRange: token.range, left, right, range });
      }
    }
  }

  private ternary(then: Expression, precedence: number): Expression {
    const condition = this.expression();
    this.cursor.expect("else", "else is missing", "Write a if condition else b.");
    const otherwise = this.expression(precedence + 1);
    return this.made({
      kind: "ternary",
      then,
      condition,
      otherwise,
      range: spanning(then.range, otherwise.range),
    });
  }

  private operand(): Expression {
    const { token } = this.cursor;
    if (token.kind === "keyword" || token.kind === "sign") {
      if (token.text === "not" || token.text === "-" || token.text === "+") {
        this.cursor.advance();
        const operand = this.cursor.deeper(() => this.operand());
        const range = spanning(token.range, operand.range);
        return this.made({ kind: "unary", sign: token.text, operand, range });
      }
    }
    return this.postfixes(this.primary());
  }

  private postfixes(first: Expression): Expression {
    const { cursor } = this;
    let left = first;
    for (;;) {
      const { start } = left.range;
      if (cursor.takes("[")) {
        const index = cursor.bracketed("]", () => this.expression());
        left = this.made({ kind: "index", value: left, index, range: cursor.rangeFrom(start) });
      } else if (cursor.sees("(")) {
        if (left.kind === "name" && left.name === "select") {
          cursor.fail(
            "select and its parenthesis are one word in RASP: no space may stand between them.",
            "Write select(key, query, ==).",
          );
        }
        cursor.advance();
        const args = this.callArguments(left);
        left = this.made({ kind: "call", callee: left, arguments: args, range: cursor.rangeFrom(start) });
      } else return left;
    }
  }

  private callArguments(callee: Expression): readonly Expression[] {
    const { cursor } = this;
    this.callees.push(callee.kind === "name" ? callee.name : "");
    try {
      return cursor.bracketed(")", () => (cursor.sees(")") ? [] : this.list()));
    } finally {
      this.callees.pop();
    }
  }

  private primary(): Expression {
    const { cursor } = this;
    const { token } = cursor;
    const { range } = token;
    if (cursor.atLineEnd) cursor.unexpected("An expression is missing");
    switch (token.kind) {
      case "name":
        cursor.advance();
        return { kind: "name", name: token.text, range };
      case "int":
      case "float":
        cursor.advance();
        return { kind: token.kind, text: token.text, range };
      case "string":
        cursor.advance();
        return { kind: "string", value: token.text.slice(1, -1), range };
      case "glued":
        return this.glued(token.text, range.start);
      case "keyword":
        if (token.text === "round" || token.text === "indicator")
          return this.wrapped(token.text, range.start);
        return cursor.fail(`${token.text} is a word of the language; an expression is missing here.`);
      case "sign":
        return this.enclosed(token.text, range.start);
      default:
        return cursor.unexpected("An expression is missing");
    }
  }

  private wrapped(kind: "round" | "indicator", start: number): Expression {
    this.cursor.advance();
    this.cursor.expect("(", `${kind} takes its operand in parentheses`, `Write ${kind}(…).`);
    const operand = this.cursor.bracketed(")", () => this.expression());
    return this.made({ kind, operand, range: this.cursor.rangeFrom(start) });
  }

  private glued(word: string, start: number): Expression {
    const { cursor } = this;
    cursor.advance();
    const read = cursor.bracketed(")", () => this.gluedParts(word));
    return this.made({ ...read, range: cursor.rangeFrom(start) } as Expression);
  }

  private gluedParts(word: string): object {
    const { cursor } = this;
    if (word === "len(") return { kind: "len", operand: this.expression() };
    if (word === "range(" || word === "zip(") return { kind: word.slice(0, -1), arguments: this.list() };
    if (word === "aggregate(") {
      const usage = "Write aggregate(selector, value) or aggregate(selector, value, default).";
      const selector = this.expression();
      cursor.expect(",", "aggregate takes a selector and a value", usage);
      const value = this.expression();
      return { kind: "aggregate", selector, value, default: cursor.takes(",") ? this.expression() : null };
    }
    const usage = "Write select(key, query, ==), with one of == != < <= > >=.";
    const key = this.expression();
    cursor.expect(",", "select takes a key, a query and a comparison", usage);
    const query = this.expression();
    cursor.expect(",", "select takes a comparison as its third argument", usage);
    const { token } = cursor;
    if (!comparisons.has(token.text)) {
      const equal = token.text === "=" ? "= assigns; equality is ==" : "A comparison is missing";
      cursor.unexpected(equal, usage);
    }
    cursor.advance();
    return { kind: "select", key, query, sign: token.text };
  }

  private enclosed(open: string, start: number): Expression {
    const { cursor } = this;
    if (open !== "(" && open !== "[" && open !== "{") {
      const callee = this.callees.at(-1) ?? "";
      if (comparisons.has(open) && mistyped(callee, ["select"]) !== undefined)
        cursor.fail(`Only select takes a comparison; here stands ${callee}(.`, "Was select meant?");
      const usage = "A sign stands alone only at the end of select(key, query, ==).";
      return cursor.unexpected("An expression is missing", comparisons.has(open) ? usage : undefined);
    }
    cursor.advance();
    if (open === "(") {
      const inner = cursor.bracketed(")", () => this.expression());
      return this.made({ kind: "group", inner, range: cursor.rangeFrom(start) });
    }
    const read =
      open === "["
        ? cursor.bracketed("]", () => this.listParts())
        : cursor.bracketed("}", () => this.dictParts());
    return this.made({ ...read, range: cursor.rangeFrom(start) } as Expression);
  }

  private listParts(): object {
    if (this.cursor.sees("]")) return { kind: "list", items: [] };
    const value = this.expression();
    if (this.cursor.takes("for")) return { kind: "list-comprehension", value, ...this.generator() };
    const items = [value];
    while (this.cursor.takes(",")) items.push(this.item("]"));
    return { kind: "list", items };
  }

  private dictParts(): object {
    if (this.cursor.sees("}")) return { kind: "dict", entries: [] };
    const first = this.entry();
    if (this.cursor.takes("for")) return { kind: "dict-comprehension", ...first, ...this.generator() };
    const entries = [first];
    while (this.cursor.takes(",")) {
      if (this.cursor.sees("}")) this.trailingComma();
      entries.push(this.entry());
    }
    return { kind: "dict", entries };
  }

  private item(close: string): Expression {
    if (this.cursor.sees(close)) this.trailingComma();
    return this.expression();
  }

  private trailingComma(): never {
    return this.cursor.fail("RASP takes no comma after the last item.", "Take the comma out.");
  }

  private entry(): DictEntry {
    const key = this.expression();
    this.cursor.expect(":", "A dict takes key: value", 'Write {"a": 1}.');
    return { key, value: this.expression() };
  }

  private generator(): Comprehension {
    const names = this.names("The name of the iterator");
    this.cursor.expect("in", "in is missing", "Write for name in list.");
    return { names, iterable: this.expression() };
  }

  /** Notes the height of a new node. */
  private made(node: Expression): Expression {
    let height = 0;
    for (const part of partsOf(node)) height = Math.max(height, this.heights.get(part) ?? 0);
    if (height >= MAX_HEIGHT) {
      this.cursor.fail(`This expression has more than ${MAX_HEIGHT} steps.`, "Give parts of it a name.");
    }
    this.heights.set(node, height + 1);
    return node;
  }
}
