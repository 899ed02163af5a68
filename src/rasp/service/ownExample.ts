/** The example that a program sets for itself: where it is written, and how another would be written there. */
import type { TextRange } from "../../protocol/raspPicture";
import { setting } from "../embedded/settings";
import { parse } from "../original/parser";
import type { DialectName } from "../program";
import { parsePython } from "../python/syntax/parse";
import { RaspError } from "../source/raspError";
import { inputFromText, inputText } from "./example";

/** Where a program writes its example; null where it sets none. */
export function ownExample(dialect: DialectName, text: string): TextRange | null {
  if (dialect === "rasp") {
    const sets = parse(text).statements.flatMap((statement) =>
      statement.kind === "command" && statement.command === "set-example" && statement.subset !== "selector"
        ? [statement.example.range]
        : [],
    );
    return sets.at(-1) ?? null;
  }
  const found = setting(parsePython(text).comments, "example");
  return found === undefined ? null : found.valueRange;
}

/**
 * An example as it stands in a program of the dialect.
 * @throws {RaspError} "type" for what is no example, or what the language cannot write
 */
export function writtenExample(dialect: DialectName, text: string): string {
  const written = inputText(inputFromText(dialect, text));
  if (dialect !== "rasp") {
    // Comments hold JSON, which has its own names of the bools.
    return written.replace(
      /"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b/g,
      (part) => ({ True: "true", False: "false", None: "null" })[part] ?? part,
    );
  }
  // None, inf and nan are only names there.
  const names = written.replace(/"[^"]*"/g, "").replace(/\b(?:True|False)\b/g, "");
  if (!/[a-z]/i.test(names) && parse(`set example ${written}`).problems.length === 0) return written;
  throw new RaspError(
    "type",
    "RASP has no way to write this example.",
    null,
    'Write a text without quotation marks, such as "hello", or a list such as [1, 2.5].',
  );
}
