/** Runs a program of an embedded dialect. */
import type { Binding, ExecuteOptions, Execution, ProgramInput, RaspValue } from "../program";
import { Unavailable } from "../python/run/interpreter";
import { runStatement } from "../python/run/statements";
import { assignedIn } from "../python/run/scope";
import {
  PyBuiltin,
  PyDict,
  PyFunction,
  type PyList,
  PyNamespace,
  PyObject,
  PyRange,
  PySet,
  type PyTuple,
  asAtom,
  isScalar,
  type PyValue,
} from "../python/run/values";
import { parsePython, type ParsedPython } from "../python/syntax/parse";
import type { Expression, Statement } from "../python/syntax/tree";
import type { Diagnostic } from "../source/diagnostic";
import type { SourceRange } from "../source/range";
import { RaspError, type RaspErrorKind } from "../source/raspError";
import { Embedding } from "./embedding";
import type { EmbeddedLanguage } from "./language";
import { raspValueOf } from "./objects";
import { exampleOf } from "./settings";

/** A run with what the dialect itself may want of it. */
export interface EmbeddedRun {
  readonly execution: Execution;
  readonly embedding: Embedding;
  readonly parsed: ParsedPython;
}

/** Runs a program's text. Never throws. */
export function runEmbedded(language: EmbeddedLanguage, text: string, options: ExecuteOptions): EmbeddedRun {
  return runParsed(language, parsePython(text), options);
}

/** Runs a program that was read. Never throws. */
export function runParsed(
  language: EmbeddedLanguage,
  parsed: ParsedPython,
  options: ExecuteOptions,
): EmbeddedRun {
  const input = exampleOf(parsed.comments).input ?? options.input;
  const embedding = new Embedding(language, options, input);
  return { execution: new ProgramRun(embedding, parsed).execution(input), embedding, parsed };
}

interface Assigned {
  readonly name: string;
  readonly nameRange: SourceRange;
  readonly range: SourceRange;
  value: PyValue;
}

class ProgramRun {
  private readonly assigned = new Map<object, Assigned>();
  private readonly shown: { range: SourceRange; value: PyValue }[] = [];
  private readonly errors: RaspError[];
  private last: PyValue | undefined;

  constructor(
    private readonly embedding: Embedding,
    private readonly parsed: ParsedPython,
  ) {
    this.errors = parsed.diagnostics.filter((one) => one.severity === "error").map(errorOf);
  }

  execution(input: ProgramInput): Execution {
    for (const statement of this.parsed.statements) {
      // A program that met a limit would meet it again at once.
      if (this.errors.some((error) => error.code === "limit")) {
        this.last = undefined;
        break;
      }
      this.run(statement);
    }
    const bindings: Binding[] = [];
    const add = (value: PyValue, binding: Omit<Binding, "value">): void => {
      const rasp = toRasp(value);
      if (rasp !== null) bindings.push({ ...binding, value: rasp });
    };
    for (const { name, nameRange, range, value } of this.assigned.values())
      add(value, { name, nameRange, range });
    for (const { range, value } of this.shown) add(value, { name: null, nameRange: null, range });
    const start = (binding: Binding): number => (binding.nameRange ?? binding.range).start;
    return {
      bindings: bindings.sort((a, b) => start(a) - start(b)),
      result: this.last === undefined ? null : toRasp(this.last),
      errors: this.errors.sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0)),
      input,
      labels: this.embedding.labels,
    };
  }

  private run(statement: Statement): void {
    const { interpreter } = this.embedding;
    interpreter.onAssign = (target, value) => this.note(statement, target, value);
    this.last = undefined;
    try {
      if (statement.kind === "error") throw new Unavailable();
      if (statement.kind === "expression") {
        this.last = interpreter.evaluate(statement.value, interpreter.program);
        this.shown.push({ range: statement.range, value: this.last });
      } else {
        let value: PyValue | undefined;
        interpreter.onAssign = (target, made) => {
          value = made;
          this.note(statement, target, made);
        };
        runStatement(interpreter, statement, interpreter.program);
        const made =
          statement.kind === "assign" || statement.kind === "augmented" || statement.kind === "def";
        this.last = made ? value : undefined;
      }
    } catch (error) {
      this.failed(statement, error);
    }
  }

  private failed(statement: Statement, error: unknown): void {
    const { interpreter } = this.embedding;
    for (const name of assignedIn([statement])) {
      interpreter.failed.add(name);
      interpreter.program.values.delete(name);
    }
    for (const [target, { range }] of this.assigned)
      if (range === statement.range) this.assigned.delete(target);
    this.last = undefined;
    if (error instanceof Unavailable) return;
    if (error instanceof RaspError) this.errors.push(error.at(statement.range));
    else throw error;
  }

  private note(
    statement: Statement,
    target: Expression | Extract<Statement, { kind: "def" }>,
    value: PyValue,
  ): void {
    if (target.kind !== "name" && target.kind !== "def") return;
    const nameRange = target.kind === "def" ? target.nameRange : target.range;
    this.assigned.set(target, { name: target.name, nameRange, range: statement.range, value });
    this.embedding.interpreter.failed.delete(target.name);
  }
}

function errorOf({ code, message, range, next }: Diagnostic): RaspError {
  return new RaspError(code as RaspErrorKind, message, range, next);
}

/** Lists in lists beyond this are cut: a list may hold itself. */
const MAX_DEPTH = 10;
const MAX_ITEMS = 10_000;

/** What a value is to the editor; null for modules, which are nothing of the program's. */
export function toRasp(value: PyValue, depth = 0): RaspValue | null {
  if (isScalar(value)) return { kind: "atom", atom: value };
  if (value instanceof PyObject) return raspValueOf(value);
  if (value instanceof PyNamespace) return null;
  if (value instanceof PyFunction) {
    const parameters = value.node.parameters.map(({ star, name }) => star + name);
    return { kind: "function", name: value.name, parameters };
  }
  if (value instanceof PyBuiltin) return { kind: "function", name: value.name, parameters: [] };
  if (depth > MAX_DEPTH) return { kind: "atom", atom: "…" };
  const list = (items: readonly PyValue[]): RaspValue => ({
    kind: "list",
    items: items.slice(0, MAX_ITEMS).flatMap((item) => toRasp(item, depth + 1) ?? []),
  });
  if (value instanceof PyDict) {
    const entries = [...value.entries.values()].flatMap(([key, item]) => {
      const [atom, rasp] = [asAtom(key), toRasp(item, depth + 1)];
      return atom === undefined || rasp === null ? [] : [[atom, rasp] as const];
    });
    return { kind: "dict", entries };
  }
  if (value instanceof PySet) return list([...value.entries.values()]);
  if (value instanceof PyRange) {
    return list(Array.from({ length: Math.min(value.length, MAX_ITEMS) }, (_, i) => value.at(i)));
  }
  return list((value as PyList | PyTuple).items);
}
