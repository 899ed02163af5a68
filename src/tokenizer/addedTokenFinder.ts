/** Finds added tokens in a text: leftmost first, of several at one place the longest. */
import type { AddedToken } from "./tokenizerSpec";

/** A stretch of a text: an added token, or text between added tokens (`token` null). Units, `end` exclusive. */
export interface Section {
  readonly token: AddedToken | null;
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly next: Map<number, Node>;
  token: AddedToken | null;
}

const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;
const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]$/u;
const space = /\p{White_Space}/u;

/** A search for added tokens, by what they read like in the text that is searched. */
export class AddedTokenFinder {
  private readonly root: Node = { next: new Map(), token: null };

  constructor(tokens: readonly { readonly token: AddedToken; readonly content: string }[]) {
    for (const { token, content } of tokens) {
      let node = this.root;
      for (let i = 0; i < content.length; i++) {
        const unit = content.charCodeAt(i);
        let next = node.next.get(unit);
        if (next === undefined) node.next.set(unit, (next = { next: new Map(), token: null }));
        node = next;
      }
      if (content !== "") node.token = token;
    }
  }

  /** Cuts a text into added tokens and what lies between; the sections tile the text. */
  split(text: string): Section[] {
    if (this.root.next.size === 0) return text === "" ? [] : [{ token: null, start: 0, end: text.length }];
    const sections: Section[] = [];
    let done = 0;
    for (let i = 0; i < text.length;) {
      const found = this.longestAt(text, i);
      if (found === null) {
        i++;
        continue;
      }
      const next = found.end;
      const section = this.widen(text, found, done);
      if (section !== null) {
        if (done < section.start) sections.push({ token: null, start: done, end: section.start });
        sections.push(section);
        done = section.end;
      }
      i = Math.max(next, done);
    }
    if (done < text.length) sections.push({ token: null, start: done, end: text.length });
    return sections;
  }

  private longestAt(text: string, start: number): (Section & { readonly token: AddedToken }) | null {
    let best: (Section & { readonly token: AddedToken }) | null = null;
    let node = this.root.next.get(text.charCodeAt(start));
    for (let end = start + 1; node !== undefined; end++) {
      if (node.token !== null) best = { token: node.token, start, end };
      if (end === text.length) break;
      node = node.next.get(text.charCodeAt(end));
    }
    return best;
  }

  /** Follows single_word, lstrip and rstrip as the reference implementation does; null when it is no match after all. */
  private widen(text: string, found: Section & { readonly token: AddedToken }, done: number): Section | null {
    const { token } = found;
    let { start, end } = found;
    // Two units are enough for one character.
    if (
      token.singleWord &&
      (wordAtEnd.test(text.slice(Math.max(0, start - 2), start)) ||
        wordAtStart.test(text.slice(end, end + 2)))
    ) {
      return null;
    }
    if (token.lstrip) while (start > done && space.test(text[start - 1])) start--;
    if (token.rstrip) while (end < text.length && space.test(text[end])) end++;
    return { token, start, end };
  }
}
