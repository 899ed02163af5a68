/** The two texts of a patch from the command line: given themselves, or as ranges of files seen in their context. */
import type { RunContext } from "../protocol/model";
import type { PatchSide } from "../protocol/patch";
import { CliError, usageError } from "./cliError";
import { bosOf, oneOf, rangeOf, type OptionName, type ParsedArguments } from "./options";
import { readText } from "./textFile";

/** Options that give the texts and what stands before them. */
export const patchInputOptions: readonly OptionName[] = [
  "base",
  "source",
  "file",
  "base-range",
  "source-range",
  "source-file",
  "context",
  "prefix",
  "bos",
];

/**
 * Reads both texts, before a model is opened.
 * @throws {CliError} "usage", "bad-range", and what readText finds wrong
 */
export async function readPatchInput(args: ParsedArguments): Promise<Record<"base" | "source", PatchSide>> {
  const { values } = args;
  const ranges = values["base-range"] !== undefined || values["source-range"] !== undefined;
  if (values.context !== undefined && values.prefix !== undefined)
    throw usageError("--context does not go with --prefix.", "Give one of the two.");
  if (!ranges) return textsOf(args);
  if (values.base !== undefined || values.source !== undefined)
    throw usageError("Texts and ranges do not go together.", "Give --base and --source, or their ranges.");
  const { file } = values;
  if (file === undefined || values["base-range"] === undefined || values["source-range"] === undefined)
    throw usageError("A range is missing.", "Give --file F, --base-range A:B and --source-range A:B.");
  const text = await readText(file);
  const other = values["source-file"] === undefined ? text : await readText(values["source-file"]);
  return {
    base: sideOf(args, text, rangeOf(values["base-range"])),
    source: sideOf(args, other, rangeOf(values["source-range"])),
  };
}

function textsOf(args: ParsedArguments): Record<"base" | "source", PatchSide> {
  const { base, source, context, file } = args.values;
  if (base === undefined || source === undefined)
    throw usageError("A text is missing.", "Give --base TEXT and --source TEXT, or ranges of --file.");
  if (context !== undefined || file !== undefined)
    throw usageError("Texts that are given stand in no file.", "Give --base-range and --source-range.");
  const side = (text: string): PatchSide => ({
    input: { kind: "text", text, offset: 0, context: standing(args, 0, "selection"), bos: bosOf(args) },
    start: 0,
  });
  return { base: side(base), source: side(source) };
}

function sideOf(
  args: ParsedArguments,
  text: string,
  { start, end }: { start: number; end: number },
): PatchSide {
  if (end <= start || end > text.length) {
    const said = `The range ${start}:${end} is empty or goes past the end.`;
    throw new CliError("bad-range", said, { next: `Choose a range within 0:${text.length}.` });
  }
  const kind = oneOf("context", args.values.context ?? "document", ["document", "selection"]);
  const context = standing(args, start, kind);
  const offset = context.kind === "document" ? 0 : start;
  return { input: { kind: "text", text: text.slice(offset, end), offset, context, bos: bosOf(args) }, start };
}

/** What stands before a text: the prefix where one is given. */
function standing({ values }: ParsedArguments, from: number, kind: "document" | "selection"): RunContext {
  if (values.prefix !== undefined) return { kind: "prefix", from, prefix: values.prefix };
  return kind === "document" ? { kind } : { kind, from };
}
