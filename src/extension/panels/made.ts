/** Notes what a panel's data was made of. */
import type { Made } from "../../protocol/made";
import type { RunWindow, TextInput } from "../../protocol/model";
import type { OffsetRange } from "../../protocol/engineApi";
import type { Services } from "../services";

type Context = Pick<Services["context"], "extension">;

/** A run's own facts, with version and time. */
export function madeNow(
  { context }: { readonly context: Context },
  facts: Omit<Made, "version" | "at">,
): Made {
  const { version } = context.extension.packageJSON as { version: string };
  return { version, at: new Date().toISOString(), ...facts };
}

/** What was run of a document. */
export interface RanText {
  readonly input: Pick<TextInput, "text" | "offset" | "context" | "bos">;
  readonly window: Pick<RunWindow, "start">;
  /** What is selected, in units of the document. */
  readonly range: OffsetRange | null;
}

/** The text of a window, which may be cut, and what is selected of it. */
export function madeOf(services: { readonly context: Context }, { input, window, range }: RanText): Made {
  const { context, bos = "auto" } = input;
  const { start } = window;
  const text = input.text.slice(start - input.offset);
  const within = (offset: number): number => Math.min(Math.max(0, offset - start), text.length);
  return madeNow(services, {
    bos,
    texts: { text, ...(context?.kind === "prefix" ? { prefix: context.prefix } : {}) },
    start,
    range: range && { start: within(range.start), end: within(range.end) },
  });
}
