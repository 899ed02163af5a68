/** Parses a Python text: a tree, whatever the text is, and remarks on what it could not read. */
import { lastRead } from "../../source/lastRead";
import type { Diagnostic } from "../../source/diagnostic";
import type { SourceRange } from "../../source/range";
import { parseExpression, parseExpressions, parseTargets } from "./expressions";
import { lex } from "./lexer";
import { parseParameters } from "./parameters";
import { SyntaxTrouble, TokenStream } from "./tokenStream";
import type { Comment } from "./token";
import { ungrouped, type BinarySign, type Expression, type Statement } from "./tree";

/** A text that was read. */
export interface ParsedPython {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a text. Never throws. */
export const parsePython: (text: string) => ParsedPython = lastRead(read);

function read(text: string): ParsedPython {
  const { tokens, comments, diagnostics } = lex(text);
  const stream = new TokenStream(tokens);
  const statements = new StatementParser(stream).program();
  const all = [...diagnostics, ...stream.diagnostics].sort((a, b) => a.range.start - b.range.start);
  return { text, statements, comments, diagnostics: all };
}

/** True where the text has an error of syntax. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

const UNSUPPORTED: Readonly<Record<string, string>> = {
  class: "Classes are not supported.",
  try: "try is not supported: an error ends its statement.",
  with: "with is not supported: programs open nothing.",
  async: "async is not supported: programs wait for nothing.",
  yield: "yield is not supported.",
  await: "await is not supported.",
  del: "del is not supported.",
  raise: "raise is not supported.",
  "@": "Decorators are not supported.",
};

class StatementParser {
  private inFunction = 0;
  private inLoop = 0;

  constructor(private readonly stream: TokenStream) {}

  program(): Statement[] {
    const statements: Statement[] = [];
    while (this.stream.peek().kind !== "end") statements.push(...this.line());
    return statements;
  }

  /** The statements of one line (and their blocks); after trouble, what is left of it is skipped. */
  private line(): Statement[] {
    const { stream } = this;
    const start = stream.peek();
    if (start.kind === "newline" || start.kind === "dedent") {
      stream.take();
      return [];
    }
    if (start.kind === "indent") {
      stream.report(start.range, "This line is indented, but no block begins here.");
      stream.take();
      return [];
    }
    const [inFunction, inLoop] = [this.inFunction, this.inLoop];
    try {
      return this.statementsOfLine();
    } catch (error) {
      if (!(error instanceof SyntaxTrouble)) throw error;
      [this.inFunction, this.inLoop] = [inFunction, inLoop];
      this.skipLine();
      return [{ kind: "error", range: stream.since(start.range) }];
    }
  }

  private skipLine(): void {
    const { stream } = this;
    while (!["newline", "end", "indent", "dedent"].includes(stream.peek().kind)) stream.take();
    if (stream.peek().kind === "newline") stream.take();
    if (stream.peek().kind !== "indent") return;
    let depth = 0;
    do {
      const { kind } = stream.take();
      if (kind === "indent") depth++;
      if (kind === "dedent") depth--;
    } while (depth > 0 && stream.peek().kind !== "end");
  }

  private statementsOfLine(): Statement[] {
    const compound = this.compound();
    if (compound !== null) return [compound];
    const statements = [this.simple()];
    while (this.stream.accept(";")) {
      if (this.stream.peek().kind === "newline") break;
      statements.push(this.simple());
    }
    if (this.stream.peek().kind === "newline") this.stream.take();
    else if (this.stream.peek().kind !== "end") {
      const { text, kind } = this.stream.peek();
      const next = text === "=" ? "Two values are compared by ==." : undefined;
      throw this.stream.trouble(kind === "indent" ? "Something is missing" : "An operator is missing", next);
    }
    return statements;
  }

  private compound(): Statement | null {
    const { text, kind, range } = this.stream.peek();
    if (Object.hasOwn(UNSUPPORTED, text) && (kind === "keyword" || text === "@")) {
      this.stream.report(range, UNSUPPORTED[text], undefined, "unsupported");
      throw new SyntaxTrouble(text);
    }
    if (kind !== "keyword") return null;
    switch (text) {
      case "def":
        return this.def(range);
      case "if":
        return this.if(range);
      case "for":
        return this.for(range);
      case "while":
        return this.while(range);
      case "else":
      case "elif":
        throw this.stream.trouble(`${text} has no if above it`);
      default:
        return null;
    }
  }

