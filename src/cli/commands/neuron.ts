/** `introspect neuron`: the card of one neuron on a selection, with what it does to a prediction. */
import { neuronCard } from "../../analysis/neuronCard";
import { neuronEffects } from "../../analysis/neuronEffects";
import { tokenFinder, unrelatedLine } from "../../engine/effectTokens";
import { mostAmplified } from "../../protocol/neuronEffects";
import { usageError } from "../cliError";
import type { Command } from "../command";
import { effectChoiceOf, effectOptions } from "../effectOptions";
import { wholeNumber, type ParsedArguments } from "../options";
import { cutWarning, readSelection } from "../selectionInput";
import { factsOf, recordsOf, windowOf, withModel } from "../session";

/** Prints one neuron's card and its effects. */
export const neuronCommand: Command = {
  name: "neuron",
  summary: "one neuron on a selection: histogram, drivers, ablation beside matched neurons, strengths",
  positionals: ["DIR"],
  options: [
    ...(["layer", "neuron", "text", "file", "ids", "range", "context", "prefix", "bos"] as const),
    ...effectOptions,
    "strongest",
  ],
  async run({ args, out, work }) {
    const id = { layer: indexOf(args, "layer"), neuron: indexOf(args, "neuron") };
    const { strongest } = args.values;
    const choice = {
      ...effectChoiceOf(args),
      ...(strongest === undefined
        ? {}
        : { strongest: wholeNumber("strongest", strongest, 1, mostAmplified) }),
    };
    const { input, range } = await readSelection(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const { runner, vocabulary, tokenizer } = open;
      const window = windowOf(session, input);
      const records = await recordsOf(session);
      const card = await neuronCard(runner, vocabulary, { ...id, window, range, records }, work);
      const bos = input.kind === "text" ? input.bos : undefined;
      const unrelated = await unrelatedLine({ tokenizer, nCtx: runner.info.nCtx }, bos, work);
      const asked = { ...id, window, range, choice, tokenOf: tokenFinder(tokenizer), unrelated };
      const {
        window: _,
        layer: _layer,
        neuron: _neuron,
        ...effects
      } = await neuronEffects(runner, vocabulary, asked, work);
      const { window: ran, ...said } = card;
      const facts = await factsOf(session, window, work);
      const warnings = [...(facts.warnings ?? []), ...cutWarning(window, range)];
      await out.value({
        ...said,
        tokens: ran.tokens,
        effects,
        ...facts,
        ...(warnings.length > 0 ? { warnings } : {}),
      });
    });
  },
};

/** @throws {CliError} "usage" */
function indexOf({ values }: ParsedArguments, name: "layer" | "neuron"): number {
  const given = values[name];
  if (given === undefined) throw usageError(`--${name} is missing.`, `Give --${name} N, counted from 0.`);
  return wholeNumber(name, given, 0);
}
