/** Lays a Python text out: four spaces a block, one statement a line, comments where they were. */
import type { SourceRange } from "../../source/range";
import { hasErrors, parsePython, type ParsedPython } from "./parse";
import { printExpression, printParameters } from "./print";
import type { Comment } from "./token";
import type { Expression, Statement } from "./tree";

/** Longer lines are left as the author broke them. */
const WIDTH = 100;

/** The text in one layout; null where it has errors of syntax. */
export function format(text: string): string | null {
  const parsed = parsePython(text);
  return hasErrors(parsed.diagnostics) ? null : new Formatter(parsed).run();
}

class Formatter {
  private readonly lines: string[] = [];
  private readonly waiting: Comment[];
  /** Where the text was written up to. */
  private at = 0;

  constructor(private readonly parsed: ParsedPython) {
    this.waiting = [...parsed.comments];
  }

  run(): string {
    this.body(this.parsed.statements, "");
    this.commentsBefore(this.parsed.text.length + 1, "");
    return this.lines.length === 0 ? "" : `${this.lines.join("\n")}\n`;
  }

  private body(statements: readonly Statement[], indent: string): void {
    for (const statement of statements) {
      this.commentsBefore(statement.range.start, indent);
      this.blankLines(statement.range.start);
      this.statement(statement, indent);
    }
  }

  private statement(statement: Statement, indent: string): void {
    switch (statement.kind) {
      case "def": {
        const returns = statement.returns === null ? "" : ` -> ${printExpression(statement.returns)}`;
        const head = `def ${statement.name}(${printParameters(statement.parameters)})${returns}:`;
        return this.block(statement, head, { body: statement.body, indent });
      }
      case "if":
        for (const [i, { test, body }] of statement.branches.entries()) {
          const range = i === 0 ? statement.range : { start: this.at, end: this.at };
          this.block({ range }, `${i === 0 ? "if" : "elif"} ${printExpression(test)}:`, { body, indent });
        }
        return this.otherwise(statement.otherwise, indent);
      case "for": {
        const head = `for ${printExpression(statement.target)} in ${printExpression(statement.iterable)}:`;
        this.block(statement, head, { body: statement.body, indent });
        return this.otherwise(statement.otherwise, indent);
      }
      case "while":
        this.block(statement, `while ${printExpression(statement.test)}:`, { body: statement.body, indent });
        return this.otherwise(statement.otherwise, indent);
      default:
        this.line(statement.range, printSimple(statement), indent);
    }
  }

  private block(
    { range }: { range: SourceRange },
    head: string,
    { body, indent }: { body: readonly Statement[]; indent: string },
  ): void {
    const first = body[0]?.range.start ?? range.end;
    // Comments inside the head go above it.
    this.lines.push(indent + head);
    this.trailing(this.headEnd(range.start, first));
    this.body(body, `${indent}    `);
  }

  private otherwise(body: readonly Statement[] | null, indent: string): void {
    if (body === null) return;
    this.lines.push(`${indent}else:`);
    this.trailing(this.headEnd(this.at, body[0]?.range.start ?? this.at));
    this.body(body, `${indent}    `);
  }

  /** The end of the line that a block's head ends on. */
  private headEnd(start: number, first: number): number {
    const { text } = this.parsed;
    let end = text.lastIndexOf("\n", first - 1);
    // Blank lines and comments may stand between the head and its block.
    for (;;) {
      const line = text.lastIndexOf("\n", end - 1);
      const inside = text.slice(line + 1, end).trim();
      if (line < start || (inside !== "" && !inside.startsWith("#"))) break;
      end = line;
    }
    return Math.max(start, end < start ? first : end);
  }

