/** Normalization that keeps track of where each unit came from. */
import { MappedTextBuilder, prependMapped, sliceMapped, type MappedText } from "./mappedText";
import type { Normalizer } from "./tokenizerSpec";

/** The text after all steps, in order. Steps change nothing on an empty text, as in the reference implementation. */
export function normalize(text: MappedText, steps: readonly Normalizer[]): MappedText {
  return steps.reduce((now, step) => (now.text === "" ? now : apply(now, step)), text);
}

function apply(source: MappedText, step: Normalizer): MappedText {
  switch (step.kind) {
    case "unicode":
      return applyForm(source, step.form);
    case "lowercase":
      // Character by character: no final sigma, as in the reference implementation.
      return replaceMatches(source, /\p{Changes_When_Lowercased}/gu, (match) => match.toLowerCase());
    case "prepend":
      return prependMapped(source, step.text);
    case "replace":
      return replaceMatches(source, step.pattern, () => step.content);
    case "strip":
      return strip(source, step.left, step.right);
    case "strip-accents":
      return replaceMatches(source, /\p{M}/gu, () => "");
  }
}

function replaceMatches(source: MappedText, pattern: RegExp, by: (match: string) => string): MappedText {
  let sameLengths = source.origin === null;
  let changed = false;
  const text = source.text.replace(pattern, (match) => {
    const content = by(match);
    if (content.length !== match.length) sameLengths = false;
    if (content !== match) changed = true;
    return content;
  });
  if (!changed) return source;
  if (sameLengths) return { ...source, text };
  const edits = new MappedTextBuilder(source);
  let at = 0;
  for (const match of source.text.matchAll(pattern)) {
    edits.keep(at, match.index);
    at = match.index + match[0].length;
    edits.push(by(match[0]), match.index, at);
  }
  edits.keep(at, source.text.length);
  return edits.finish();
}

function strip(source: MappedText, left: boolean, right: boolean): MappedText {
  const { text } = source;
  const from = left ? (/^\p{White_Space}+/u.exec(text)?.[0].length ?? 0) : 0;
  let to = text.length;
  // Unicode's White_Space has no character beyond the first plane.
  if (right) while (to > from && /\p{White_Space}/u.test(text[to - 1])) to--;
  return from === 0 && to === text.length ? source : sliceMapped(source, from, to);
}

/**
 * Stretches that normalize by themselves: plain ASCII, or a character with what may combine with it (marks, and the
 * vowels and finals of Korean syllables in all their forms).
 */
const cluster =
  /[\0-\x7f]+(?![\p{M}\uff9e\uff9f])|[^][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\u3131-\u318e\uff9e-\uffdc]*/gu;

function applyForm(source: MappedText, form: "NFC" | "NFD" | "NFKC" | "NFKD"): MappedText {
  const whole = source.text.normalize(form);
  if (whole === source.text) return source;
  const edits = new MappedTextBuilder(source);
  for (const match of source.text.matchAll(cluster)) {
    const after = match[0].normalize(form);
    const end = match.index + match[0].length;
    if (after === match[0]) edits.keep(match.index, end);
    else edits.cover(after, match.index, end);
  }
  const built = edits.finish();
  return built.text === whole ? built : spreadOver(source, whole);
}

/** Text whose origin is unknown but for the whole: units are spread evenly over it and marked. */
function spreadOver(source: MappedText, text: string): MappedText {
  const edits = new MappedTextBuilder(source);
  const n = source.text.length;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const to = Math.round(((i + 1) * n) / text.length);
    edits.push(text[i], from, to);
    from = to;
  }
  return edits.finish(true);
}
