/** A program as it runs, statement by statement: with the library, the files it loads, and errors that stop nothing. */
import type { Budget } from "../ir/budget";
import type { RaspValue } from "../program";
import type { SourceRange } from "../source/range";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { Interpreter, type Named, type Outcome } from "./interpreter";
import { libraryProgram } from "./library";
import { parse } from "./parser";
import { Scope } from "./scope";
import type { Program, Statement, SyntaxProblem } from "./tree";
import { baseInputs } from "./words";

/** What a session needs. */
export interface SessionOptions {
  /** The running example until the program sets one. */
  readonly tokens: readonly Atom[];
  readonly budget: Budget;
  readonly load?: ((path: string) => string | null) | undefined;
}

/** Runs statements in one state. */
export class Session {
  readonly interpreter: Interpreter;
  private readonly library = new Scope(null);

  constructor(private readonly options: SessionOptions) {
    this.interpreter = new Interpreter(options.tokens, options.budget);
    this.provideLibrary();
    const { machine } = this.interpreter;
    machine.frame = { scope: new Scope(this.library), backup: null, pinned: undefined, creator: "console" };
    this.interpreter.loader = { load: (path, range) => this.load(path, range) };
  }

  private provideLibrary(): void {
    const { machine } = this.interpreter;
    const { graph } = machine;
    const { library } = this;
    for (const [name, conversion] of Object.entries(baseInputs)) {
      const node = graph.input(conversion);
      machine.nodeNames.set(node.id, name);
      library.provide(name, { kind: "sop", node });
    }
    const indices = graph.indices();
    machine.nodeNames.set(indices.id, "indices");
    library.provide("indices", { kind: "sop", node: indices });
    library.provide("True", { kind: "atom", atom: true });
    library.provide("False", { kind: "atom", atom: false });
    // The library's own names are reserved, so it writes them past the check; its functions' names are free.
    const open = new LibraryScope(library);
    machine.frame = { scope: open, backup: null, pinned: null, creator: "rasplib" };
    for (const statement of libraryProgram().statements) this.interpreter.run(statement);
    const [length, full] = [library.get("length"), library.get("full_s")];
    if (length.kind === "sop" && full.kind === "selector") machine.provide(indices, length.node, full.node);
  }

  /**
   * One statement.
   * @throws {RaspError} with its range; the state is as before, but for what the statement did before it failed
   */
  run(statement: Statement): Outcome {
    const { machine } = this.interpreter;
    const frame = machine.frame;
    try {
      return this.interpreter.run(statement);
    } catch (error) {
      machine.frame = frame;
      // The stack of JavaScript, before the program's own limit of depth is reached.
      if (error instanceof RangeError) {
        const next = "Look for a recursion that does not end.";
        throw new RaspError("limit", "Calls are nested too deep.", statement.range, next);
      }
      throw error instanceof RaspError ? error.at(statement.range) : error;
    }
  }

  /** Runs a file in an environment of its own that holds only the library; its public names come here. */
  private load(path: string, range: SourceRange): Outcome {
    const { machine } = this.interpreter;
    const file = `${path}.rasp`;
    const text = this.options.load?.(file) ?? null;
    if (text === null) throw new RaspError("load", `Could not find file: ${file}`);
    const program = parse(text);
    const loaded = new Map<string, RaspValue>();
    const scope = new Scope(this.library, machine.frame.scope, (name, value) => {
      // The last value of a name stands where it got it.
      loaded.delete(name);
      loaded.set(name, value);
    });
    const creator = path === "console" ? file : path;
    let failure: RaspError | null = problemIn(file, program);
    machine.budget.deeper(() =>
      machine.within({ scope, pinned: machine.place(range), backup: null, creator }, () => {
        for (const statement of program.statements) {
          if (program.broken.has(statement)) continue;
          failure = this.runLoaded(statement, file, program) ?? failure;
        }
      }),
    );
    if (failure !== null) throw failure;
    const named: Named[] = [...loaded].map(([name, value]) => ({ target: { name, range }, value }));
    return { named, value: null };
  }

  private runLoaded(statement: Statement, file: string, program: Program): RaspError | null {
    try {
      this.interpreter.run(statement);
      return null;
    } catch (error) {
      if (!(error instanceof RaspError) || error.code === "limit") throw error;
      return within(error, file, lineOf(program.text, statement.range.start));
    }
  }
}

/** Writes into the library past the check of reserved names. */
class LibraryScope extends Scope {
  constructor(private readonly library: Scope) {
    super(library);
  }

  override set(name: string, value: RaspValue): void {
    this.library.provide(name, value);
  }
}

function problemIn(file: string, program: Program): RaspError | null {
  const first = program.problems.at(0);
  return first === undefined
    ? null
    : within(syntaxError(first), file, lineOf(program.text, first.range.start));
}

/** A problem of syntax as an error. */
export function syntaxError({ message, range, next }: SyntaxProblem): RaspError {
  return new RaspError("syntax", message, range, next);
}

function within(error: RaspError, file: string, line: number): RaspError {
  const told = error.message.startsWith("In ") ? error.message : `In ${file}, line ${line}: ${error.message}`;
  return new RaspError(error.code, told, null, error.next);
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
