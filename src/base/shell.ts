/** Commands for a POSIX shell, quoted so that a text of any kind stays a text. */

/** A command and what it reads from standard input, as words that are not quoted yet. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly stdin?: string;
}

/** Bytes of one argument that every system takes; Linux takes 128 KiB. */
const longestArgument = 100_000;

const loneSurrogate = /\p{Surrogate}/u;

/** The text with the replacement character for each half of a pair that stands alone, as tokenizers read it. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/**
 * Whether a text may stand in a command as it is. Control characters may not: pasted into a terminal they can end the
 * paste and run what follows.
 */
export function isPlain(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text) || loneSurrogate.test(text)) return false;
  return new TextEncoder().encode(text).length <= longestArgument;
}

/** A word in single quotes, unless it needs none. */
export function quoted(word: string): string {
  if (/^[\w/:=.,+@-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The line to paste. What is read from standard input is printed by printf, with control characters as escapes.
 * @throws {Error} where a word has control characters, which no quoting makes safe to paste
 */
export function commandLine({ words, stdin }: ShellCommand): string {
  const unsafe = words.find((word) => !isPlain(word));
  if (unsafe !== undefined)
    throw new Error(
      "A text has control characters or is too long for a command line; save it as JSON instead.",
    );
  const line = words.map(quoted).join(" ");
  return stdin === undefined ? line : `printf ${printed(stdin)} | ${line}`;
}

/** The format of a printf that prints a text. */
function printed(text: string): string {
  const escaped = wellFormed(text)
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%")
    // eslint-disable-next-line no-control-regex
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (char) =>
      [...new TextEncoder().encode(char)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
    );
  return `'${escaped.replaceAll("'", "'\\''")}'`;
}
