/** `introspect neurons`: the neurons that fire on a selection. */
import { rankNeurons } from "../../analysis/neurons";
import type { RunContext, RunInput, RunWindow } from "../../protocol/model";
import { CliError, usageError } from "../cliError";
import type { Command } from "../command";
import { oneOf, rangeOf, wholeNumber, type ParsedArguments } from "../options";
import { contextFrom, readInput, recordsOf, factsOf, windowOf, withModel } from "../session";

/** Prints the ranked neurons of a selection. */
export const neuronsCommand: Command = {
  name: "neurons",
  summary: "neurons that fire on a selection, with what they write and an explanation",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "range", "layer", "context", "prefix", "bos", "top"],
  async run({ args, out, work }) {
    const k = wholeNumber("top", args.values.top ?? "20", 1);
    if (k > mostListed) throw usageError(`--top ${k} is too many.`, `Give at most ${mostListed}.`);
    if (args.values.range === undefined) throw usageError("--range is missing.", "Give --range START:END.");
    const range = rangeOf(args.values.range);
    const layer = args.values.layer === undefined ? null : wholeNumber("layer", args.values.layer, 0);
    const context = contextOf(args, range.start);
    const input = seenIn(context, upTo(await readInput(args), range));
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const { nLayers } = open.info;
      if (layer !== null && layer >= nLayers)
        throw usageError(`There is no layer ${layer}.`, `Give one of 0 … ${nLayers - 1}.`);
      const window = windowOf(session, input);
      const request = { window, range, k, layer, records: await recordsOf(session) };
      const { about, neurons, baseline, selected } = await rankNeurons(
        open.runner,
        open.vocabulary,
        request,
        work,
      );
      const tokens = selected.map((pos) => window.tokens[pos]);
      const facts = await factsOf(session, window, work);
      const warnings = [...(facts.warnings ?? []), ...cutWarning(window, range)];
      const said = warnings.length > 0 ? { warnings } : {};
      await out.value({ about, neurons, baseline, selected, tokens, ...facts, ...said });
    });
  },
};

/** Most neurons that one answer describes: each costs a pass over the records and a row of logits. */
const mostListed = 512;

/** A sentence where the context holds only the selection's end. */
function cutWarning(window: RunWindow, { start }: { start: number }): string[] {
  if (window.start <= start) return [];
  return [`The selection is longer than the context; only its part from ${window.start} on was ranked.`];
}

/**
 * What the options say stands before the selection: with --prefix, that alone.
 * @throws {CliError} "usage"
 */
function contextOf({ values }: ParsedArguments, from: number): RunContext {
  const kind = oneOf("context", values.context ?? "document", ["document", "selection"]);
  if (kind === "document") return contextFrom(values.prefix, from);
  const extra = (["ids", "prefix"] as const).find((name) => values[name] !== undefined);
  if (extra === undefined) return { kind, from };
  const next = extra === "ids" ? "Give the selection's own ids." : "Give one of the two.";
  throw usageError(`--context selection does not go with --${extra}.`, next);
}

/** The input seen in a context: of a document from its beginning, else from the selection on. */
function seenIn(context: RunContext, input: RunInput): RunInput {
  if (input.kind === "ids") return input;
  const offset = context.kind === "document" ? 0 : context.from;
  return { ...input, text: input.text.slice(offset), offset, context };
}

/** The input up to the selection's end, which is what the editor takes too. */
function upTo(input: RunInput, { start, end }: { start: number; end: number }): RunInput {
  const length = input.kind === "text" ? input.text.length : input.ids.length;
  const unit = input.kind === "text" ? "UTF-16 units" : "ids";
  if (end <= start) {
    throw new CliError("bad-range", `The range ${start}:${end} is empty.`, {
      next: "Let END be larger than START.",
    });
  }
  if (end > length) {
    const next = `Choose a range within 0:${length}.`;
    throw new CliError(
      "bad-range",
      `The range ${start}:${end} goes past the end: there are ${length} ${unit}.`,
      { next },
    );
  }
  return input.kind === "text"
    ? { ...input, text: input.text.slice(0, end) }
    : { kind: "ids", ids: input.ids.slice(0, end) };
}
