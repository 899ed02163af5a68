/** The original's REPL without a terminal: lines in, its texts out. */
import { Budget } from "../ir/budget";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { Echo, type Display } from "./echo";
import type { Outcome } from "./interpreter";
import { parse } from "./parser";
import { assignFirst } from "./scope";
import { Session } from "./session";
import type { Expression, Program, Statement } from "./tree";

/** What a REPL begins with. */
export interface ReplOptions {
  /** "hello" unless given. */
  readonly tokens?: readonly Atom[];
  /** Reads a file that is loaded; null where there is none. */
  readonly load?: (path: string) => string | null;
  /** What each input may do. */
  readonly budget?: () => Budget;
}

/** What came of a line. */
export interface Fed {
  /** What to show; ends with a line break unless it is empty. */
  readonly output: string;
  /** False where the statement goes on in the next line. */
  readonly complete: boolean;
  /** True after `exit` or `quit`. */
  readonly ended: boolean;
}

/** One REPL and its state. */
export class Repl {
  private readonly session: Session;
  private readonly display: Display = { sopExamples: true, selectorExamples: true, fullSequences: false };
  private readonly echo: Echo;
  private readonly budget: () => Budget;
  private waiting = "";

  constructor({ tokens = [..."hello"], load, budget = () => new Budget() }: ReplOptions = {}) {
    this.budget = budget;
    this.session = new Session({ tokens, load, budget: budget() });
    this.echo = new Echo(this.session.interpreter.machine, this.display);
  }

  /** Takes one line; never throws. An error leaves the state as it was, but for what a statement did before it. */
  feed(line: string): Fed {
    if (!/^\s*#/.test(line)) this.waiting += `${this.waiting === "" ? "" : "\n"}${line}`;
    const program = parse(this.waiting);
    if (program.problems.at(0)?.unfinished === true) return { output: "", complete: false, ended: false };
    this.waiting = "";
    this.session.interpreter.machine.renew(this.budget());
    return this.runAll(program);
  }

  /** Forgets the lines of a statement that is not finished. */
  abandon(): void {
    this.waiting = "";
  }

  private runAll(program: Program): Fed {
    let output = "";
    for (const statement of program.statements) {
      if (program.broken.has(statement)) {
        const { start, end } = statement.range;
        const problem = program.problems.find(({ range }) => range.start >= start && range.start <= end);
        output += `\t!! ${told(problem?.message ?? "not RASP", problem?.next, "\t   ")} -- ignoring input\n`;
      } else if (statement.kind === "command" && statement.command === "exit") {
        return { output, complete: true, ended: true };
      } else output += this.runOne(statement);
    }
    return { output, complete: true, ended: false };
  }

  private runOne(statement: Statement): string {
    let outcome: Outcome;
    try {
      outcome = this.session.run(statement);
    } catch (error) {
      if (!(error instanceof RaspError)) throw error;
      const next = error.next === assignFirst ? undefined : error.next;
      return `\t\t!!ignoring input:\n\t ${told(surface(error), next, "\t ")}\n`;
    }
    try {
      return this.shown(statement, outcome);
    } catch (error) {
      if (!(error instanceof RaspError)) throw error;
      return `\t!!statement executed, but result fails on evaluation:\n\t\t ${error.message}\n`;
    }
  }

  private shown(statement: Statement, { named, value }: Outcome): string {
    if (statement.kind === "command") {
      if (statement.command === "show-example") return this.echo.examples(statement.subset);
      if (statement.command === "full-display") this.display.fullSequences = statement.on;
      if (statement.command === "examples") {
        if (statement.subset !== "selector") this.display.sopExamples = statement.on;
        if (statement.subset !== "s-op") this.display.selectorExamples = statement.on;
      }
      return "";
    }
    if (named.length > 0) {
      const echo = statement.kind === "load" ? this.silentEcho() : this.echo;
      return named.map(({ target, value: each }) => echo.named(target.name, each)).join("");
    }
    if (value === null) return "";
    if (value.kind === "sequence" || value.kind === "matrix") return this.echo.applied(value);
    return this.echo.named(statement.kind === "expression" ? nameOf(statement.value) : "out", value);
  }

  /** What a file brings is listed without examples. */
  private silentEcho(): Echo {
    const display = { ...this.display, sopExamples: false, selectorExamples: false };
    return new Echo(this.session.interpreter.machine, display);
  }
}

/** An expression that is a name alone is shown under it. */
function nameOf(expression: Expression): string {
  if (expression.kind === "group") return nameOf(expression.inner);
  return expression.kind === "name" ? expression.name : "out";
}

/** Errors of names as the original writes them; the others in our own words. */
function surface(error: RaspError): string {
  const named = error.code === "undefined-variable" || error.code === "reserved-name";
  return named ? `Error: ${error.message}` : error.message;
}

/** A sentence, and below it the next step where there is one. */
function told(message: string, next: string | undefined, indent: string): string {
  return next === undefined ? message : `${message}\n${indent}${next}`;
}

/** A whole text line by line, as it would be typed: what the REPL answers. */
export function transcript(text: string, options: ReplOptions = {}): string {
  const repl = new Repl(options);
  let output = "";
  for (const line of text.split("\n")) {
    const fed = repl.feed(line);
    output += fed.output;
    if (fed.ended) break;
  }
  return output;
}
