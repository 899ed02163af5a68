/** One edge of attention, a position and tokens from the command line. */
import type { AttentionEdge } from "../protocol/attentionEdge";
import { usageError } from "./cliError";
import { wholeNumber, type OptionName, type ParsedArguments } from "./options";
import type { Session } from "./session";

/**
 * The edge that --at gives, for a run of so many tokens; positions may be negative.
 * @throws {CliError} "usage"
 */
export function edgeOf({ values }: ParsedArguments): (nIds: number) => AttentionEdge {
  const { at } = values;
  const next = "Give layer, head, query and key as in --at 3:2:-1:7.";
  if (at === undefined) throw usageError("--at is missing.", next);
  const found = /^(\d+):(\d+):(-?\d+):(-?\d+)$/.exec(at.trim());
  if (!found) throw usageError(`--at takes L:H:Q:K, not ${JSON.stringify(at.slice(0, 40))}.`, next);
  const [layer, head, query, key] = found.slice(1).map(Number);
  return (nIds) => ({ layer, head, query: fromStart(query, nIds), key: fromStart(key, nIds) });
}

/**
 * The position that --position gives; undefined where it is left out.
 * @throws {CliError} "usage"
 */
export function positionOf({ values }: ParsedArguments, nIds: number): number | undefined {
  if (values.position === undefined) return undefined;
  const position = wholeNumber("position", values.position, -nIds, nIds - 1);
  return fromStart(position, nIds);
}

const fromStart = (position: number, nIds: number): number =>
  position < 0 && position >= -nIds ? nIds + position : position;

/**
 * The token that an option gives, by its id or by a text that is one token.
 * @throws {CliError} "usage"
 */
export function tokenOf(
  { values }: ParsedArguments,
  name: Extract<OptionName, "token" | "minus">,
  session: Session,
): number | undefined {
  const given = values[name];
  return given === undefined ? undefined : oneToken(given, name, session);
}

/**
 * The id of a text that is one token, or of #ID, an id that the model has.
 * @throws {CliError} "usage"
 */
export function oneToken(given: string, name: OptionName, { open, info }: Session): number {
  const made = open.tokenizer?.encode(given, { addSpecial: false }).ids ?? [];
  if (made.length === 1) return made[0];
  const id = /^#(\d+)$/.exec(given)?.[1];
  if (id !== undefined && Number(id) < info.dVocab) return Number(id);
  const said = `--${name} takes one token, not ${JSON.stringify(given.slice(0, 40))}.`;
  throw usageError(said, "Give a text that is one, often with a leading space, or #ID.");
}
