/** `introspect generate`: the continuation of a prompt. */
import { generate } from "../../analysis/generate";
import type { Sampling } from "../../protocol/edit";
import type { RunWindow } from "../../protocol/model";
import { answerInputs } from "../batch";
import { usageError } from "../cliError";
import type { Command } from "../command";
import { nonNegative, shareOf, wholeNumber, type ParsedArguments } from "../options";
import { factsOf, readEdits, windowOf, type CliInput, type Session } from "../session";

/** Prints the new tokens of a continuation. */
export const generateCommand: Command = {
  name: "generate",
  summary: "continue a text, with edits where there are some",
  positionals: ["DIR"],
  options: [
    "text",
    "file",
    "ids",
    "chat",
    "batch",
    "bos",
    "max-tokens",
    "temperature",
    "seed",
    "top-k",
    "top-p",
    "alternatives",
    "edit",
    "edge",
  ],
  async run(call) {
    const { args, work } = call;
    const sampling = samplingOf(args.values);
    await answerInputs(call, async (session, input, out, place) => {
      const { open, encoder } = session;
      const window = promptWindow(session, input, sampling.maxTokens);
      const edits = await readEdits(args, session, { promptLength: window.ids.length, ...place }, work);
      const request = { ids: window.ids, edits, sampling, encoder };
      const made = await generate(open.runner, open.vocabulary, request, work);
      // Learned positions end with the context, and the continuation with them.
      const stopped = made.ids.length < sampling.maxTokens ? "context" : "length";
      await out.value({ ...made, stopped, ...(await factsOf(session, window, work)) });
    });
  },
};

/** What the options say about choosing tokens. */
function samplingOf(values: ParsedArguments["values"]): Sampling {
  const most = values["max-tokens"];
  if (most === undefined) throw usageError("--max-tokens is missing.", "Give --max-tokens N.");
  return {
    maxTokens: wholeNumber("max-tokens", most, 1),
    temperature: nonNegative("temperature", values.temperature ?? "0"),
    seed: wholeNumber("seed", values.seed ?? "0", 0),
    topK: wholeNumber("top-k", values["top-k"] ?? "0", 0),
    topP: shareOf("top-p", values["top-p"] ?? "1"),
    alternatives: wholeNumber("alternatives", values.alternatives ?? "0", 0),
  };
}

/** The prompt as it is where the continuation fits behind it; else, of a text, a window that leaves room for it. */
function promptWindow(session: Session, input: CliInput, maxTokens: number): RunWindow {
  const window = windowOf(session, input);
  const { nCtx } = session.info;
  const fits = !window.truncated && window.ids.length + maxTokens <= nCtx + 1;
  if (fits || input.kind !== "text") return window;
  const room = Math.max(Math.floor(nCtx / 2), nCtx - maxTokens);
  return window.ids.length <= room ? window : windowOf(session, input, room);
}
