/** Atoms to and from JSON, which knows neither ints from floats nor integers beyond 2^53. */
import { RaspError } from "../source/raspError";
import { Float, Tuple, isNumeric, type Atom } from "./atom";

/** What an atom becomes in JSON: a large int a string of digits, infinities and NaN their Python names. */
export type JsonAtom = boolean | string | number | null | readonly JsonAtom[];

/** An atom for JSON. */
export function atomToJson(atom: Atom): JsonAtom {
  if (typeof atom === "bigint") return String(atom);
  if (atom instanceof Float) return Number.isFinite(atom.value) ? atom.value : String(atom.value);
  if (atom instanceof Tuple) return atom.items.map(atomToJson);
  return atom;
}

/**
 * An atom from JSON: whole numbers are ints, others floats.
 * @throws {RaspError} "type" for an object or an array
 */
export function atomFromJson(value: unknown): Atom {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : new Float(value);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  throw new RaspError(
    "type",
    "A token is a string, a number or a bool.",
    null,
    "Take lists and objects out.",
  );
}

/**
 * A named array of RASP-L from JSON.
 * @throws {RaspError} "type" where it is no list, or an item of it no number
 */
export function arrayFromJson(name: string, value: unknown): Atom[] {
  const next = `Write a list of numbers, such as {"${name}": [1, 2, 3]}.`;
  if (!Array.isArray(value)) throw new RaspError("type", `The array ${name} is no list.`, null, next);
  const items = value.map(atomFromJson);
  const wrong = items.findIndex((item) => item === null || !isNumeric(item));
  if (wrong < 0) return items;
  throw new RaspError("type", `Item ${wrong} of the array ${name} is no number.`, null, next);
}

/**
 * An input from JSON: a string gives one token a character (code point), an array its items.
 * @throws {RaspError} "type" for anything else
 */
export function inputFromJson(value: unknown): Atom[] {
  if (typeof value === "string") return [...value];
  if (Array.isArray(value)) return value.map(atomFromJson);
  throw new RaspError(
    "type",
    "An input is a string or a list of tokens.",
    null,
    'Write a text such as "hello" or a list such as [1, 2, 3].',
  );
}
