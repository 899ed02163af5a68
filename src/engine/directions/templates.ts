/** The shipped templates. */
import { readFile } from "node:fs/promises";
import { nearest } from "../../base/nearest";
import { parseJson } from "../../protocol/decode";
import { decodeTemplates } from "../../protocol/decodeDirectionSpec";
import type { DirectionTemplate } from "../../protocol/direction";
import { EngineError } from "../engineError";
import { shippedFile } from "./shipped";

/**
 * All templates.
 * @throws {EngineError} "bad-request" where they are not installed; {DecodeError} where the file is not one
 */
export async function shippedTemplates(from = __dirname): Promise<DirectionTemplate[]> {
  const file = await shippedFile("templates.json", from);
  return decodeTemplates(parseJson(await readFile(file, "utf8"), file));
}

/**
 * The template of a name.
 * @throws {EngineError} "bad-request"; what shippedTemplates throws
 */
export async function templateOf(name: string): Promise<DirectionTemplate> {
  const all = await shippedTemplates();
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const names = all.map((one) => one.name);
  const near = nearest(name, names);
  const next =
    near === null || near === undefined ? `Templates: ${names.join(", ")}.` : `Did you mean ${near}?`;
  throw new EngineError("bad-request", `There is no template ${JSON.stringify(name.slice(0, 40))}.`, {
    next,
  });
}
