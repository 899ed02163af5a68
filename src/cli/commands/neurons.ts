/** `introspect neurons`: the neurons that fire on a selection. */
import { rankNeurons } from "../../analysis/neurons";
import { tokenFinder } from "../../engine/effectTokens";
import { neuronOrders } from "../../protocol/neurons";
import { usageError } from "../cliError";
import type { Command } from "../command";
import { effectChoiceOf, effectOptions } from "../effectOptions";
import { oneOf, wholeNumber } from "../options";
import { cutWarning, readSelection } from "../selectionInput";
import { factsOf, recordsOf, windowOf, withModel } from "../session";

/** Prints the ranked neurons of a selection. */
export const neuronsCommand: Command = {
  name: "neurons",
  summary: "neurons that fire on a selection, with what they write and an explanation",
  positionals: ["DIR"],
  options: [
    "text",
    "file",
    "ids",
    "range",
    "layer",
    "context",
    "prefix",
    "bos",
    "top",
    "by",
    ...effectOptions,
  ],
  async run({ args, out, work }) {
    const k = wholeNumber("top", args.values.top ?? "20", 1);
    if (k > mostListed) throw usageError(`--top ${k} is too many.`, `Give at most ${mostListed}.`);
    const layer = args.values.layer === undefined ? null : wholeNumber("layer", args.values.layer, 0);
    const by = oneOf("by", args.values.by ?? "z", neuronOrders);
    const effect = effectChoiceOf(args);
    const unused = effectOptions.find((name) => args.values[name] !== undefined);
    if (unused !== undefined && (by === "z" || by === "write"))
      throw usageError(
        `--${unused} goes with --by logProb or logitDiff.`,
        "Give one of the two, or leave it out.",
      );
    const { input, range } = await readSelection(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const { nLayers } = open.info;
      if (layer !== null && layer >= nLayers)
        throw usageError(`There is no layer ${layer}.`, `Give one of 0 … ${nLayers - 1}.`);
      const window = windowOf(session, input);
      const tokenOf = tokenFinder(open.tokenizer);
      const records = await recordsOf(session);
      const request = { window, range, k, layer, records, choice: { by, effect }, tokenOf };
      const { window: ran, ...ranking } = await rankNeurons(open.runner, open.vocabulary, request, work);
      const tokens = ranking.selected.map((pos) => ran.tokens[pos]);
      const facts = await factsOf(session, window, work);
      const warnings = [...(facts.warnings ?? []), ...cutWarning(window, range)];
      const said = warnings.length > 0 ? { warnings } : {};
      await out.value({ ...ranking, tokens, ...facts, ...said });
    });
  },
};

/** Most neurons that one answer describes: each costs a pass over the records and a row of logits. */
const mostListed = 512;
