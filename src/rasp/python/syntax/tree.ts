/** The tree of a Python text. Every node has the range of its text; errors are nodes of their own. */
import type { SourceRange } from "../../source/range";
import type { Atom } from "../../values/atom";

interface At {
  readonly range: SourceRange;
}

/** Operators of two operands; `^` is a power here, as in original RASP. */
export type BinarySign = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "^" | "&" | "|" | "<<" | ">>" | "@";

/** Operators of one operand. */
export type UnarySign = "-" | "+" | "~" | "not";

/** Comparisons. */
export type CompareSign = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "is" | "is not";

/** A name in an expression. */
export interface NameNode extends At {
  readonly kind: "name";
  readonly name: string;
}

/** A parameter of a function. */
export interface Parameter extends At {
  readonly name: string;
  readonly nameRange: SourceRange;
  /** `*args` and `**kwargs`; a bare `*` has an empty name. */
  readonly star: "" | "*" | "**";
  readonly annotation: Expression | null;
  readonly default: Expression | null;
}

/** An argument of a call. */
export interface Argument extends At {
  readonly name: string | null;
  readonly star: "" | "*" | "**";
  readonly value: Expression;
}

/** `for targets in iterable if … if …` of a comprehension. */
export interface Clause extends At {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

/** A lambda. */
export interface LambdaNode extends At {
  readonly kind: "lambda";
  readonly parameters: readonly Parameter[];
  readonly body: Expression;
}

/** A comprehension; `value` is there for dicts alone. */
export interface ComprehensionNode extends At {
  readonly kind: "comprehension";
  readonly shape: "list" | "set" | "dict" | "generator";
  readonly element: Expression;
  readonly value: Expression | null;
  readonly clauses: readonly Clause[];
}

/** `a[start:stop:step]`. */
export interface SliceNode extends At {
  readonly kind: "slice";
  readonly start: Expression | null;
  readonly stop: Expression | null;
  readonly step: Expression | null;
}

/** A part of an f-string: text, or an expression with its format. */
export type FormattedPart = string | { readonly value: Expression; readonly format: string };

/** A comparison, perhaps chained. */
export interface CompareNode extends At {
  readonly kind: "compare";
  readonly first: Expression;
  readonly rest: readonly { readonly sign: CompareSign; readonly operand: Expression }[];
}

/** A call. */
export interface CallNode extends At {
  readonly kind: "call";
  readonly callee: Expression;
  readonly args: readonly Argument[];
}

/** An expression. */
export type Expression =
  | NameNode
  | LambdaNode
  | ComprehensionNode
  | SliceNode
  | CompareNode
  | CallNode
  /** Numbers, True, False, None. */
  | ({ readonly kind: "literal"; readonly value: Atom; readonly text: string } & At)
  /** One or more strings side by side; `text` as written. */
  | ({ readonly kind: "string"; readonly value: string; readonly text: string } & At)
  | ({ readonly kind: "formatted"; readonly parts: readonly FormattedPart[]; readonly text: string } & At)
  | ({ readonly kind: "list" | "set"; readonly items: readonly Expression[] } & At)
  | ({ readonly kind: "tuple"; readonly items: readonly Expression[]; readonly bracketed: boolean } & At)
  /** A null key spreads the value. */
  | ({ readonly kind: "dict"; readonly entries: readonly (readonly [Expression | null, Expression])[] } & At)
  | ({ readonly kind: "unary"; readonly sign: UnarySign; readonly operand: Expression } & At)
  | ({
      readonly kind: "binary";
      readonly sign: BinarySign;
      readonly left: Expression;
      readonly right: Expression;
      readonly signRange: SourceRange;
    } & At)
  | ({
      readonly kind: "boolean";
      readonly sign: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
    } & At)
  | ({
      readonly kind: "conditional";
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    } & At)
  | ({
      readonly kind: "attribute";
      readonly object: Expression;
      readonly name: string;
      readonly nameRange: SourceRange;
    } & At)
  | ({ readonly kind: "index"; readonly object: Expression; readonly index: Expression } & At)
  | ({ readonly kind: "starred"; readonly value: Expression } & At)
  /** Brackets that the author wrote. */
  | ({ readonly kind: "group"; readonly inner: Expression } & At)
  | ({ readonly kind: "error" } & At);

/** `def`. */
export interface DefNode extends At {
  readonly kind: "def";
  readonly name: string;
  readonly nameRange: SourceRange;
  readonly parameters: readonly Parameter[];
  readonly returns: Expression | null;
  readonly body: readonly Statement[];
}

/** `import …` and `from … import …`; `names` are what it would bind. */
export interface ImportNode extends At {
  readonly kind: "import";
  readonly module: string;
  /** Null for `import a.b`, which binds `a`, or the name after `as`. */
  readonly from: boolean;
  readonly names: readonly { readonly name: string; readonly as: string; readonly range: SourceRange }[];
}

/** A statement. */
export type Statement =
  | DefNode
  | ImportNode
  | ({ readonly kind: "expression"; readonly value: Expression } & At)
  /** `a = b = value`; with an annotation there is one target, and perhaps no value. */
  | ({
      readonly kind: "assign";
      readonly targets: readonly Expression[];
      readonly annotation: Expression | null;
      readonly value: Expression | null;
    } & At)
  | ({
      readonly kind: "augmented";
      readonly target: Expression;
      readonly sign: BinarySign;
      readonly value: Expression;
    } & At)
  | ({
      readonly kind: "if";
      readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[] | null;
    } & At)
  | ({
      readonly kind: "for";
      readonly target: Expression;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[] | null;
    } & At)
  | ({
      readonly kind: "while";
      readonly test: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[] | null;
    } & At)
  | ({ readonly kind: "return"; readonly value: Expression | null } & At)
  | ({ readonly kind: "pass" | "break" | "continue" } & At)
  | ({ readonly kind: "assert"; readonly test: Expression; readonly message: Expression | null } & At)
  | ({
      readonly kind: "global" | "nonlocal";
      readonly names: readonly { readonly name: string; readonly range: SourceRange }[];
    } & At)
  | ({ readonly kind: "error" } & At);

/** The expression inside the author's brackets. */
export function ungrouped(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === "group") inner = inner.inner;
  return inner;
}
