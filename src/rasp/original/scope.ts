/** Names and what they stand for while a program runs. */
import type { RaspValue } from "../program";
import { RaspError } from "../source/raspError";
import { nearest } from "../../base/nearest";
import { gluedFunctions } from "./tokens";
import { reservedNames } from "./words";

/** The advice for an unknown name that resembles none. */
export const assignFirst = "Assign it before this line, or quote it if it is a text.";

/** One level of names; a function's level lies in the one that its text lies in. */
export class Scope {
  private readonly values = new Map<string, RaspValue>();

  constructor(
    private readonly parent: Scope | null,
    /** The place that public names are copied to: that of the program that loads this file. */
    private readonly copyTo: Scope | null = null,
    /** Called with each name that is copied. */
    private readonly copied?: (name: string, value: RaspValue) => void,
  ) {}

  /**
   * What a name stands for.
   * @throws {RaspError} "undefined-variable", with the nearest known name
   */
  get(name: string): RaspValue {
    const value = this.find(name);
    if (value !== undefined) return value;
    throw new RaspError(
      "undefined-variable",
      `Undefined variable: ${name}`,
      null,
      adviceFor(name, this.known()),
    );
  }

  /**
   * Gives a name a value.
   * @throws {RaspError} "reserved-name"
   */
  set(name: string, value: RaspValue): void {
    if (reservedNames.has(name)) {
      throw new RaspError("reserved-name", `Cannot set reserved name: ${name}`, null, "Take another name.");
    }
    this.values.set(name, value);
    if (this.copyTo !== null && !name.startsWith("_")) {
      this.copyTo.set(name, value);
      this.copied?.(name, value);
    }
  }

  /** Gives a name a value that programs cannot: of the language and its library, and `out`. */
  provide(name: string, value: RaspValue): void {
    this.values.set(name, value);
  }

  private find(name: string): RaspValue | undefined {
    return this.values.get(name) ?? this.parent?.find(name);
  }

  private known(): string[] {
    return [...this.values.keys(), ...(this.parent?.known() ?? [])];
  }
}

/** Words that are called as functions are. */
const functionWords: readonly string[] = [...gluedFunctions, "round", "indicator", "draw"];

/** What to do about an unknown name, given the known ones. */
export function adviceFor(name: string, known: readonly string[]): string {
  if (gluedFunctions.has(name)) return `Write ${name}( without a space before the parenthesis.`;
  if (name === "true" || name === "false") return `Write ${name[0].toUpperCase()}${name.slice(1)}.`;
  // Of a name of one or two letters, every other one is near.
  const long = [...known, ...functionWords].filter((other) => other.length > 2);
  const near = name.length > 2 ? nearest(name, long) : undefined;
  return near === undefined ? assignFirst : `Did you mean ${near}?`;
}
