/** Reads a text once, however many things are asked of it in a row. */

/** The same reader, which answers the text it was given last without reading it again; what it gives is never changed. */
export function lastRead<T extends object>(read: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly value: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, value: read(text) };
    return last.value;
  };
}
