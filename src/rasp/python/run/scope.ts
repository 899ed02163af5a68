/** Where names have their values while a program runs. */
import type { Expression, Statement } from "../syntax/tree";
import { namesOfTarget } from "../syntax/walk";
import type { PyValue } from "./values";

/** The names of one function call, one comprehension, or the program. */
export class Scope {
  readonly values = new Map<string, PyValue>();
  /** Names declared global or nonlocal, and where they are. */
  private readonly elsewhere = new Map<string, Scope>();

  constructor(
    readonly parent: Scope | null,
    /** What a function assigns anywhere is its own everywhere; null where that is not known (program, language). */
    private readonly own: ReadonlySet<string> | null = null,
  ) {}

  /** The value; "unbound" where the name belongs to a function that has not assigned it yet. */
  lookup(name: string): PyValue | undefined | "unbound" {
    const other = this.elsewhere.get(name);
    if (other !== undefined) return other.lookup(name);
    const value = this.values.get(name);
    if (value !== undefined) return value;
    return this.own?.has(name) ? "unbound" : this.parent?.lookup(name);
  }

  assign(name: string, value: PyValue): void {
    (this.elsewhere.get(name) ?? this).values.set(name, value);
  }

  /** `global` and `nonlocal`. */
  declare(name: string, kind: "global" | "nonlocal", program: Scope): void {
    let scope: Scope | null = this.parent;
    if (kind === "global") scope = program;
    else while (scope !== null && scope !== program && !scope.values.has(name)) scope = scope.parent;
    this.elsewhere.set(name, scope ?? program);
  }

  /** The names that can be seen from here. */
  visible(): string[] {
    return [...this.values.keys(), ...(this.parent?.visible() ?? [])];
  }
}

const known = new WeakMap<readonly Statement[], ReadonlySet<string>>();

/** The names that a function's body assigns, less those it declares to be elsewhere. */
export function assignedIn(body: readonly Statement[]): ReadonlySet<string> {
  const found = known.get(body);
  if (found !== undefined) return found;
  const names = new Set<string>();
  const outer = new Set<string>();
  collect(body, names, outer);
  for (const name of outer) names.delete(name);
  known.set(body, names);
  return names;
}

function collect(body: readonly Statement[], names: Set<string>, outer: Set<string>): void {
  const target = (expression: Expression): void => {
    for (const name of namesOfTarget(expression)) names.add(name.name);
  };
  for (const statement of body) {
    switch (statement.kind) {
      case "assign":
        statement.targets.forEach(target);
        break;
      case "augmented":
        target(statement.target);
        break;
      case "def":
        names.add(statement.name);
        break;
      case "import":
        for (const name of statement.names) names.add(name.as);
        break;
      case "for":
        target(statement.target);
        collect(statement.body, names, outer);
        collect(statement.otherwise ?? [], names, outer);
        break;
      case "while":
        collect(statement.body, names, outer);
        collect(statement.otherwise ?? [], names, outer);
        break;
      case "if":
        for (const branch of statement.branches) collect(branch.body, names, outer);
        collect(statement.otherwise ?? [], names, outer);
        break;
      case "global":
      case "nonlocal":
        for (const { name } of statement.names) outer.add(name);
    }
  }
}
