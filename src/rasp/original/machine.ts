/** The state that a running program has besides its names: its graph, its examples, its place in the text. */
import type { Budget } from "../ir/budget";
import { Evaluator } from "../ir/evaluate";
import { Graph } from "../ir/graph";
import { isSelector, type RaspNode, type Selector, type SOp } from "../ir/nodes";
import type { RaspValue } from "../program";
import type { SourceRange } from "../source/range";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { inputOf, type Provided } from "./containers";
import { atomValue, listOf } from "./operators";
import type { Scope } from "./scope";
import type { ExampleSubset } from "./tree";

/** An input that values are shown and checked on. */
export interface Example {
  /** As it is written: a string, or a list. */
  readonly value: RaspValue;
  readonly tokens: readonly Atom[];
}

/** An example of tokens; of single characters, it is written as a string. */
export function exampleOf(tokens: readonly Atom[]): Example {
  const letters = tokens.every((token) => typeof token === "string" && [...token].length === 1);
  return { value: letters ? atomValue(tokens.join("")) : listOf(tokens.map(atomValue)), tokens };
}

/** What stands at each place where names are looked up. */
export interface Frame {
  readonly scope: Scope;
  /** The input that an s-op is about to be applied to: what works there is right, whatever the example is. */
  readonly backup: Evaluator | null;
  /**
   * Where the program's text is left (in the library, in a loaded file), the range there that caused it; null while
   * the library is set up; undefined inside the program's own text.
   */
  readonly pinned: SourceRange | null | undefined;
  /** Who defines the functions of the text that runs: "console", "rasplib" or a loaded file. */
  readonly creator: string;
}

/** The state. */
export class Machine {
  readonly graph = new Graph();
  /** Names that nodes were given first, for lists of them. */
  readonly nodeNames = new Map<number, string>();
  /** Those that the program itself gives, inside its functions too. */
  readonly ownNames = new Map<number, string>();
  frame: Frame;
  private checker: Evaluator | null = null;
  private sop: Example;
  private sel: Example;
  private providedNodes: Provided | null = null;

  constructor(
    example: Example,
    public budget: Budget,
    scope: Scope,
  ) {
    this.sop = example;
    this.sel = example;
    this.frame = { scope, backup: null, pinned: null, creator: "rasplib" };
  }

  /** The running examples. */
  get examples(): { readonly sop: Example; readonly selector: Example } {
    return { sop: this.sop, selector: this.sel };
  }

  /** Sets the running examples. */
  setExample(subset: ExampleSubset, value: RaspValue): void {
    const example = { value, tokens: inputOf(value) };
    if (subset !== "selector") {
      this.sop = example;
      this.checker = null;
    }
    if (subset !== "s-op") this.sel = example;
  }

  /** Begins anew to count what the program may do; what was computed is forgotten. */
  renew(budget: Budget): void {
    this.budget = budget;
    this.checker = null;
  }

  /** What indexing and membership use of the library. */
  get provided(): Provided {
    return this.providedNodes as Provided;
  }

  /** Notes the library's nodes. */
  provide(indices: SOp, length: SOp, full: Selector): void {
    this.providedNodes = { indices, length, full };
  }

  /** An evaluator of an input of its own. */
  evaluatorOf(tokens: readonly Atom[]): Evaluator {
    return new Evaluator({ tokens, typed: true, budget: this.budget });
  }

  /** The evaluator of the running example. */
  get example(): Evaluator {
    return (this.checker ??= this.evaluatorOf(this.sop.tokens));
  }

  /** The range that errors and nodes get for a place in the text that runs. */
  place(range: SourceRange): SourceRange | null {
    return this.frame.pinned === undefined ? range : this.frame.pinned;
  }

  /**
   * Computes a new s-op or selector on the example, so that a wrong type is seen where it is made. What works on the
   * example or on the input that it is about to be applied to is right.
   * @throws {RaspError} what fails there
   */
  check(node: RaspNode): void {
    const { backup, pinned } = this.frame;
    if (pinned === null) return;
    try {
      compute(this.example, node);
    } catch (error) {
      if (backup === null || !(error instanceof RaspError) || error.code === "limit") throw error;
      compute(backup, node);
    }
  }

  /** Runs work in another frame. */
  within<T>(frame: Partial<Frame>, work: () => T): T {
    const outer = this.frame;
    this.frame = { ...outer, ...frame };
    try {
      return work();
    } finally {
      this.frame = outer;
    }
  }
}

function compute(evaluator: Evaluator, node: RaspNode): void {
  if (isSelector(node)) evaluator.selector(node);
  else evaluator.sop(node);
}
