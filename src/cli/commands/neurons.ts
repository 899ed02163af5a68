/** `introspect neurons`: the neurons that fire on a selection. */
import { rankNeurons } from "../../analysis/neurons";
import type { RunWindow } from "../../protocol/model";
import { CliError, usageError } from "../cliError";
import type { Command } from "../command";
import { rangeOf, wholeNumber } from "../options";
import { readInput, recordsOf, factsOf, windowOf, withModel, type CliInput } from "../session";

/** Prints the ranked neurons of a selection. */
export const neuronsCommand: Command = {
  name: "neurons",
  summary: "neurons that fire on a selection, with what they write and an explanation",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "range", "top"],
  async run({ args, out, work }) {
    const k = wholeNumber("top", args.values.top ?? "20", 1);
    if (k > mostListed) throw usageError(`--top ${k} is too many.`, `Give at most ${mostListed}.`);
    if (args.values.range === undefined) throw usageError("--range is missing.", "Give --range START:END.");
    const range = rangeOf(args.values.range);
    const input = upTo(await readInput(args), range);
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const window = windowOf(session, input);
      const request = { window, range, k, records: await recordsOf(session) };
      const { neurons, baseline, selected } = await rankNeurons(open.runner, open.vocabulary, request, work);
      const tokens = selected.map((pos) => window.tokens[pos]);
      const facts = await factsOf(session, window, work);
      const warnings = [...(facts.warnings ?? []), ...cutWarning(window, range)];
      const said = warnings.length > 0 ? { warnings } : {};
      await out.value({ neurons, baseline, selected, tokens, ...facts, ...said });
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

/** The input up to the selection's end, which is what the editor takes too. */
function upTo(input: CliInput, { start, end }: { start: number; end: number }): CliInput {
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
    ? { kind: "text", text: input.text.slice(0, end) }
    : { kind: "ids", ids: input.ids.slice(0, end) };
}
