/** Finds what each name of a text means, without running it. */
import type { NameOccurrence } from "../program";
import { parsePython, type ParsedPython } from "../python/syntax/parse";
import type { Expression, Parameter, Statement } from "../python/syntax/tree";
import { namesOfTarget, defaultsOf, partsOf } from "../python/syntax/walk";
import type { SourceRange } from "../source/range";
import type { EmbeddedLanguage } from "./language";
import { pythonNames } from "./pythonNames";

/** The names of a text; `unknown` are those that neither the text nor the language defines. */
export interface FoundNames {
  readonly occurrences: readonly NameOccurrence[];
  readonly unknown: readonly NameOccurrence[];
  /** Names that the text defines anywhere. */
  readonly defined: ReadonlySet<string>;
}

/** Finds them. Every occurrence points at the first definition of its scope. */
export function namesOf(language: EmbeddedLanguage, text: string): FoundNames {
  return namesIn(language, parsePython(text));
}

/** The same for a text that was parsed. */
export function namesIn(language: EmbeddedLanguage, parsed: ParsedPython): FoundNames {
  const finder = new Finder(new Set([...pythonNames, ...language.names]));
  finder.program(parsed.statements);
  const order = (a: NameOccurrence, b: NameOccurrence): number => a.range.start - b.range.start;
  const occurrences = finder.found.sort(order);
  return {
    occurrences,
    unknown: occurrences.filter((one) => finder.unknown.has(one)),
    defined: new Set(occurrences.filter((one) => one.kind === "definition").map((one) => one.name)),
  };
}

type Kind = "variable" | "function" | "parameter";

interface Definition {
  readonly range: SourceRange;
  readonly of: Kind;
}

class Names {
  readonly own = new Map<string, Definition>();
  readonly outer = new Set<string>();

  constructor(readonly parent: Names | null) {}

  define(name: string, range: SourceRange, of: Kind): void {
    if (!this.own.has(name)) this.own.set(name, { range, of });
  }

  find(name: string): Definition | undefined {
    if (this.outer.has(name)) return this.parent?.find(name);
    return this.own.get(name) ?? this.parent?.find(name);
  }
}

class Finder {
  readonly found: NameOccurrence[] = [];
  readonly unknown = new Set<NameOccurrence>();

  constructor(private readonly library: ReadonlySet<string>) {}

  program(statements: readonly Statement[]): void {
    const scope = new Names(null);
    this.collect(statements, scope);
    this.statements(statements, scope);
  }

  /** What a body defines: known before its first line, as functions may be defined below their uses. */
  private collect(body: readonly Statement[], scope: Names): void {
    for (const statement of body) {
      if (statement.kind === "global" || statement.kind === "nonlocal") {
        for (const { name } of statement.names) scope.outer.add(name);
      }
    }
    const targets = (target: Expression): void => {
      for (const { name, range } of namesOfTarget(target)) scope.define(name, range, "variable");
    };
    for (const statement of body) {
      switch (statement.kind) {
        case "assign":
          statement.targets.forEach(targets);
          break;
        case "augmented":
          targets(statement.target);
          break;
        case "def":
          scope.define(statement.name, statement.nameRange, "function");
          break;
        case "import":
          for (const { name, as, range } of statement.names)
            if (name !== "*") scope.define(as, range, "variable");
          break;
        case "for":
          targets(statement.target);
          this.collect(statement.body, scope);
          this.collect(statement.otherwise ?? [], scope);
          break;
        case "while":
          this.collect(statement.body, scope);
          this.collect(statement.otherwise ?? [], scope);
          break;
        case "if":
          for (const branch of statement.branches) this.collect(branch.body, scope);
          this.collect(statement.otherwise ?? [], scope);
      }
    }
  }

  private statements(body: readonly Statement[], scope: Names): void {
    for (const statement of body) this.statement(statement, scope);
  }

  private statement(statement: Statement, scope: Names): void {
    switch (statement.kind) {
      case "expression":
        return this.expression(statement.value, scope);
      case "assign":
        if (statement.value !== null) this.expression(statement.value, scope);
        return statement.targets.forEach((target) => this.target(target, scope));
      case "augmented":
        this.expression(statement.value, scope);
        return this.target(statement.target, scope);
      case "def":
        this.note(statement.name, statement.nameRange, "definition", scope);
        return this.function(statement.parameters, statement.body, scope);
      case "return":
        return statement.value === null ? undefined : this.expression(statement.value, scope);
      case "if":
        for (const { test, body } of statement.branches) {
          this.expression(test, scope);
          this.statements(body, scope);
        }
        return this.statements(statement.otherwise ?? [], scope);
      case "for":
        this.expression(statement.iterable, scope);
        this.target(statement.target, scope);
        this.statements(statement.body, scope);
        return this.statements(statement.otherwise ?? [], scope);
      case "while":
        this.expression(statement.test, scope);
        this.statements(statement.body, scope);
        return this.statements(statement.otherwise ?? [], scope);
      case "assert":
        this.expression(statement.test, scope);
        return statement.message === null ? undefined : this.expression(statement.message, scope);
      case "global":
      case "nonlocal":
        for (const { name, range } of statement.names) this.note(name, range, "use", scope);
        return;
      case "import":
        for (const { name, as, range } of statement.names)
          if (name !== "*") this.note(as, range, "definition", scope);
    }
  }

  private target(target: Expression, scope: Names): void {
    if (target.kind === "name") this.note(target.name, target.range, "definition", scope);
    else if (target.kind === "index") this.expression(target, scope);
    else for (const part of partsOf(target)) this.target(part, scope);
  }

  private function(
    parameters: readonly Parameter[],
    body: readonly Statement[] | Expression,
    outer: Names,
  ): void {
    for (const part of defaultsOf(parameters)) this.expression(part, outer);
    const scope = new Names(outer);
    for (const { name, nameRange } of parameters) if (name !== "") scope.define(name, nameRange, "parameter");
    if (Array.isArray(body)) this.collect(body as readonly Statement[], scope);
    for (const { name, nameRange } of parameters) {
      if (name !== "") this.note(name, nameRange, "definition", scope);
    }
    if (Array.isArray(body)) this.statements(body as readonly Statement[], scope);
    else this.expression(body as Expression, scope);
  }

  private expression(expression: Expression, scope: Names): void {
    switch (expression.kind) {
      case "name":
        return this.note(expression.name, expression.range, "use", scope);
      case "lambda":
        return this.function(expression.parameters, expression.body, scope);
      case "comprehension": {
        const inner = new Names(scope);
        for (const { target } of expression.clauses) {
          for (const { name, range } of namesOfTarget(target)) inner.define(name, range, "variable");
        }
        for (const [i, { target, iterable, conditions }] of expression.clauses.entries()) {
          this.expression(iterable, i === 0 ? scope : inner);
          this.target(target, inner);
          for (const condition of conditions) this.expression(condition, inner);
        }
        this.expression(expression.element, inner);
        return expression.value === null ? undefined : this.expression(expression.value, inner);
      }
      default:
        for (const part of partsOf(expression)) this.expression(part, scope);
    }
  }

  private note(name: string, range: SourceRange, kind: "definition" | "use", scope: Names): void {
    const definition = scope.find(name);
    const occurrence: NameOccurrence = {
      name,
      range,
      kind,
      of: definition?.of ?? (this.library.has(name) ? "library" : "variable"),
      definition: definition?.range ?? null,
    };
    this.found.push(occurrence);
    if (definition === undefined && !this.library.has(name)) this.unknown.add(occurrence);
  }
}
