/** `introspect heads`: what each attention head does, on repeated random tokens and on a text. */
import { headScores } from "../../analysis/attention";
import { repeatedTokens } from "../../analysis/attention/repeated";
import type { Command } from "../command";
import { wholeNumber } from "../options";
import { factsOf, readInput, windowOf, withModel } from "../session";

/** Prints the scores of all heads. */
export const headsCommand: Command = {
  name: "heads",
  summary: "scores of all attention heads: previous token, duplicate, induction, first token, entropy",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "prefix", "bos", "seed", "length"],
  async run({ args, out, work }) {
    const { values } = args;
    const seed = wholeNumber("seed", values.seed ?? "0", 0);
    const length = values.length === undefined ? undefined : wholeNumber("length", values.length, 1);
    const hasText = values.text !== undefined || values.file !== undefined || values.ids !== undefined;
    const input = hasText ? await readInput(args) : null;
    await withModel(args.positionals[0], work, async (session) => {
      const { open, info } = session;
      const bosId = info.addsBos ? (open.tokenizer?.bosId ?? null) : null;
      const { ids, from } = repeatedTokens(open.runner, { bosId, seed, length });
      const repeated = { seed, ids, from, heads: await headScores(open.runner, ids, work, from) };
      const window = input === null ? null : windowOf(session, input);
      // Scores are of queries behind position 0: a text of one token has none, and zeros would look measured.
      const scored = window && window.ids.length > 1 ? await headScores(open.runner, window.ids, work) : null;
      const text = window && { ids: window.ids, heads: scored };
      const facts = await factsOf(session, window ?? { bos: bosId !== null }, work);
      await out.value({ about: "this", repeated, ...(text ? { text } : {}), ...facts });
    });
  },
};
