/** What every dialect offers, so that the editor, the command line and the picture know only one language. */
import type { Budget } from "./ir/budget";
import type { Evaluator } from "./ir/evaluate";
import type { Matrix } from "./ir/matrix";
import type { Selector, SOp } from "./ir/nodes";
import type { Diagnostic } from "./source/diagnostic";
import type { SourceRange } from "./source/range";
import type { RaspError } from "./source/raspError";
import type { Atom } from "./values/atom";
import type { Sequence } from "./values/sequence";

/** The front ends. */
export type DialectName = "rasp" | "raspy" | "rasp-l" | "tracr";

/** What an expression of a program is. */
export type RaspValue =
  | { readonly kind: "sop"; readonly node: SOp }
  | { readonly kind: "selector"; readonly node: Selector }
  | { readonly kind: "atom"; readonly atom: Atom }
  | { readonly kind: "list"; readonly items: readonly RaspValue[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Atom, RaspValue])[] }
  | { readonly kind: "function"; readonly name: string; readonly parameters: readonly string[] }
  /** An s-op or a selector applied to an input of its own; `of` says which, where that is known. */
  | { readonly kind: "sequence"; readonly values: Sequence; readonly of?: Application }
  | { readonly kind: "matrix"; readonly matrix: Matrix; readonly of?: Application };

/** What was applied to what. */
export interface Application {
  readonly node: SOp | Selector;
  readonly tokens: readonly Atom[];
}

/** What a statement at the top of a program made. */
export interface Binding {
  /** Null for an expression that was given no name. */
  readonly name: string | null;
  readonly nameRange: SourceRange | null;
  /** The whole statement. */
  readonly range: SourceRange;
  readonly value: RaspValue;
}

/** The input of a program: tokens, or RASP-L's named arrays. */
export type ProgramInput =
  | { readonly kind: "tokens"; readonly tokens: readonly Atom[] }
  | { readonly kind: "arrays"; readonly arrays: ReadonlyMap<string, readonly Atom[]> };

/** How a program is run. */
export interface ExecuteOptions {
  /** The running example, where the program sets none itself. */
  readonly input: ProgramInput;
  readonly budget: Budget;
  /** Reads a file that the program loads, by the path it names (with the suffix); null where there is none. */
  readonly load?: ((path: string) => string | null) | undefined;
  /** RASP-L: "int8" refuses every value that 8 bits do not hold. */
  readonly integers?: "int8" | undefined;
}

/** What came of running a program. */
export interface Execution {
  /** In the order of the text; statements that failed have none. */
  readonly bindings: readonly Binding[];
  /** Of the last statement; null where it failed or has no value. */
  readonly result: RaspValue | null;
  /** In the order of the text; a failed statement does not keep later ones from running. */
  readonly errors: readonly RaspError[];
  /** The input that s-ops are shown on: the program's own example, else the one given. */
  readonly input: ProgramInput;
  /** Holds what was computed on `input` while the program ran, where the dialect computes it then. */
  readonly evaluator?: Evaluator;
  /** Names that the program gives to nodes for the picture (`.name("…")`), by the node's id. */
  readonly labels?: ReadonlyMap<number, string>;
}

/** A name in a program's text. */
export interface NameOccurrence {
  readonly name: string;
  readonly range: SourceRange;
  /** "definition": assigned, defined, a parameter or an iterator. */
  readonly kind: "definition" | "use";
  /** What is defined, for outline and colours. */
  readonly of: "variable" | "function" | "parameter" | "library";
  /** Where the name was defined; null for what the language provides and for unknown names. */
  readonly definition: SourceRange | null;
}

/** A front end. */
export interface Dialect {
  readonly name: DialectName;
  /** Errors of syntax and traps of the language; never throws. */
  check(text: string): readonly Diagnostic[];
  /** The names of the text, in order; never throws. */
  names(text: string): readonly NameOccurrence[];
  /** The text in the project's own layout; null where it has syntax errors. Comments are kept. */
  format(text: string): string | null;
  /** Runs the program; never throws. */
  execute(text: string, options: ExecuteOptions): Execution;
}
