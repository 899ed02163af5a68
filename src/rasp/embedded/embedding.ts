/** What a program's values share while it is built: the graph, the interpreter, the names for the picture. */
import type { Budget } from "../ir/budget";
import { Graph } from "../ir/graph";
import type { ElementwiseFunction, Predicate } from "../ir/nodes";
import type { ExecuteOptions, ProgramInput } from "../program";
import { Interpreter, type Remark } from "../python/run/interpreter";
import { truth } from "../python/run/operators";
import { builtinsFor } from "../python/run/builtins";
import { Scope } from "../python/run/scope";
import {
  PyBuiltin,
  PyFunction,
  PyNamespace,
  asAtom,
  capital,
  fromAtom,
  nameOfValue,
  type PyValue,
} from "../python/run/values";
import type { Diagnostic } from "../source/diagnostic";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { canonicalLambda } from "./canonical";
import type { EmbeddedLanguage } from "./language";

/** One run of one program. */
export class Embedding {
  readonly graph = new Graph();
  readonly labels = new Map<number, string>();
  readonly remarks: Diagnostic[] = [];
  readonly interpreter: Interpreter;

  constructor(
    language: EmbeddedLanguage,
    readonly options: ExecuteOptions,
    /** What s-ops are shown on: the program's own example, else the one given. */
    readonly input: ProgramInput,
  ) {
    const scope = new Scope(null);
    this.interpreter = new Interpreter({
      language: scope,
      budget: options.budget,
      remark: ({ code, message, next, severity = "warning" }, range) => {
        const known = this.remarks.some((one) => one.code === code && one.range.start === range.start);
        if (!known) this.remarks.push({ severity, code, message, range, next });
      },
      unknown: (name) => language.unknown?.(name, this),
    });
    for (const [name, value] of builtinsFor(() => this.interpreter)) scope.assign(name, value);
    for (const [name, value] of language.library(this)) scope.assign(name, value);
  }

  /** Makes nodes that have the range of the expression that is being computed. */
  make<T>(work: () => T): T {
    return this.graph.at(this.interpreter.range, work);
  }

  /** Makes a remark at the expression that is being computed. */
  remark(remark: Remark): void {
    this.interpreter.remark(remark);
  }

  /**
   * A function of the program as an elementwise one.
   * @throws {RaspError} "type" where it is no function
   */
  elementwise(func: PyValue, what: string): ElementwiseFunction {
    const known = this.known(func, what);
    return { ...known, apply: (operands, budget) => this.applied(func, operands, budget) };
  }

  /**
   * A function of the program as a predicate of key and query; plain comparisons are recognised.
   * @throws {RaspError} "type" where it is no function
   */
  predicate(func: PyValue, what: string): Predicate {
    const known = this.known(func, what);
    const plain = canonicalLambda(func);
    if (plain?.comparison !== undefined) return { kind: "comparison", sign: plain.comparison };
    return {
      kind: "function",
      ...known,
      test: (key, query, budget) =>
        truth(this.interpreter.callUnder(budget, func, [fromAtom(key), fromAtom(query)])),
    };
  }

  private known(func: PyValue, what: string): { name: string; key?: string } {
    const callable = func instanceof PyFunction || func instanceof PyBuiltin || func instanceof PyNamespace;
    if (!callable) {
      throw new RaspError("type", `${what} takes a function, not ${nameOfValue(func)}.`);
    }
    const plain = canonicalLambda(func);
    if (plain !== null) return { name: plain.text, key: plain.text };
    return { name: func.name };
  }

  private applied(func: PyValue, operands: readonly Atom[], budget: Budget): Atom {
    const value = this.interpreter.callUnder(budget, func, operands.map(fromAtom));
    const atom = asAtom(value);
    if (atom !== undefined) return atom;
    throw new RaspError("type", `${capital(nameOfValue(value))} cannot stand at a position of a sequence.`);
  }
}
