/** `introspect block-edge`: what blocking one attention edge changes, beside other edges of its query. */
import { blockEdge } from "../../analysis/blockEdge";
import { blockModes, edgeControls } from "../../protocol/attentionEdge";
import type { Command } from "../command";
import { edgeOf, positionOf, tokenOf } from "../edgeOption";
import { oneOf, wholeNumber } from "../options";
import { factsOf, readInput, windowOf, withModel } from "../session";

/** Prints what a blocked edge changes. */
export const blockEdgeCommand: Command = {
  name: "block-edge",
  summary: "one attention edge blocked: what the next token loses, beside 20 other edges of like weight",
  positionals: ["DIR"],
  options: [
    "text",
    "file",
    "ids",
    "prefix",
    "bos",
    "at",
    "softmax",
    "position",
    "token",
    "minus",
    "controls",
    "seed",
  ],
  async run({ args, out, work }) {
    const softmax = oneOf("softmax", args.values.softmax ?? "before", blockModes);
    const controls = oneOf("controls", args.values.controls ?? "matched", edgeControls);
    const seed = wholeNumber("seed", args.values.seed ?? "0", 0);
    const edgeIn = edgeOf(args);
    const input = await readInput(args);
    await withModel(args.positionals[0], work, async (session) => {
      const window = windowOf(session, input);
      const { ids, tokens } = window;
      const edge = edgeIn(ids.length);
      const position = positionOf(args, ids.length);
      const [token, against] = [tokenOf(args, "token", session), tokenOf(args, "minus", session)];
      const request = { ids, edge, softmax, position, token, against, controls, seed };
      const { runner, vocabulary } = session.open;
      const block = await blockEdge(runner, vocabulary, request, work);
      const [query, key] = [tokens[edge.query], tokens[edge.key]];
      await out.value({ ...block, tokens: { query, key }, ids, ...(await factsOf(session, window, work)) });
    });
  },
};
