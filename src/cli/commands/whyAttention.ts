/** `introspect why-attention`: what the score of one attention edge is made of. */
import { whyAttention } from "../../analysis/whyAttention";
import type { Command } from "../command";
import { edgeOf } from "../edgeOption";
import { wholeNumber } from "../options";
import { factsOf, readInput, windowOf, withModel } from "../session";

/** Prints the parts of one edge's score. */
export const whyAttentionCommand: Command = {
  name: "why-attention",
  summary: "one attention edge: its score as parts of the query times parts of the key",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "prefix", "bos", "at", "top"],
  async run({ args, out, work }) {
    const top = wholeNumber("top", args.values.top ?? "20", 1);
    const edgeIn = edgeOf(args);
    const input = await readInput(args);
    await withModel(args.positionals[0], work, async (session) => {
      const window = windowOf(session, input);
      const { ids, tokens } = window;
      const edge = edgeIn(ids.length);
      const why = await whyAttention(session.open.runner, { ids, edge, top }, work);
      const [query, key] = [tokens[edge.query], tokens[edge.key]];
      await out.value({ ...why, tokens: { query, key }, ids, ...(await factsOf(session, window, work)) });
    });
  },
};
