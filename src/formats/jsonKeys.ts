/** What JSON.parse hides: a key that an object names twice. */

/**
 * The first key that the outermost object of a JSON text names twice; null when each is named once.
 * The text must be valid JSON with an object outermost. Keys are compared after their escapes are resolved.
 */
export function duplicateTopLevelKey(text: string): string | null {
  const seen = new Set<string>();
  let depth = 0;
  let expectsKey = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      const end = stringEnd(text, i);
      if (depth === 1 && expectsKey) {
        const key = JSON.parse(text.slice(i, end)) as string;
        if (seen.has(key)) return key;
        seen.add(key);
        expectsKey = false;
      }
      i = end - 1;
    } else if (c === "{" || c === "[") {
      depth++;
      expectsKey = depth === 1;
    } else if (c === "}" || c === "]") depth--;
    else if (c === "," && depth === 1) expectsKey = true;
  }
  return null;
}

/** Index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}
