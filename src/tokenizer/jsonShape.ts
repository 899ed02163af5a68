/** Small decoders for unknown JSON, which name the place that is not as it should be. */
import { malformed, tooLarge } from "./tokenizerError";

/** A JSON object whose fields are still unknown. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object. Throws "tokenizer-malformed". */
export function objectAt(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw malformed(where, "is not an object");
  return value;
}

/** The value as a list. Throws "tokenizer-malformed". */
export function listAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(where, "is not a list");
  return value;
}

/** The value as a string of well-formed Unicode. Throws "tokenizer-malformed". */
export function textAt(value: unknown, where: string): string {
  if (typeof value !== "string") throw malformed(where, "is not a string");
  if (/\p{Surrogate}/u.test(value)) throw malformed(where, "has half of a surrogate pair");
  return value;
}

/** The value as a token id. Throws "tokenizer-malformed". */
export function idAt(value: unknown, where: string): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0x7fffffff) {
    throw malformed(where, "is not a token id");
  }
  return value as number;
}

/** A field that is true or false, or absent (then `absent`). Throws "tokenizer-malformed". */
export function flagAt(object: JsonObject, key: string, where: string, absent = false): boolean {
  const value = object[key];
  if (value === undefined || value === null) return absent;
  if (typeof value !== "boolean") throw malformed(`${where}.${key}`, "is neither true nor false");
  return value;
}

/** More entries than any vocabulary in use (the largest have about 260 000). */
const maxEntries = 4_000_000;

/** Throws "tokenizer-too-large" for more entries than any vocabulary has. */
export function checkSize(n: number, where: string): void {
  if (n > maxEntries) throw tooLarge(`${where} has ${n} entries; at most ${maxEntries} are read`);
}
