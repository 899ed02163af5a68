/** The words of the prediction at a line's end. Pure, so that it can be tested without an editor. */
import type { ScoredToken } from "../../protocol/model";

/** Characters of a token that are shown. */
const mostCharacters = 24;

const signs: Readonly<Record<string, string>> = { " ": "·", "\t": "→", "\n": "↵", "\r": "␍" };

/** "→ ·the 34%": what comes next, with white space visible; nothing of a token can break the line or turn its direction. */
export function inlineText({ id, text, logProb }: ScoredToken): string {
  const characters = [...(text ?? `#${id}`)].slice(0, mostCharacters + 1);
  const shown = characters
    .slice(0, mostCharacters)
    .map((c) => signs[c] ?? (/[\p{C}\p{Zl}\p{Zp}]/u.test(c) ? "\ufffd" : c));
  const more = characters.length > mostCharacters ? "…" : "";
  const share = 100 * Math.exp(logProb);
  const percent = share >= 99.5 && share < 100 ? ">99" : share < 1 ? "<1" : share.toFixed(0);
  return `→ ${shown.join("")}${more} ${percent}%`;
}
