/** `introspect direction correlate`: how the scores of a text along two directions go together. */
import { correlateFiles } from "../engine/directions/correlate";
import { usageError } from "./cliError";
import type { CommandCall } from "./command";
import { wholeNumber } from "./options";
import { factsOf, readInput, withModel } from "./session";

/** Reads the text along both and prints the correlation beside that of shifted scores. */
export async function correlate({ args, out, work }: CommandCall, rest: readonly string[]): Promise<void> {
  const [folder, first, second] = rest;
  if (folder === undefined || first === undefined || second === undefined || rest.length > 3)
    throw usageError(`direction correlate takes DIR F G --file TEXT, not ${rest.length} arguments.`);
  const input = await readInput(args);
  if (input.kind !== "text") throw usageError("Ids have no text to read.", "Give --file or --text.");
  const { layer } = args.values;
  const layers = layer === undefined ? null : [wholeNumber("layer", layer, 0)];
  const { text, bos = "auto" } = input;
  await withModel(folder, work, async (session) => {
    const asked = { text, bos, files: [first, second] as const, layers };
    const found = await correlateFiles(session.open, asked, work);
    await out.value({ ...found, ...(await factsOf(session, found, work)) });
  });
}
