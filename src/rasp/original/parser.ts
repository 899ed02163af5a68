/** Text to a tree; never fails: what cannot be read is a broken statement and a problem with its range. */
import { lastRead } from "../source/lastRead";
import { Cursor, Unreadable } from "./cursor";
import { ExpressionParser } from "./expressions";
import { lex } from "./lexer";
import type { Command, ExampleSubset, Expression, Program, Statement, SyntaxProblem } from "./tree";

/** The program of a text. */
export const parse: (text: string) => Program = lastRead(read);

function read(text: string): Program {
  const { tokens, comments } = lex(text);
  const cursor = new Cursor(tokens);
  const parser = new StatementParser(cursor);
  const statements: Statement[] = [];
  const broken = new Set<Statement>();
  while (cursor.token.kind !== "end") {
    const before = cursor.problems.length;
    const statement = parser.statement();
    statements.push(statement);
    if (cursor.problems.length > before) broken.add(statement);
  }
  const problems: readonly SyntaxProblem[] = cursor.problems;
  return { text, statements, broken, problems, comments };
}

/** What a block in braces may follow; `if` is none, but is written by many. */
const BLOCKS: ReadonlySet<string> = new Set(["def", "for", "if"]);

class StatementParser {
  private readonly expressions: ExpressionParser;

  constructor(private readonly cursor: Cursor) {
    this.expressions = new ExpressionParser(cursor);
  }

  /** One statement; takes at least one token. */
  statement(): Statement {
    const { cursor } = this;
    const { range, text } = cursor.token;
    const { braces } = cursor;
    try {
      return this.read(range.start);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      cursor.recover(range.start, braces, BLOCKS.has(text));
      // A brace that closes nothing, or a word that begins no statement where it stands.
      if (cursor.token.range.start === range.start) {
        cursor.advance();
        cursor.braces = braces;
      }
      return { kind: "broken", range: cursor.rangeFrom(range.start) };
    }
  }

  private read(start: number): Statement {
    const { cursor } = this;
    const { token } = cursor;
    if (token.text === ";" && token.kind === "sign") {
      cursor.fail("This ; ends no statement.", "Take it out.");
    }
    if (token.text === "}" && token.kind === "sign") cursor.fail("This } closes nothing.", "Take it out.");
    if (token.kind === "keyword" || token.kind === "phrase") {
      const command = this.command(token.text);
      if (command !== null) return { kind: "command", ...command, range: cursor.rangeFrom(start) };
      if (token.text === "def") return this.definition(start);
      if (token.text === "for") return this.loop(start);
      if (token.text === "draw") return this.draw(start);
      if (token.text === "load") return this.load(start);
      if (token.text === "if" && cursor.following.text !== "=") {
        cursor.fail("RASP has no if statement.", "Write name = a if condition else b;");
      }
      if (token.text === "return") {
        cursor.fail("return stands only at the end of a def, once.", "Take it out, or put it into a def.");
      }
    }
    if (this.beginsAssignment()) return this.assignment(start);
    const value = this.expressions.expression();
    if (cursor.sees("=")) {
      cursor.fail(
        "= assigns to a name, and here stands an expression to the left of it.",
        "Write == for equality, or a name before the =.",
      );
    }
    this.semicolon();
    return { kind: "expression", value, range: cursor.rangeFrom(start) };
  }

  private beginsAssignment(): boolean {
    const { token, following } = this.cursor;
    if (token.kind !== "name" && token.kind !== "keyword") return false;
    return (
      following.kind === "sign" &&
      (following.text === "=" || (following.text === "," && token.kind === "name"))
    );
  }

  private assignment(start: number): Statement {
    const targets = this.expressions.names("A name");
    this.cursor.expect(
      "=",
      "= is missing: only an assignment may begin with several names",
      "Write a, b = x, y;",
    );
    const values = this.expressions.list();
    this.semicolon();
    return { kind: "assign", targets, values, range: this.cursor.rangeFrom(start) };
  }

  /** The `;` of a statement. One that is missing at the end of a line loses no other statement. */
  private semicolon(): void {
    const { cursor } = this;
    if (cursor.takes(";")) return;
    if (cursor.token.startsLine && cursor.token.kind !== "end" && cursor.token.text !== "!=") {
      const end = cursor.end;
      cursor.note({ start: end - 1, end }, "The statement has no ; at its end.", "Write a ; here.");
      return;
    }
    cursor.unexpected("; is missing");
  }

