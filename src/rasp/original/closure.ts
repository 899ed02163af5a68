/** Functions of a program or of the library. */
import type { RaspValue } from "../program";
import { nameOfType } from "../values/compare";
import type { Scope } from "./scope";
import type { FunctionDefinition } from "./tree";

/** A function with the names that its text sees. */
export class Closure {
  readonly kind = "function" as const;

  constructor(
    readonly definition: FunctionDefinition,
    readonly scope: Scope,
    /** Who defines it, as the REPL shows it: "console", "rasplib" or a loaded file. */
    readonly creator: string,
  ) {}

  get name(): string {
    return this.definition.name.name;
  }

  get parameters(): readonly string[] {
    return this.definition.parameters.map(({ name }) => name);
  }
}

/** What a value is, for messages: "an s-op", "a list", … */
export function describe(value: RaspValue): string {
  switch (value.kind) {
    case "sop":
      return "an s-op";
    case "selector":
      return "a selector";
    case "atom":
      return nameOfType(value.atom);
    case "list":
      return "a list";
    case "dict":
      return "a dict";
    case "function":
      return "a function";
    case "sequence":
      return "a sequence that was computed already";
    case "matrix":
      return "a matrix that was computed already";
  }
}
