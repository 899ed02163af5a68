/** What a person chose a panel to run its texts behind: from a page, or as it was stored. */
import { asObject, asOneOf, asText, badField } from "./decode";
import { contextKinds } from "./model";
import type { RunChoice } from "./panelApi";

/** Units of a custom prefix: more than any context in reach of a page needs. */
const longestPrefix = 20_000;

/**
 * A choice.
 * @throws {DecodeError} "bad-field", naming the path
 */
export function decodeRunChoice(value: unknown, path: string): RunChoice {
  const object = asObject(value, path, ["context", "prefix"]);
  const prefix = asText(object["prefix"], `${path}.prefix`);
  if (prefix.length > longestPrefix) {
    throw badField(`${path}.prefix`, `is longer than ${longestPrefix} characters`, "Use a shorter prefix.");
  }
  return { context: asOneOf(object["context"], `${path}.context`, contextKinds), prefix };
}
