/** Texts of exported files: rows of CSV, and where the facts of an export stand in a CSV and in an SVG. */

/** Names and plain values, in the order in which they are written. */
export type Facts = Readonly<Record<string, unknown>>;

/** A row of CSV (RFC 4180) with its line end, numbers with all their digits. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: string | number | null): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  // A cell that begins like a comment line is quoted too, since comments stand before the table.
  return /[",\r\n#]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Facts as comment lines before a CSV: a name, and its value as JSON, so that each has one line. */
export function commentLines(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `# ${name}: ${JSON.stringify(value)}\r\n`)
    .join("");
}

/** An SVG with its facts in a metadata element, right behind its beginning. */
export function svgWithFacts(source: string, facts: Facts): string {
  // XML 1.0 has no control characters, not even as references; JSON has escapes for them.
  const text = xmlText(JSON.stringify(facts));
  return source.replace(/^(<svg\b[^>]*>)/, (begin) => `${begin}<metadata id="introspect">${text}</metadata>`);
}

/** A text between tags. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
