/** `introspect generate`: the continuation of a prompt. */
import { generate } from "../../analysis/generate";
import { usageError } from "../cliError";
import type { Command } from "../command";
import { nonNegative, wholeNumber } from "../options";
import { readEdits, readInput, factsOf, windowOf, withModel } from "../session";

/** Prints the new tokens of a continuation. */
export const generateCommand: Command = {
  name: "generate",
  summary: "continue a text, with edits where there are some",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "max-tokens", "temperature", "seed", "edit"],
  async run({ args, out, work }) {
    const { values } = args;
    const most = values["max-tokens"];
    if (most === undefined) throw usageError("--max-tokens is missing.", "Give --max-tokens N.");
    const sampling = {
      maxTokens: wholeNumber("max-tokens", most, 1),
      temperature: nonNegative("temperature", values.temperature ?? "0"),
      seed: wholeNumber("seed", values.seed ?? "0", 0),
    };
    const input = await readInput(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open, info, encoder } = session;
      const edits = await readEdits(values.edit, info);
      const window = windowOf(session, input);
      const request = { ids: window.ids, edits, sampling, encoder };
      const made = await generate(open.runner, open.vocabulary, request, work);
      await out.value({ ...made, ...(await factsOf(session, window, work)) });
    });
  },
};
