/** The pieces of which decoders are made: each checks one value and names the path of what is wrong. */
import { CodedError } from "../base/errors";

/** Codes of errors about data from outside: a file, a page, a command line. */
export type DecodeErrorCode = "not-json" | "bad-field" | "bad-version";

/** Data from outside that is not what it should be; `details.path` is the place, as in `edits[0].hook`. */
export class DecodeError extends CodedError<DecodeErrorCode> {}

/** Refuses the value at a path. */
export function badField(path: string, message: string, next = "Correct this field."): DecodeError {
  return new DecodeError("bad-field", `${path} ${message}.`, { next, details: { path } });
}

/**
 * The value that a JSON text stands for.
 * @throws {DecodeError} "not-json"
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DecodeError("not-json", `${what} is not JSON: ${why}`, {
      cause,
      next: "Check it with an editor.",
    });
  }
}

/**
 * An object, and where `fields` are given one with no others: a misspelt field must not be passed over in silence.
 * @throws {DecodeError} "bad-field"
 */
export function asObject(
  value: unknown,
  path: string,
  fields?: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badField(path, `is ${kindOf(value)}, not an object`);
  }
  const object = value as Record<string, unknown>;
  const extra = fields && Object.keys(object).find((name) => !fields.includes(name));
  if (fields && extra !== undefined) {
    throw badField(`${path}.${extra}`, "is no known field", `Known fields: ${fields.join(", ")}.`);
  }
  return object;
}

/**
 * A list.
 * @throws {DecodeError} "bad-field"
 */
export function asList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badField(path, `is ${kindOf(value)}, not a list`);
  // Holes, which a structured clone keeps, become undefined: else they would be passed over unchecked.
  return Array.from<unknown>(value);
}

/**
 * A string.
 * @throws {DecodeError} "bad-field"
 */
export function asText(value: unknown, path: string): string {
  if (typeof value !== "string") throw badField(path, `is ${kindOf(value)}, not a string`);
  return value;
}

/**
 * True or false.
 * @throws {DecodeError} "bad-field"
 */
export function asFlag(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw badField(path, "is neither true nor false");
  return value;
}

/**
 * A finite number, from `min` to `max` where they are given.
 * @throws {DecodeError} "bad-field"
 */
export function asNumber(value: unknown, path: string, limits: Limits = {}): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw badField(path, `is ${kindOf(value)}, not a finite number`);
  }
  const { min = -Infinity, max = Infinity } = limits;
  if (value < min) throw badField(path, `is ${value}, below ${min}`);
  if (value > max) throw badField(path, `is ${value}, above ${max}`);
  return value;
}

/**
 * A whole number, from `min` to `max` where they are given.
 * @throws {DecodeError} "bad-field"
 */
export function asInteger(value: unknown, path: string, limits: Limits = {}): number {
  const number = asNumber(value, path, limits);
  if (!Number.isSafeInteger(number)) throw badField(path, `is ${number}, not a whole number`);
  return number;
}

/**
 * One of some words.
 * @throws {DecodeError} "bad-field"
 */
export function asOneOf<Word extends string>(value: unknown, path: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) {
    const said = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
    throw badField(path, `is ${said}, not one of ${words.join(", ")}`);
  }
  return found;
}

/** Inclusive bounds of a number. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") return Number.isFinite(value) ? "a number" : String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
