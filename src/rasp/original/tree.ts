/** The syntax tree of a program; ranges are of the text it was read from. */
import type { Comparison } from "../values/compare";
import type { SourceRange } from "../source/range";
import type { Comment } from "./tokens";

/** A name where it is written. */
export interface Identifier {
  readonly name: string;
  readonly range: SourceRange;
}

/** Operators between two operands, except `in`. */
export type BinarySign = "^" | "*" | "/" | "%" | "+" | "-" | Exclude<Comparison, "!="> | "and" | "or";

/** An expression; "error" stands where none could be read. */
export type Expression = { readonly range: SourceRange } & (
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "int" | "float"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "group"; readonly inner: Expression }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly DictEntry[] }
  | (Comprehension & { readonly kind: "list-comprehension"; readonly value: Expression })
  | (Comprehension & { readonly kind: "dict-comprehension" } & DictEntry)
  | {
      readonly kind: "select";
      readonly key: Expression;
      readonly query: Expression;
      readonly sign: Comparison;
    }
  | {
      readonly kind: "aggregate";
      readonly selector: Expression;
      readonly value: Expression;
      readonly default: Expression | null;
    }
  | { readonly kind: "range" | "zip"; readonly arguments: readonly Expression[] }
  | { readonly kind: "len"; readonly operand: Expression }
  | { readonly kind: "round" | "indicator"; readonly operand: Expression }
  | { readonly kind: "unary"; readonly sign: "not" | "-" | "+"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly sign: BinarySign;
      readonly signRange: SourceRange;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "in"; readonly element: Expression; readonly container: Expression }
  | {
      readonly kind: "ternary";
      readonly then: Expression;
      readonly condition: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: "index"; readonly value: Expression; readonly index: Expression }
  | { readonly kind: "call"; readonly callee: Expression; readonly arguments: readonly Expression[] }
  | { readonly kind: "error" }
);

/** One kind of expression. */
export type ExpressionOf<Kind extends Expression["kind"]> = Expression & { readonly kind: Kind };

/** `key: value`. */
export interface DictEntry {
  readonly key: Expression;
  readonly value: Expression;
}

/** `for names in iterable`. */
export interface Comprehension {
  readonly names: readonly Identifier[];
  readonly iterable: Expression;
}

/** Which example a command is about. */
export type ExampleSubset = "both" | "s-op" | "selector";

/** The commands of the REPL, which a file may hold too. */
export type Command =
  | { readonly command: "set-example"; readonly subset: ExampleSubset; readonly example: Expression }
  | { readonly command: "show-example"; readonly subset: ExampleSubset }
  | { readonly command: "examples"; readonly subset: ExampleSubset; readonly on: boolean }
  | { readonly command: "full-display"; readonly on: boolean }
  | { readonly command: "exit" };

/** `return a, b;` */
export interface Return {
  readonly range: SourceRange;
  readonly values: readonly Expression[];
}

/** A statement; "broken" stands for text that is none. */
export type Statement = { readonly range: SourceRange } & (
  | { readonly kind: "expression"; readonly value: Expression }
  | {
      readonly kind: "assign";
      readonly targets: readonly Identifier[];
      readonly values: readonly Expression[];
    }
  | { readonly kind: "draw"; readonly value: Expression; readonly input: Expression | null }
  | { readonly kind: "load"; readonly path: string }
  | FunctionDefinition
  | (Comprehension & {
      readonly kind: "for";
      readonly body: readonly Statement[];
      readonly braces: SourceRange;
    })
  | ({ readonly kind: "command" } & Command)
  | { readonly kind: "broken" }
);

/** `def name(parameters) { body return … }` */
export interface FunctionDefinition {
  readonly kind: "def";
  readonly range: SourceRange;
  readonly name: Identifier;
  readonly parameters: readonly Identifier[];
  readonly body: readonly Statement[];
  readonly result: Return;
  /** From the opening brace to the closing one. */
  readonly braces: SourceRange;
}

/** One kind of statement. */
export type StatementOf<Kind extends Statement["kind"]> = Statement & { readonly kind: Kind };

/** Something that is not RASP. */
export interface SyntaxProblem {
  readonly range: SourceRange;
  readonly message: string;
  readonly next?: string | undefined;
  /** True where the text ends too early: more of it may make it right. */
  readonly unfinished: boolean;
}

/** A text that was read. */
export interface Program {
  readonly text: string;
  readonly statements: readonly Statement[];
  /** Those of the statements, at the top, that hold a problem; they are not run. */
  readonly broken: ReadonlySet<Statement>;
  readonly problems: readonly SyntaxProblem[];
  readonly comments: readonly Comment[];
}

/** The expressions that one is made of, in the order of the text. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "name":
    case "int":
    case "float":
    case "string":
    case "error":
      return [];
    case "group":
      return [expression.inner];
    case "list":
      return expression.items;
    case "dict":
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case "list-comprehension":
      return [expression.value, expression.iterable];
    case "dict-comprehension":
      return [expression.key, expression.value, expression.iterable];
    case "select":
      return [expression.key, expression.query];
    case "aggregate": {
      const { selector, value } = expression;
      return expression.default === null ? [selector, value] : [selector, value, expression.default];
    }
    case "range":
    case "zip":
      return expression.arguments;
    case "len":
    case "round":
    case "indicator":
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "in":
      return [expression.element, expression.container];
    case "ternary":
      return [expression.then, expression.condition, expression.otherwise];
    case "index":
      return [expression.value, expression.index];
    case "call":
      return [expression.callee, ...expression.arguments];
  }
}
