/** How a figure's numbers are had elsewhere: the words of a command, and Python that reads the same. */
import type { Made, TextRole } from "../../../../src/protocol/made";
import type { ModelInfo } from "../../../../src/protocol/model";
import { isPlain, type ShellCommand } from "../../../../src/base/shell";

/** What recipes are made from beside a panel's data. */
export interface Ingredients {
  readonly model: ModelInfo;
  readonly made: Made;
}

/** A figure's recipe; null where there is no such command or no such read. */
export interface Recipe {
  readonly command: ShellCommand | null;
  readonly python: PythonRead | null;
  /** Why there is no read, in sentences that go on with what to do; where it is more than that there is none. */
  readonly whyNoPython?: string;
}

/** The texts that Python encodes, by the name of the variable, and the lines that read. */
export interface PythonRead {
  readonly tokens: Readonly<Record<string, PythonText>>;
  readonly lines: readonly string[];
}

/** A text with the ids it must have; null where only ids are known. */
export interface PythonText {
  readonly text: string | null;
  readonly ids: readonly number[];
  readonly bos: boolean;
}

/** A text of the run; the empty one where there is none. */
export function textOf({ made }: Ingredients, role: TextRole): string {
  return made.texts[role] ?? "";
}

/** A command on the run's text, which comes over standard input where it may not stand in a command. */
export function onText(
  { model, made }: Ingredients,
  command: string,
  options: readonly string[],
): ShellCommand {
  const { text = "", prefix } = made.texts;
  const behind = prefix === undefined ? [] : ["--prefix", prefix];
  const bos = made.bos === "auto" ? [] : ["--bos", made.bos];
  const plain = isPlain(text);
  const input = plain ? ["--text", text] : ["--file", "-"];
  const words = ["introspect", command, model.path, ...input, ...behind, ...bos, ...options];
  return plain ? { words } : { words, stdin: text };
}

/** A range of the run's text as an option; nothing where there is none. */
export function rangeOption({ made }: Ingredients): readonly string[] {
  return made.range === null ? [] : ["--range", `${made.range.start}:${made.range.end}`];
}

/** The text of the run for Python. */
export function pythonText(
  ingredients: Ingredients,
  window: { readonly ids: readonly number[]; readonly bos: boolean },
): PythonText {
  const text = textOf(ingredients, "prefix") + textOf(ingredients, "text");
  return { text, ids: window.ids, bos: window.bos };
}

/** `with torch.no_grad()` is put around all lines once; here they stand alone. */
export const withCache = "logits, cache = model.run_with_cache(tokens)";