  private def(start: SourceRange): Statement {
    const { stream } = this;
    stream.take();
    const name = stream.peek();
    if (name.kind !== "name") throw stream.trouble("The name of the function is missing");
    stream.take();
    stream.expect("(", "after the name of the function");
    const parameters = parseParameters(stream, ")");
    stream.expect(")", "after the parameters");
    const returns = stream.accept("->") ? parseExpression(stream) : null;
    const outer = this.inLoop;
    this.inFunction++;
    this.inLoop = 0;
    const body = this.block();
    this.inFunction--;
    this.inLoop = outer;
    return {
      kind: "def",
      name: name.text,
      nameRange: name.range,
      parameters,
      returns,
      body,
      range: this.span(start, body),
    };
  }

  private if(start: SourceRange): Statement {
    const branches: { test: Expression; body: Statement[] }[] = [];
    do {
      this.stream.take();
      const test = parseExpression(this.stream);
      this.refuseAssignment();
      branches.push({ test, body: this.block() });
    } while (this.stream.is("elif"));
    const otherwise = this.otherwise();
    return { kind: "if", branches, otherwise, range: this.span(start, otherwise ?? branches.at(-1)!.body) };
  }

  private refuseAssignment(): void {
    if (this.stream.is("=")) throw this.stream.trouble("A condition compares by ==; : is missing");
  }

  private for(start: SourceRange): Statement {
    const { stream } = this;
    stream.take();
    const target = parseTargets(stream);
    this.checkTarget(target);
    stream.expect("in", "after the names of for");
    const iterable = parseExpressions(stream);
    this.inLoop++;
    const body = this.block();
    this.inLoop--;
    const otherwise = this.otherwise();
    return { kind: "for", target, iterable, body, otherwise, range: this.span(start, otherwise ?? body) };
  }

  private while(start: SourceRange): Statement {
    this.stream.take();
    const test = parseExpression(this.stream);
    this.refuseAssignment();
    this.inLoop++;
    const body = this.block();
    this.inLoop--;
    const otherwise = this.otherwise();
    return { kind: "while", test, body, otherwise, range: this.span(start, otherwise ?? body) };
  }

  private otherwise(): Statement[] | null {
    if (!this.stream.accept("else")) return null;
    return this.block();
  }

  /** `:` and either the rest of the line or an indented block. */
  private block(): Statement[] {
    const { stream } = this;
    stream.expect(":", "before the block");
    return stream.nested(() => {
      if (stream.peek().kind !== "newline") {
        const next = stream.peek();
        if (next.kind === "end") throw stream.trouble("A block is missing");
        if (["def", "if", "for", "while"].includes(next.text) && next.kind === "keyword") {
          throw stream.trouble("A block of its own must begin on the next line");
        }
        return this.statementsOfLine();
      }
      stream.take();
      if (stream.peek().kind !== "indent") throw stream.trouble("An indented block is missing");
      stream.take();
      const body: Statement[] = [];
      while (stream.peek().kind !== "dedent" && stream.peek().kind !== "end") body.push(...this.line());
      if (stream.peek().kind === "dedent") stream.take();
      return body;
    });
  }

  private span(start: SourceRange, body: readonly Statement[]): SourceRange {
    return { start: start.start, end: Math.max(start.end, body.at(-1)?.range.end ?? 0) };
  }

  private simple(): Statement {
    const { stream } = this;
    const token = stream.peek();
    const start = token.range;
    if (token.kind === "keyword") {
      const statement = this.keyword(token.text, start);
      if (statement !== null) return statement;
    }
    const value = parseExpressions(stream);
    if (stream.is("=")) return this.assignment(start, value);
    const sign = stream.peek();
    if (sign.kind === "operator" && /^(\*\*|\/\/|<<|>>|[-+*/%&|^@])=$/.test(sign.text)) {
      stream.take();
      this.checkTarget(value, false);
      const added = parseExpressions(stream);
      const range = stream.since(start);
      return {
        kind: "augmented",
        target: value,
        sign: sign.text.slice(0, -1) as BinarySign,
        value: added,
        range,
      };
    }
    if (stream.accept(":")) {
      this.checkTarget(value, false);
      const annotation = parseExpression(stream);
      const assigned = stream.accept("=") ? parseExpressions(stream) : null;
      return { kind: "assign", targets: [value], annotation, value: assigned, range: stream.since(start) };
    }
    return { kind: "expression", value, range: stream.since(start) };
  }

