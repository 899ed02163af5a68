/** What a program of RASP-L runs on. */
import type { ProgramInput } from "../program";
import type { Atom } from "../values/atom";

/** The arrays of an input; plain tokens are called x. */
export function arraysOf(input: ProgramInput): ReadonlyMap<string, readonly Atom[]> {
  return input.kind === "arrays" ? input.arrays : new Map([["x", input.tokens]]);
}