  private definition(start: number): Statement {
    const { cursor, expressions } = this;
    cursor.advance();
    const name = expressions.name("The function's name");
    cursor.expect("(", "( is missing", "Write def name(a, b) { return a; }.");
    const parameters = cursor.sees(")") ? [] : expressions.names("The name of a parameter");
    cursor.expect(")", ") is missing");
    const open = cursor.token.range.start;
    cursor.expect("{", "{ is missing", "Write def name(a, b) { return a; }.");
    const body = this.block(() => cursor.sees("}") || cursor.sees("return"));
    const from = cursor.token.range.start;
    cursor.expect("return", "A function ends with return", "Write return value; before the }.");
    const values = expressions.list();
    this.semicolon();
    const result = { values, range: cursor.rangeFrom(from) };
    cursor.expect("}", "} is missing: return is the last statement of a function");
    const braces = cursor.rangeFrom(open);
    return { kind: "def", name, parameters, body, result, braces, range: cursor.rangeFrom(start) };
  }

  private loop(start: number): Statement {
    const { cursor, expressions } = this;
    cursor.advance();
    const names = expressions.names("The name of the iterator");
    cursor.expect("in", "in is missing", "Write for name in list { … }.");
    const iterable = expressions.expression();
    const open = cursor.token.range.start;
    cursor.expect("{", "{ is missing", "Write for name in list { … }.");
    if (cursor.sees("}")) cursor.fail("A loop needs a statement between its braces.");
    const body = this.block(() => cursor.sees("}"));
    cursor.expect("}", "} is missing");
    const braces = cursor.rangeFrom(open);
    return { kind: "for", names, iterable, body, braces, range: cursor.rangeFrom(start) };
  }

  private block(ends: () => boolean): Statement[] {
    return this.cursor.deeper(() => {
      const body: Statement[] = [];
      while (!ends() && this.cursor.token.kind !== "end") {
        const statement = this.statement();
        if (statement.kind === "command") {
          this.cursor.note(statement.range, "Commands stand only at the top, outside braces.");
        }
        body.push(statement);
      }
      return body;
    });
  }

  private draw(start: number): Statement {
    const { cursor, expressions } = this;
    cursor.advance();
    cursor.expect("(", "( is missing", "Write draw(s); or draw(s, input);");
    const [value, input] = cursor.bracketed(")", () => {
      const first = expressions.expression();
      return [first, cursor.takes(",") ? expressions.expression() : null] as const;
    });
    this.semicolon();
    return { kind: "draw", value, input, range: cursor.rangeFrom(start) };
  }

  private load(start: number): Statement {
    const { cursor } = this;
    cursor.advance();
    const { token } = cursor;
    if (token.kind !== "string")
      cursor.unexpected("load takes a path in double quotes", 'Write load "name";');
    cursor.advance();
    this.semicolon();
    return { kind: "load", path: token.text.slice(1, -1), range: cursor.rangeFrom(start) };
  }

  private command(word: string): Command | null {
    const { cursor } = this;
    switch (word) {
      case "set": {
        cursor.advance();
        const subset = this.subset();
        cursor.expect("example", "example is missing", 'Write set example "hello".');
        const example: Expression = cursor.withinLine(() => this.expressions.expression());
        return { command: "set-example", subset, example };
      }
      case "show": {
        cursor.advance();
        const subset = this.subset();
        cursor.expect("example", "example is missing", "Write show example.");
        return { command: "show-example", subset };
      }
      case "full seq display":
        cursor.advance();
        return { command: "full-display", on: this.switch() };
      case "exit":
      case "quit":
      case "exit()":
      case "quit()":
        cursor.advance();
        return { command: "exit" };
      case "s-op":
      case "selector":
      case "examples": {
        if (word !== "examples" && cursor.following.text !== "examples") return null;
        const subset = this.subset();
        cursor.advance();
        return { command: "examples", subset, on: this.switch() };
      }
      default:
        return null;
    }
  }

  private subset(): ExampleSubset {
    if (this.cursor.takes("s-op")) return "s-op";
    return this.cursor.takes("selector") ? "selector" : "both";
  }

  private switch(): boolean {
    if (this.cursor.takes("on")) return true;
    this.cursor.expect("off", "on or off is missing");
    return false;
  }
}