  private assignment(start: SourceRange, first: Expression): Statement {
    const parts = [first];
    while (this.stream.accept("=")) parts.push(parseExpressions(this.stream));
    const value = parts.pop() as Expression;
    for (const target of parts) this.checkTarget(target);
    return { kind: "assign", targets: parts, annotation: null, value, range: this.stream.since(start) };
  }

  private checkTarget(target: Expression, mayUnpack = true): void {
    const inner = ungrouped(target);
    if (inner.kind === "name" || inner.kind === "index") return;
    if (mayUnpack && (inner.kind === "tuple" || inner.kind === "list")) {
      for (const item of inner.items) this.checkTarget(item.kind === "starred" ? item.value : item);
      return;
    }
    const message =
      inner.kind === "attribute"
        ? "Attributes cannot be assigned."
        : "Only a name can be given a value; this is an expression.";
    const next = inner.kind === "compare" ? "Was == meant instead of =?" : undefined;
    this.stream.report(inner.range, message, next);
    throw new SyntaxTrouble("target");
  }

  private keyword(text: string, start: SourceRange): Statement | null {
    const { stream } = this;
    switch (text) {
      case "return": {
        stream.take();
        if (this.inFunction === 0) stream.report(start, "return stands outside a function.");
        const atEnd = stream.peek().kind === "newline" || stream.peek().kind === "end" || stream.is(";");
        const value = atEnd ? null : parseExpressions(stream);
        return { kind: "return", value, range: stream.since(start) };
      }
      case "pass":
      case "break":
      case "continue":
        stream.take();
        if (text !== "pass" && this.inLoop === 0) stream.report(start, `${text} stands outside a loop.`);
        return { kind: text, range: start };
      case "assert": {
        stream.take();
        const test = parseExpression(stream);
        const message = stream.accept(",") ? parseExpression(stream) : null;
        return { kind: "assert", test, message, range: stream.since(start) };
      }
      case "global":
      case "nonlocal":
        return this.outerNames(text, start);
      case "import":
      case "from":
        return this.import(start);
      default:
        return null;
    }
  }

  private outerNames(kind: "global" | "nonlocal", start: SourceRange): Statement {
    const names: { name: string; range: SourceRange }[] = [];
    do {
      this.stream.take();
      const name = this.stream.peek();
      if (name.kind !== "name") throw this.stream.trouble("A name is missing");
      names.push({ name: name.text, range: name.range });
      this.stream.take();
    } while (this.stream.is(","));
    return { kind, names, range: this.stream.since(start) };
  }

  private import(start: SourceRange): Statement {
    const { stream } = this;
    const from = stream.take().text === "from";
    const names: { name: string; as: string; range: SourceRange }[] = [];
    if (!from) {
      let module = "";
      do {
        const name = stream.peek();
        const path = this.modulePath();
        module = module === "" ? path : module;
        const as = this.asName() ?? path.split(".")[0];
        names.push({ name: path, as, range: name.range });
      } while (stream.accept(","));
      return { kind: "import", from, module, names, range: stream.since(start) };
    }
    const module = this.modulePath();
    stream.expect("import", "after the module");
    const bracket = stream.accept("(");
    do {
      if (stream.is(")")) break;
      const name = stream.take();
      if (name.kind !== "name" && name.text !== "*") throw stream.trouble("A name to import is missing");
      names.push({ name: name.text, as: this.asName() ?? name.text, range: name.range });
    } while (stream.accept(","));
    if (bracket !== null) stream.expect(")", "after the names");
    return { kind: "import", from, module, names, range: stream.since(start) };
  }

  private modulePath(): string {
    let path = "";
    while (this.stream.accept(".")) path += ".";
    for (;;) {
      const name = this.stream.peek();
      if (name.kind !== "name") {
        if (path.endsWith(".") && this.stream.is("import")) return path;
        throw this.stream.trouble("The name of a module is missing");
      }
      path += this.stream.take().text;
      if (!this.stream.accept(".")) return path;
      path += ".";
    }
  }

  private asName(): string | null {
    if (!this.stream.accept("as")) return null;
    const name = this.stream.peek();
    if (name.kind !== "name") throw this.stream.trouble("A name is missing after as");
    return this.stream.take().text;
  }
}
