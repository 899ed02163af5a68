/** Token text made visible: white space and control characters as signs, tokens of one character as a group. */

/** A stretch of a token's text: as it is, or a sign that stands for what cannot be seen. */
export interface TextPiece {
  readonly text: string;
  readonly kind: "plain" | "space" | "control";
}

const SIGNS: Readonly<Record<string, string>> = { " ": "·", "\t": "→", "\n": "↵", "\r": "␍", "\u00a0": "⍽" };

/** What a token says, sign by sign; a token without text is named by its id. */
export function pieces(text: string | null, id?: number): readonly TextPiece[] {
  if (text === null) return [{ text: id === undefined ? "?" : `#${id}`, kind: "control" }];
  if (text === "") return [{ text: "∅", kind: "control" }];
  const result: { text: string; kind: TextPiece["kind"] }[] = [];
  for (const character of text) {
    const piece = pieceOf(character);
    const last = result.at(-1);
    if (last && last.kind === piece.kind) last.text += piece.text;
    else result.push({ ...piece });
  }
  return result;
}

function pieceOf(character: string): TextPiece {
  const sign = SIGNS[character];
  if (sign) return { text: sign, kind: "space" };
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), kind: "control" };
  if (code === 0x7f) return { text: "␡", kind: "control" };
  if (isInvisible(code)) {
    return { text: `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`, kind: "control" };
  }
  return { text: character, kind: "plain" };
}

/** C1 controls, joiners, direction marks, byte-order mark, lone surrogates, odd spaces, combining marks on their own are left as they are. */
function isInvisible(code: number): boolean {
  return (
    (code >= 0x80 && code <= 0x9f) ||
    code === 0xad ||
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202f) ||
    (code >= 0x205f && code <= 0x206f) ||
    code === 0x3000 ||
    code === 0xfeff ||
    code === 0xfffd ||
    (code >= 0xd800 && code <= 0xdfff)
  );
}

/** The same as one string, for labels and tables. */
export function visibleText(text: string | null, id?: number): string {
  return pieces(text, id)
    .map((piece) => piece.text)
    .join("");
}

/** A token in quotation marks, for sentences. */
export function quoted(text: string | null, id?: number): string {
  return text === null ? visibleText(text, id) : `“${visibleText(text, id)}”`;
}

/** What a screen reader says of a token: words for white space. */
export function spokenText(text: string | null, id?: number): string {
  if (text === null) return `token ${id ?? "unknown"}`;
  const names: Readonly<Record<string, string>> = {
    " ": "space",
    "\t": "tab",
    "\n": "new line",
    "\r": "carriage return",
  };
  if (/^[ \t\r\n]+$/.test(text)) {
    const first = names[text[0]!]!;
    return [...text].every((c) => c === text[0]) && text.length > 1
      ? `${text.length} × ${first}`
      : [...text].map((c) => names[c]).join(", ");
  }
  return text.startsWith(" ") ? `space ${text.slice(1)}` : text;
}

/** A token's place, as far as grouping needs it. */
export interface Placed {
  readonly start: number;
  readonly end: number;
  readonly special?: true | undefined;
}

/**
 * Which tokens share one character: for each index the place in its group. Tokens of a group have the same,
 * non-empty range, as `conventions` settle it.
 */
export function sharedCharacter(tokens: readonly Placed[]): readonly ("first" | "middle" | "last" | null)[] {
  const same = (a: Placed | undefined, b: Placed | undefined): boolean =>
    a !== undefined &&
    b !== undefined &&
    !a.special &&
    !b.special &&
    a.end > a.start &&
    a.start === b.start &&
    a.end === b.end;
  return tokens.map((token, i) => {
    const before = same(tokens[i - 1], token);
    const after = same(token, tokens[i + 1]);
    if (before && after) return "middle";
    if (after) return "first";
    return before ? "last" : null;
  });
}
