/**
 * Decoders made of decoders: what comes out has the known fields and no others, each of its type. A field that is added
 * to a type of the boundary does not compile before its shape is here.
 */
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "../decode";

/** Checks a value at a path. */
export type Shape<T> = (value: unknown, path: string) => T;

/** An object of shapes; fields whose shape gives undefined are left out. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const entries = Object.entries(fields) as [string, Shape<unknown>][];
  return (value, path) => {
    const given = asObject(value, path);
    const decoded = entries.map(([name, shape]) => {
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      return [name, shape(own, `${path}.${name}`)] as const;
    });
    return Object.fromEntries(decoded.filter(([, one]) => one !== undefined)) as T;
  };
}

/** Most entries of any list: that many numbers have 64 MB in JSON. */
const mostEntries = 4_000_000;

/** A list of one shape. */
export function list<T>(shape: Shape<T>, most = mostEntries): Shape<readonly T[]> {
  return (value, path) => {
    const entries = asList(value, path);
    if (entries.length > most) throw badField(path, `has more than ${most} entries`);
    return entries.map((entry, i) => shape(entry, `${path}[${i}]`));
  };
}

/** A list of exactly two. */
export function two<T>(shape: Shape<T>): Shape<readonly [T, T]> {
  return (value, path) => {
    const [first, second] = list(shape, 2)(value, path);
    if (first === undefined || second === undefined) throw badField(path, "is not of two");
    return [first, second];
  };
}

/** The shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

/** The shape, or nothing. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

/** One of some words. */
export function word<W extends string>(...words: readonly W[]): Shape<W> {
  return (value, path) => asOneOf(value, path, words);
}

/** A finite number. */
export const number: Shape<number> = (value, path) => asNumber(value, path);
/** A whole number. */
export const integer: Shape<number> = (value, path) => asInteger(value, path);
/** A count or an index. */
export const index: Shape<number> = (value, path) => asInteger(value, path, { min: 0 });
/** True or false. */
export const flag: Shape<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw badField(path, "is neither true nor false");
  return value;
};
/** The one thing that a mark may be. */
export const mark: Shape<true> = (value, path) => {
  if (value !== true) throw badField(path, "is not true");
  return true;
};
/** Most units of a text: more than a token or a window of any model has. */
const longestText = 10_000_000;
/** A string. */
export const text: Shape<string> = (value, path) => {
  const found = asText(value, path);
  if (found.length > longestText) throw badField(path, "is too long");
  return found;
};
/** Small numbers that are kept as such; in a file they are a list. */
export const floats: Shape<Float32Array> = (value, path) => Float32Array.from(list(number)(value, path));
/** Whole numbers up to 255. */
export const bytes: Shape<Uint8Array> = (value, path) =>
  Uint8Array.from(list<number>((one, at) => asInteger(one, at, { min: 0, max: 255 }))(value, path));
/** Rows of numbers. */
export const matrix: Shape<readonly (readonly number[])[]> = list(list(number));
