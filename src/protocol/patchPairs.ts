/** Pairs of positions as a person writes them: `3:3,4:6`, the base's before the source's. */
import type { PatchPair } from "./patch";

/** The pairs of a text; a text that is none where it is one. */
export function readPairs(text: string): readonly PatchPair[] | { readonly wrong: string } {
  const pairs: PatchPair[] = [];
  for (const part of text.split(",")) {
    const found = /^\s*(\d{1,9}):(\d{1,9})\s*$/.exec(part);
    if (!found) return { wrong: part.trim().slice(0, 40) };
    pairs.push({ base: Number(found[1]), source: Number(found[2]) });
  }
  return pairs;
}

/** The text of pairs. */
export const pairsText = (pairs: readonly PatchPair[]): string =>
  pairs.map(({ base, source }) => `${base}:${source}`).join(",");
