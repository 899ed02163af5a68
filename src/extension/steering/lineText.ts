/** Texts of several lines in an input box of one line: a line break is written \n, a tab \t, a backslash \\. */

const names: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text as one line. */
export function toLine(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (char) => names[char] ?? char);
}

/** The text that a line stands for; a backslash before anything else stands for itself. */
export function fromLine(line: string): string {
  const meant: Record<string, string> = { "\\": "\\", n: "\n", r: "\r", t: "\t" };
  return line.replace(/\\([\\nrt])/g, (_, char: string) => meant[char] ?? char);
}
