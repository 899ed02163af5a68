/** Layers from and to which a text is read. */

/** Layers of a band "2-5" that a direction has; undefined where that is none. */
export function bandOf(text: string, numbers: readonly number[]): readonly number[] | undefined {
  const found = /^\s*(\d{1,4})\s*(?:-|–|\.\.)\s*(\d{1,4})\s*$/.exec(text);
  if (!found) return undefined;
  const [first, last] = [Number(found[1]), Number(found[2])];
  const band = numbers.filter((layer) => layer >= first && layer <= last);
  return band.length > 0 ? band : undefined;
}
