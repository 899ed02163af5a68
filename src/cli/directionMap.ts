/** `introspect direction map`: labelled texts by layer, as pictures and as silhouettes beside shuffled labels. */
import { mapFile } from "../engine/directions/map";
import { decodeTextMapSpec } from "../protocol/decodeTextMap";
import { directionPositions } from "../protocol/direction";
import { mapMetrics } from "../protocol/textMap";
import { usageError } from "./cliError";
import type { CommandCall } from "./command";
import { bosOf, nonNegative, oneOf, type OptionName, type ParsedArguments, wholeNumber } from "./options";
import { factsOf, withModel } from "./session";

/** Maps a file's texts, or those that come with the program, and prints the map. */
export async function map({ args, out, work }: CommandCall, rest: readonly string[]): Promise<void> {
  const [folder, file = null] = rest;
  if (folder === undefined || rest.length > 2)
    throw usageError(`direction map takes DIR [SET], not ${rest.length} arguments.`);
  const spec = decodeTextMapSpec(asked(args), "options");
  await withModel(folder, work, async (session) => {
    const request = { file, name: file ?? "the shipped set", spec };
    const found = await mapFile(session.open, request, work);
    const facts = await factsOf(session, found, work);
    await out.value({ ...found, ...facts, warnings: [...found.warnings, ...(facts.warnings ?? [])] });
  });
}

/** The options that were given. */
function asked(args: ParsedArguments): Record<string, unknown> {
  const given = <T>(name: OptionName, read: (text: string) => T): T | undefined => {
    const text = args.values[name];
    return text === undefined ? undefined : read(text);
  };
  const all = {
    position: given("where", (text) => oneOf("where", text, directionPositions)),
    bos: bosOf(args),
    metric: given("metric", (text) => oneOf("metric", text, mapMetrics)),
    perplexity: given("perplexity", perplexityOf),
    seed: given("seed", (text) => wholeNumber("seed", text, 0)),
    draws: given("draws", (text) => wholeNumber("draws", text, 20)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function perplexityOf(text: string): number {
  const value = nonNegative("perplexity", text);
  if (value >= 1) return value;
  throw usageError(`--perplexity takes a number from 1, not ${value}.`);
}