  /** A statement of one line, or of several if the author broke it and it is long or holds comments. */
  private line({ start, end }: SourceRange, printed: string, indent: string): void {
    const { text } = this.parsed;
    const source = text.slice(start, end);
    const holdsComment = this.waiting.some(({ range }) => range.start >= start && range.end <= end);
    const keep = source.includes("\n") && (holdsComment || indent.length + printed.length > WIDTH);
    if (keep || /\n/.test(printed)) {
      this.lines.push(...this.kept(start, keep ? source : printed, indent, keep));
      while (this.waiting.length > 0 && this.waiting[0].range.end <= end) this.waiting.shift();
    } else this.lines.push(indent + printed);
    const lineEnd = text.indexOf("\n", end);
    this.trailing(lineEnd < 0 ? text.length : lineEnd, end);
  }

  /** The author's lines, moved with their first one; what stands in long strings stays as it is. */
  private kept(start: number, source: string, indent: string, move: boolean): string[] {
    const lines = source.split(/\r?\n/);
    if (!move || /"""|'''/.test(source)) return [indent + lines[0], ...lines.slice(1)];
    const column = start - (this.parsed.text.lastIndexOf("\n", start - 1) + 1);
    const shift = indent.length - column;
    const moved = lines.slice(1).map((line) => {
      const rest = line.trimStart();
      return rest === "" ? "" : " ".repeat(Math.max(0, line.length - rest.length + shift)) + rest.trimEnd();
    });
    return [indent + lines[0].trimEnd(), ...moved];
  }

  /** Puts a comment that stands behind a line there. */
  private trailing(lineEnd: number, end?: number): void {
    this.at = Math.max(this.at, end ?? lineEnd);
    while (this.waiting.length > 0 && this.waiting[0].range.start < lineEnd) {
      // Another statement of the same line comes first.
      if (end !== undefined && /[^\s;]/.test(this.parsed.text.slice(end, this.waiting[0].range.start)))
        return;
      const comment = this.waiting.shift() as Comment;
      this.lines[this.lines.length - 1] += `  ${printComment(comment)}`;
    }
  }

  private commentsBefore(position: number, indent: string): void {
    while (this.waiting.length > 0 && this.waiting[0].range.start < position) {
      const comment = this.waiting.shift() as Comment;
      this.blankLines(comment.range.start);
      this.lines.push(indent + printComment(comment));
      this.at = comment.range.end;
    }
  }

  /** One blank line where the author left some. */
  private blankLines(position: number): void {
    if (this.lines.length === 0) return;
    const between = this.parsed.text.slice(Math.min(this.at, position), position);
    if (/\n[ \t\r\f]*\n/.test(between)) this.lines.push("");
  }
}

function printComment({ text }: Comment): string {
  return /^#[\s!#:]|^#$/.test(text) ? text : `# ${text.slice(1)}`;
}

function printSimple(statement: Statement): string {
  const value = (expression: Expression | null): string =>
    expression === null ? "" : ` ${printExpression(expression)}`;
  switch (statement.kind) {
    case "expression":
      return printExpression(statement.value);
    case "assign": {
      if (statement.annotation !== null) {
        const assigned = statement.value === null ? "" : ` =${value(statement.value)}`;
        return `${printExpression(statement.targets[0])}:${value(statement.annotation)}${assigned}`;
      }
      return [...statement.targets, statement.value as Expression].map(printExpression).join(" = ");
    }
    case "augmented":
      return `${printExpression(statement.target)} ${statement.sign}=${value(statement.value)}`;
    case "return":
      return `return${value(statement.value)}`;
    case "assert": {
      const message = statement.message === null ? "" : `,${value(statement.message)}`;
      return `assert${value(statement.test)}${message}`;
    }
    case "global":
    case "nonlocal":
      return `${statement.kind} ${statement.names.map(({ name }) => name).join(", ")}`;
    case "import": {
      const names = statement.names.map(({ name, as }) => {
        const own = statement.from ? name : name.split(".")[0];
        return as === own || as === name ? name : `${name} as ${as}`;
      });
      const list = names.join(", ");
      return statement.from ? `from ${statement.module} import ${list}` : `import ${list}`;
    }
    default:
      return statement.kind;
  }
}
