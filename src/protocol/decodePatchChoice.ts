/** Checks what was chosen about a patch: by a page, by the extension, or in a saved view. */
import { asInteger, asList, asObject, badField } from "./decode";
import { decodeAskedToken } from "./decodeNeurons";
import type { PatchAlign, PatchChoice, PatchPair } from "./patch";

const maxPosition = 2 ** 31 - 1;
const mostPairs = 100_000;

/**
 * The tokens that are measured and the positions that correspond.
 * @throws {DecodeError} "bad-field"
 */
export function decodePatchChoice(value: unknown, path: string): PatchChoice {
  const { token, minus, align } = asObject(value, path, ["token", "minus", "align"]);
  return {
    ...(token === undefined ? {} : { token: decodeAskedToken(token, `${path}.token`) }),
    ...(minus === undefined ? {} : { minus: decodeAskedToken(minus, `${path}.minus`) }),
    ...(align === undefined ? {} : { align: alignOf(align, `${path}.align`) }),
  };
}

function alignOf(value: unknown, path: string): PatchAlign {
  if (value === "front" || value === "end") return value;
  if (!Array.isArray(value)) throw badField(path, "is no alignment");
  const pairs = asList(value, path);
  if (pairs.length === 0 || pairs.length > mostPairs)
    throw badField(path, `is no list of 1 to ${mostPairs} pairs`);
  return pairs.map((pair, i): PatchPair => {
    const { base, source } = asObject(pair, `${path}[${i}]`, ["base", "source"]);
    const position = (of: unknown): number => asInteger(of, `${path}[${i}]`, { min: 0, max: maxPosition });
    return { base: position(base), source: position(source) };
  });
}
