/** The input of a program of original RASP. */
import type { ProgramInput } from "../program";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";

/**
 * The tokens.
 * @throws {RaspError} "type" for RASP-L's arrays, and for nothing
 */
export function inputTokens(input: ProgramInput): readonly Atom[] {
  if (input.kind !== "tokens") throw new RaspError("type", "The input is a string or a list of tokens.");
  if (input.tokens.length === 0) throw new RaspError("type", "An input has at least one token.");
  return input.tokens;
}
