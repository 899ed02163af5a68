/** A text that knows, for each of its UTF-16 units, which range of the original text it came from. */

/**
 * A text and its origin. Unit i came from the original range [starts[i], ends[i]); inserted units have an empty
 * range. Where nothing but the front was changed, no arrays are kept: `lead` inserted units, then unit i came from
 * `base + i - lead`.
 */
export interface MappedText {
  readonly text: string;
  readonly base: number;
  readonly lead: number;
  /** Where units came from could not be followed: their ranges are right only as a whole. */
  readonly approximate: boolean;
  readonly origin: { readonly starts: Int32Array; readonly ends: Int32Array } | null;
}

/** A text that is its own original, `base` units into the whole. */
export function plainText(text: string, base: number): MappedText {
  return { text, base, lead: 0, approximate: false, origin: null };
}

/** First unit of the original range of unit i. */
export function originStart(mapped: MappedText, i: number): number {
  if (mapped.origin !== null) return mapped.origin.starts[i];
  return mapped.base + Math.max(0, i - mapped.lead);
}

/** End (exclusive) of the original range of unit i. */
export function originEnd(mapped: MappedText, i: number): number {
  if (mapped.origin !== null) return mapped.origin.ends[i];
  return mapped.base + Math.max(0, i + 1 - mapped.lead);
}

/** Units [from, to) of a mapped text. */
export function sliceMapped(mapped: MappedText, from: number, to: number): MappedText {
  const text = mapped.text.slice(from, to);
  const { origin, approximate } = mapped;
  if (origin !== null) {
    const part = { starts: origin.starts.subarray(from, to), ends: origin.ends.subarray(from, to) };
    return { text, base: mapped.base, lead: 0, approximate, origin: part };
  }
  const base = mapped.base + Math.max(0, from - mapped.lead);
  return { text, base, lead: Math.max(0, mapped.lead - from), approximate, origin };
}

/** The text with `inserted` before it; the inserted units have no width. */
export function prependMapped(mapped: MappedText, inserted: string): MappedText {
  if (mapped.origin === null) {
    return { ...mapped, text: inserted + mapped.text, lead: mapped.lead + inserted.length };
  }
  const edits = new MappedTextBuilder(mapped);
  edits.push(inserted, 0, 0);
  edits.keep(0, mapped.text.length);
  return edits.finish();
}

/** Builds a changed text out of parts of another one, left to right. */
export class MappedTextBuilder {
  private readonly parts: string[] = [];
  private starts: Int32Array;
  private ends: Int32Array;
  private length = 0;

  constructor(private readonly source: MappedText) {
    this.starts = new Int32Array(source.text.length + 16);
    this.ends = new Int32Array(source.text.length + 16);
  }

  /** Takes units [from, to) of the source as they are. */
  keep(from: number, to: number): void {
    if (from >= to) return;
    this.reserve(to - from);
    this.parts.push(this.source.text.slice(from, to));
    for (let i = from; i < to; i++) this.put(originStart(this.source, i), originEnd(this.source, i));
  }

  /** Puts `text` where units [from, to) of the source were, unit by unit when the lengths agree. */
  push(text: string, from: number, to: number): void {
    if (text.length !== to - from) {
      this.cover(text, from, to);
      return;
    }
    this.reserve(text.length);
    this.parts.push(text);
    for (let i = from; i < to; i++) this.put(originStart(this.source, i), originEnd(this.source, i));
  }

  /** Puts `text` where units [from, to) of the source were: each unit stands for all of them. */
  cover(text: string, from: number, to: number): void {
    this.reserve(text.length);
    this.parts.push(text);
    const place = this.placeOf(from);
    const start = from < to ? originStart(this.source, from) : place;
    const end = from < to ? originEnd(this.source, to - 1) : place;
    for (let i = 0; i < text.length; i++) this.put(start, end);
  }

  /** The built text. */
  finish(approximate = this.source.approximate): MappedText {
    const origin = { starts: this.starts.subarray(0, this.length), ends: this.ends.subarray(0, this.length) };
    return { text: this.parts.join(""), base: this.source.base, lead: 0, approximate, origin };
  }

  private placeOf(at: number): number {
    if (at < this.source.text.length) return originStart(this.source, at);
    return at > 0 ? originEnd(this.source, at - 1) : this.source.base;
  }

  private put(start: number, end: number): void {
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length++;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.starts.length) return;
    const capacity = Math.max(2 * this.starts.length, this.length + more);
    const grown = [new Int32Array(capacity), new Int32Array(capacity)] as const;
    grown[0].set(this.starts);
    grown[1].set(this.ends);
    [this.starts, this.ends] = grown;
  }
}
