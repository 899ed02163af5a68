/** A sequence of atoms, one for each position, and the type it has as a whole. */
import { RaspError } from "../source/raspError";
import { atomsEqual, nameOfType } from "./compare";
import { cellText } from "./show";
import { typeOf, type Atom, type AtomType } from "./atom";

/** One atom for each position. */
export type Sequence = readonly Atom[];

/** The type of a sequence as a whole, in original RASP. */
export type SequenceType = "string" | "bool" | "int" | "float";

/**
 * The type: all strings, all bools, all ints (bools may be among them), else any mixture of numbers is float.
 * @throws {RaspError} "type" where strings and numbers are mixed, or something is neither
 */
export function sequenceType(sequence: Sequence): SequenceType {
  const seen = new Set<AtomType>();
  for (const atom of sequence) seen.add(typeOf(atom));
  const alien = [...seen].find((type) => type === "none" || type === "tuple");
  if (alien !== undefined) {
    throw new RaspError("type", `A sequence cannot hold ${alien === "none" ? "None" : "tuples"}.`);
  }
  if (!seen.has("string")) {
    if (seen.has("float")) return "float";
    return seen.has("int") || seen.size === 0 ? "int" : "bool";
  }
  if (seen.size === 1) return "string";
  const other = sequence.findIndex((atom) => typeof atom !== "string");
  const text = sequence.findIndex((atom) => typeof atom === "string");
  throw new RaspError(
    "type",
    `The values of a sequence must be of one type; here position ${text} has a string and position ${other} ` +
      `${nameOfType(sequence[other])}.`,
    null,
    "Where an aggregate may select nothing, give it a default of the right type as its third argument.",
  );
}

/** The sequence as original RASP prints it: `[1, 2.0, T] (type)`, a constant one as `[v]*n`. */
export function sequenceText(sequence: Sequence): string {
  const constant =
    sequence.length > 1 &&
    sequence.every((atom) => cellText(atom) === cellText(sequence[0]) && atomsEqual(atom, sequence[0]));
  const shown = constant
    ? `[${cellText(sequence[0])}]*${sequence.length}`
    : `[${sequence.map(cellText).join(", ")}]`;
  return `${shown} (${sequenceType(sequence)}s)`;
}
