/** Gathers tokens with their ranges and keeps the ranges honest: in order, inside the text, without holes. */

/** A token and where it stands in its text. Offsets are UTF-16 units, `end` exclusive. */
export interface TokenSpan {
  readonly id: number;
  /** What the range covers; for tokens that the tokenizer added, their name. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The tokenizer added it; its range is empty. */
  readonly special?: true;
  /** The range could not be made exact. */
  readonly approximate?: true;
}

/** Ids and ranges of an encoded text; `ids[i]` is `tokens[i].id`. */
export interface Encoding {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenSpan[];
}

/** Collects the tokens of one text, left to right. */
export class SpanCollector {
  private readonly ids: number[] = [];
  private readonly tokens: TokenSpan[] = [];
  private covered = 0;
  private lastStart = 0;

  /** @param lone units of the text that were unpaired surrogates, ascending */
  constructor(
    private readonly text: string,
    private readonly lone: readonly number[],
  ) {}

  /** How much of the text is covered so far. */
  get position(): number {
    return this.covered;
  }

  /** Takes a token that the tokenizer adds, before or after the text. */
  addSpecial(id: number, name: string, at: number): void {
    this.ids.push(id);
    this.tokens.push({ id, text: name, start: at, end: at, special: true });
  }

  /** Takes a token of the text. A hole before it, or a range out of order, is closed and marked. */
  add(id: number, start: number, end: number, approximate: boolean): void {
    let from = Math.max(start, this.lastStart);
    const to = Math.max(end, from);
    const ordered = from === start && to === end;
    const hole = from > this.covered;
    if (hole) from = this.covered;
    this.ids.push(id);
    this.tokens.push(this.span(id, from, to, approximate || hole || !ordered));
    this.covered = Math.max(this.covered, to);
    this.lastStart = from;
  }

  /** The tokens; text that no token covers is given to the last one. */
  finish(): Encoding {
    const last = this.tokens.findLastIndex((token) => token.special !== true);
    if (this.covered < this.text.length && last >= 0) {
      const { id, start } = this.tokens[last];
      this.tokens[last] = this.span(id, start, this.text.length, true);
    }
    return { ids: this.ids, tokens: this.tokens };
  }

  private span(id: number, start: number, end: number, approximate: boolean): TokenSpan {
    const text = this.text.slice(start, end);
    if (approximate || this.coversLone(start, end)) return { id, text, start, end, approximate: true };
    return { id, text, start, end };
  }

  private coversLone(start: number, end: number): boolean {
    if (this.lone.length === 0) return false;
    let low = 0;
    let high = this.lone.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lone[middle] < start) low = middle + 1;
      else high = middle;
    }
    return low < this.lone.length && this.lone[low] < end;
  }
}
