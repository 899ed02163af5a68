/**
 * A program in the project's own layout: one statement a line, four spaces a level, comments and single blank lines
 * kept. Parentheses stay as they are written. A statement with comments inside it keeps its own layout.
 */
import { ExpressionPrinter, INDENT } from "./printExpression";
import { countUntil, type SourceRange } from "../source/range";
import type { Comment } from "./tokens";
import type { Expression, Identifier, Program, Return, Statement, StatementOf } from "./tree";

/** The text of a program that has no problems. */
export function print(program: Program): string {
  return new Printer(program).program();
}

/** What stands in a block in its own right. */
type Item = { readonly range: SourceRange } & (
  { readonly statement: Statement } | { readonly result: Return } | { readonly comment: Comment }
);

class Printer {
  private readonly expressions = new ExpressionPrinter();

  constructor(private readonly source: Program) {}

  program(): string {
    const { statements, text } = this.source;
    return this.block({ start: 0, end: text.length }, statements.map(asItem), "");
  }

  /** The lines of a block, with the comments that stand between its items. */
  private block(range: SourceRange, parts: readonly Item[], indent: string): string {
    const between = this.commentsIn(range).filter(
      // Parts stand in the order of the text, so only the last one before a comment may hold it.
      ({ range: at }) => {
        const before = countUntil(parts, (part) => part.range.start <= at.start);
        return before === 0 || !contains(parts[before - 1].range, at);
      },
    );
    const items = [...parts, ...between.map((comment) => ({ comment, range: comment.range }))].sort(
      (a, b) => a.range.start - b.range.start,
    );
    // Pieces, as cutting the end off one long text copies all of it.
    const output: string[] = [];
    let end = range.start;
    for (const item of items) {
      if ("comment" in item && !item.comment.ownLine && output.length > 0) {
        // Behind what stands on its line.
        output.push(`${output.pop()?.slice(0, -1)} ${item.comment.text}\n`);
      } else {
        if (output.length > 0 && this.hasBlankLine(end, item.range.start)) output.push("\n");
        output.push(this.item(item, indent));
      }
      end = item.range.end;
    }
    return output.join("");
  }

  private item(item: Item, indent: string): string {
    if ("comment" in item) return `${indent}${item.comment.text}\n`;
    if ("result" in item) {
      const text = `${indent}return ${this.list(item.result.values, `${indent}return `, indent)};`;
      return `${this.asWritten(item.range, indent) ?? text}\n`;
    }
    const { statement } = item;
    if (statement.kind === "def" || statement.kind === "for") return this.braced(statement, indent);
    return `${this.asWritten(item.range, indent) ?? indent + this.simple(statement, indent)}\n`;
  }

  /** A statement's own text where comments stand inside it. */
  private asWritten(range: SourceRange, indent: string): string | null {
    if (this.commentsIn(range).length === 0) return null;
    const lines = this.source.text.slice(range.start, range.end).split(/\r\n|\r|\n/);
    return indent + lines.map((line) => line.trimEnd()).join("\n");
  }

  private braced(statement: StatementOf<"def"> | StatementOf<"for">, indent: string): string {
    const { braces } = statement;
    const inside = { start: braces.start + 1, end: braces.end - 1 };
    const header = this.commentsIn({ start: statement.range.start, end: braces.start });
    const above = header.map(({ text }) => `${indent}${text}\n`).join("");
    const parts = statement.body.map(asItem);
    if (statement.kind === "def") parts.push({ result: statement.result, range: statement.result.range });
    const first = this.commentsIn(inside).find(({ ownLine, range }) => {
      return !ownLine && !parts.some((part) => part.range.start < range.start);
    });
    const behind = first === undefined ? "" : ` ${first.text}`;
    const rest = { start: first?.range.end ?? inside.start, end: inside.end };
    const body = this.block(rest, parts, indent + INDENT);
    return `${above}${indent}${this.header(statement, indent)} {${behind}\n${body}${indent}}\n`;
  }

  private header(statement: StatementOf<"def"> | StatementOf<"for">, indent: string): string {
    if (statement.kind === "def") return `def ${statement.name.name}(${namesOf(statement.parameters)})`;
    const head = `for ${namesOf(statement.names)} in `;
    return head + this.expressions.laid(statement.iterable, indent.length + head.length, indent);
  }

  private simple(statement: Statement, indent: string): string {
    const { expressions } = this;
    switch (statement.kind) {
      case "expression":
        return `${this.list([statement.value], indent, indent)};`;
      case "assign": {
        const head = `${namesOf(statement.targets)} = `;
        return `${head}${this.list(statement.values, indent + head, indent)};`;
      }
      case "draw": {
        const input = statement.input === null ? "" : `, ${expressions.flat(statement.input)}`;
        return `draw(${expressions.flat(statement.value)}${input});`;
      }
      case "load":
        return `load "${statement.path}";`;
      case "command":
        return this.command(statement);
      default:
        return "";
    }
  }

  private command(statement: StatementOf<"command">): string {
    switch (statement.command) {
      case "set-example":
        // Its line ends it, so it is never broken.
        return `set ${prefix(statement.subset)}example ${this.expressions.flat(statement.example)}`;
      case "show-example":
        return `show ${prefix(statement.subset)}example`;
      case "examples":
        return `${prefix(statement.subset)}examples ${statement.on ? "on" : "off"}`;
      case "full-display":
        return `full seq display ${statement.on ? "on" : "off"}`;
      case "exit":
        return "exit";
    }
  }

  private list(values: readonly Expression[], before: string, indent: string): string {
    if (values.length === 1) return this.expressions.laid(values[0], before.length, indent);
    return values.map((value) => this.expressions.flat(value)).join(", ");
  }

  private commentsIn(range: SourceRange): Comment[] {
    const { comments } = this.source;
    const from = countUntil(comments, (comment) => comment.range.start < range.start);
    return comments.slice(
      from,
      countUntil(comments, (comment) => comment.range.end <= range.end),
    );
  }

  private hasBlankLine(from: number, to: number): boolean {
    return /(\r\n|\r|\n)[ \t]*(\r\n|\r|\n)/.test(this.source.text.slice(from, to));
  }
}

function asItem(statement: Statement): Item {
  return { statement, range: statement.range };
}

function contains(outer: SourceRange, inner: SourceRange): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

function namesOf(names: readonly Identifier[]): string {
  return names.map(({ name }) => name).join(", ");
}

function prefix(subset: "both" | "s-op" | "selector"): string {
  return subset === "both" ? "" : `${subset} `;
}
