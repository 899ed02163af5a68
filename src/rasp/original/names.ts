/** The names of a program: where each is defined and what each use refers to. */
import type { NameOccurrence } from "../program";
import type { SourceRange } from "../source/range";
import {
  partsOf,
  type Comprehension,
  type Expression,
  type Identifier,
  type Program,
  type Statement,
} from "./tree";
import { providedNames } from "./words";

type Of = NameOccurrence["of"];

interface Definition {
  readonly range: SourceRange;
  readonly of: Of;
  /** The name stands for this from here on. */
  readonly from: number;
}

class Level {
  readonly definitions = new Map<string, Definition[]>();

  constructor(readonly parent: Level | null) {}

  define(name: string, definition: Definition): void {
    const known = this.definitions.get(name);
    if (known === undefined) this.definitions.set(name, [definition]);
    else known.push(definition);
  }
}

interface Use {
  readonly identifier: Identifier;
  readonly level: Level;
}

/** A name that is used but nowhere defined. */
export interface UnknownName extends Identifier {
  /** True inside a function, a loop or a branch, which need not run. */
  readonly conditional: boolean;
}

/** What a program's text says about names. */
export interface Names {
  /** In the order of the text. */
  readonly occurrences: readonly NameOccurrence[];
  readonly unknown: readonly UnknownName[];
  /** Local names that hide one of the program's own outside. */
  readonly hiding: readonly Identifier[];
  /** Every name that is defined anywhere, and those that the language provides. */
  readonly known: readonly string[];
}

const provided: ReadonlySet<string> = new Set(providedNames);

/** The names of a program. */
export function namesOf(program: Program): Names {
  const collector = new Collector();
  collector.statements(program.statements, collector.top);
  return collector.finish();
}

class Collector {
  readonly top = new Level(null);
  private readonly found: NameOccurrence[] = [];
  private readonly uses: (Use & { readonly conditional: boolean })[] = [];
  private readonly locals: { readonly identifier: Identifier; readonly level: Level }[] = [];
  /** How many functions and branches, which need not run, the walk is inside. */
  private conditions = 0;

  statements(statements: readonly Statement[], level: Level): void {
    for (const statement of statements) this.statement(statement, level);
  }

  private statement(statement: Statement, level: Level): void {
    switch (statement.kind) {
      case "expression":
        return this.expression(statement.value, level);
      case "assign":
        for (const value of statement.values) this.expression(value, level);
        for (const target of statement.targets) this.define(target, level, "variable", statement.range.end);
        return;
      case "draw":
        this.expression(statement.value, level);
        if (statement.input !== null) this.expression(statement.input, level);
        return;
      case "def":
        return this.function(statement, level);
      case "for":
        this.expression(statement.iterable, level);
        for (const name of statement.names) this.define(name, level, "variable", name.range.start);
        return this.statements(statement.body, level);
      case "command":
        if (statement.command === "set-example") this.expression(statement.example, level);
        return;
      case "load":
      case "broken":
        return;
    }
  }

  private function(statement: Statement & { readonly kind: "def" }, level: Level): void {
    this.define(statement.name, level, "function", statement.range.start);
    const inside = new Level(level);
    for (const parameter of statement.parameters) {
      this.define(parameter, inside, "parameter", statement.range.start);
    }
    this.conditions++;
    this.statements(statement.body, inside);
    for (const value of statement.result.values) this.expression(value, inside);
    this.conditions--;
  }

  private define(identifier: Identifier, level: Level, of: Of, from: number): void {
    const { name, range } = identifier;
    level.define(name, { range, of, from });
    this.found.push({ name, range, kind: "definition", of, definition: range });
    if (level !== this.top) this.locals.push({ identifier, level });
  }

  private expression(expression: Expression, level: Level): void {
    switch (expression.kind) {
      case "name":
        this.uses.push({ identifier: expression, level, conditional: this.conditions > 0 });
        return;
      case "list-comprehension":
        return this.comprehension(expression, [expression.value], level);
      case "dict-comprehension":
        return this.comprehension(expression, [expression.key, expression.value], level);
      case "ternary":
        this.expression(expression.condition, level);
        this.conditions++;
        this.expression(expression.then, level);
        this.expression(expression.otherwise, level);
        this.conditions--;
        return;
      default:
        for (const part of partsOf(expression)) this.expression(part, level);
    }
  }

  private comprehension(
    comprehension: Comprehension & { readonly range: SourceRange },
    made: readonly Expression[],
    level: Level,
  ): void {
    this.expression(comprehension.iterable, level);
    const inside = new Level(level);
    for (const name of comprehension.names) this.define(name, inside, "variable", comprehension.range.start);
    this.conditions++;
    for (const expression of made) this.expression(expression, inside);
    this.conditions--;
  }

  finish(): Names {
    const unknown: UnknownName[] = [];
    for (const { identifier, level, conditional } of this.uses) {
      const { name, range } = identifier;
      const definition = resolve(name, range.start, level);
      const library = definition === null && provided.has(name);
      if (definition === null && !library) unknown.push({ name, range, conditional });
      const of = definition?.of ?? (library ? "library" : "variable");
      this.found.push({ name, range, kind: "use", of, definition: definition?.range ?? null });
    }
    const occurrences = this.found.sort((a, b) => a.range.start - b.range.start);
    const hiding = this.locals
      .filter(({ identifier, level }) => hides(identifier, level))
      .map(({ identifier }) => identifier);
    const own = this.found.filter(({ kind }) => kind === "definition").map(({ name }) => name);
    return { occurrences, unknown, hiding, known: [...new Set([...own, ...providedNames])] };
  }
}

/** What a use refers to: the last definition before it. A function sees what its surroundings define later, too. */
function resolve(name: string, at: number, level: Level): Definition | null {
  let own = true;
  for (let each: Level | null = level; each !== null; each = each.parent) {
    const definitions = each.definitions.get(name) ?? [];
    const before = definitions.filter(({ from }) => from <= at).at(-1);
    if (before !== undefined) return before;
    if (!own && definitions.length > 0) return definitions[0];
    own = false;
  }
  return null;
}

function hides({ name, range }: Identifier, level: Level): boolean {
  // A later assignment of the same local name hides nothing new.
  if (level.definitions.get(name)?.[0].range.start !== range.start) return false;
  for (let outer = level.parent; outer !== null; outer = outer.parent) {
    if (outer.definitions.get(name)?.some(({ from }) => from < range.start) === true) return true;
  }
  return false;
}
