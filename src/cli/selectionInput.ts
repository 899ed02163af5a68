/** The selection that commands about neurons run on: --range of an input, seen in a context. */
import type { RunContext, RunInput, RunWindow } from "../protocol/model";
import { CliError, usageError } from "./cliError";
import { oneOf, rangeOf, type ParsedArguments } from "./options";
import { contextFrom, readInput } from "./session";

/** A range of an input, and the input up to its end as its context has it. */
export interface SelectionInput {
  readonly input: RunInput;
  readonly range: { readonly start: number; readonly end: number };
}

/**
 * Reads the input and the selection, before a model is opened.
 * @throws {CliError} "usage", "bad-range", and what readInput finds wrong
 */
export async function readSelection(args: ParsedArguments): Promise<SelectionInput> {
  if (args.values.range === undefined) throw usageError("--range is missing.", "Give --range START:END.");
  const range = rangeOf(args.values.range);
  const context = contextOf(args, range.start);
  return { input: seenIn(context, upTo(await readInput(args), range)), range };
}

/** A sentence where the context holds only the selection's end. */
export function cutWarning(window: RunWindow, { start }: { start: number }): string[] {
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
