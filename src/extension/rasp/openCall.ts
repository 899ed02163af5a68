/** Which call is being written at the end of a text. */

/** The innermost call that is open at the end of a text, and which argument is being written. */
export function openCall(text: string): { readonly name: string; readonly argument: number } | undefined {
  let depth = 0;
  let argument = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const letter = text[i];
    if (letter === ")" || letter === "]" || letter === "}") depth++;
    else if (letter === "[" || letter === "{") {
      if (depth-- === 0) return undefined;
    } else if (letter === "(") {
      if (depth-- > 0) continue;
      const name = /([A-Za-z_]\w*)\s*$/.exec(text.slice(Math.max(0, i - 100), i))?.[1];
      return name === undefined ? undefined : { name, argument };
    } else if (letter === "," && depth === 0) argument++;
    else if (letter === ";" && depth === 0) return undefined;
  }
  return undefined;
}
