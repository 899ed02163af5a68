/**
 * How a document that is measured token by token is cut: into sections that are tokenised apart, so that a file of any
 * length can be measured around what is visible. Section borders depend on absolute offsets and on the text around
 * them alone: a token has the same value whichever part of the file was asked for. A text of one section is measured
 * as it would be whole.
 */

/** UTF-16 units of a section: a file of some 3,500 lines is one. */
export const sectionUnits = 131_072;
/** Within so many units behind a multiple of `sectionUnits` a line start is looked for. */
const reach = 4096;
/** Units for each token of context that is wanted before a section: more than most tokens have. */
const unitsPerToken = 6;
/** Most tokens of one window, however many a model could see. */
const mostTokens = 1024;

/** Tokens of a window of a model: all that it can see, up to 1,024. */
export function windowTokens(nCtx: number): number {
  return Math.min(nCtx, mostTokens);
}

/** The part of a document that this needs; offsets are UTF-16 units. */
export interface SectionText {
  readonly length: number;
  slice(from: number, to: number): string;
}

/** A section: the text from `from` to `to` is its own, what is between `lead` and `from` is context for it. */
export interface Section {
  readonly lead: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The section that an offset of a document lies in; the last one for its end.
 * @param most  tokens of a window; half of them are wanted as context
 */
export function sectionAt(text: SectionText, offset: number, most: number): Section {
  const at = Math.max(0, Math.min(offset, text.length - 1));
  let k = Math.floor(at / sectionUnits);
  if (k > 0 && borderOf(text, k) > at) k--;
  const from = borderOf(text, k);
  const wanted = from - unitsPerToken * Math.ceil(most / 2);
  return { lead: wholeUnit(text, Math.max(0, wanted)), from, to: borderOf(text, k + 1) };
}

/** Where section k begins: at the first line that begins with something to be seen, else at the first line start. */
function borderOf(text: SectionText, k: number): number {
  const wanted = k * sectionUnits;
  if (k === 0) return 0;
  if (wanted >= text.length) return text.length;
  const around = text.slice(wanted - 1, Math.min(text.length, wanted + reach));
  const border = /(?<=\n|\r(?!\n))\S/.exec(around) ?? /(?<=\n|\r(?!\n))[^]/.exec(around);
  return border === null ? wholeUnit(text, wanted) : wanted - 1 + border.index;
}

/** The place itself, or one unit on where it lies between the halves of a surrogate pair. */
function wholeUnit(text: SectionText, at: number): number {
  if (at <= 0 || at >= text.length) return at;
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1)) ? at + 1 : at;
}
