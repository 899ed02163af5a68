/** Parts of a program's text inside sentences about it. */

/** Longer pieces of text are cut in sentences. */
const LONGEST = 40;

/** A piece of text that a sentence names; a long one is cut. */
export function shownPiece(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** A character that a sentence names; one that cannot be seen by its number. */
export function shownCharacter(character: string): string {
  if (!/[\p{C}\p{Z}]/u.test(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `the invisible character U+${code}`;
}
