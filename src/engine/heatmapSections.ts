/** Sections of documents as tokens, kept for the ones that were asked for last: one is asked for many times. */
import type { HeatmapSection } from "../analysis/heatmap/window";
import type { WorkOptions } from "../base/cancel";
import type { HeatmapQuestion } from "../protocol/heatmap";
import type { TokenInfo } from "../protocol/model";
import type { TextTokenizer } from "../tokenizer/textTokenizer";

/** What the tokens of a section depend on. */
export type SectionInput = Pick<HeatmapQuestion, "text" | "lead" | "offset" | "bos" | "most">;

/**
 * The tokens of a section behind at most half a window of its context. Context and section are tokenised apart, and
 * what a tokenizer adds to a text stands before the document's first section alone. Errors as of `encodeLong`.
 */
export async function encodeSection(
  tokenizer: TextTokenizer,
  { text, lead, offset, bos, most }: SectionInput,
  work: WorkOptions = {},
): Promise<HeatmapSection> {
  const isFirst = offset + lead === 0;
  const own = await tokenizer.encodeLong(text.slice(lead), {
    ...work,
    bos: isFirst ? bos : "auto",
    addSpecial: isFirst,
  });
  const before = await tokenizer.encodeLong(text.slice(0, lead), { ...work, addSpecial: false });
  const room = Math.floor(most / 2);
  const kept = Math.max(0, before.ids.length - room);
  return {
    ids: [...before.ids.slice(kept), ...own.ids],
    tokens: [...moved(before.tokens.slice(kept), offset), ...moved(own.tokens, offset + lead)],
    first: before.ids.length - kept,
  };
}

function moved(tokens: readonly TokenInfo[], by: number): TokenInfo[] {
  return tokens.map((token) => ({ ...token, start: token.start + by, end: token.end + by }));
}

/** Sections kept: those around a border, and the one of another document. */
const mostKept = 4;

/** Keeps the last sections. One object per model. */
export class SectionCache {
  private kept: { readonly input: SectionInput; readonly section: HeatmapSection }[] = [];

  /** The tokens of a section, made where they are not kept. */
  async get(tokenizer: TextTokenizer, input: SectionInput, work: WorkOptions): Promise<HeatmapSection> {
    const found = this.kept.find((one) => isSame(one.input, input));
    const entry = found ?? { input, section: await encodeSection(tokenizer, input, work) };
    this.kept = [entry, ...this.kept.filter((one) => one !== entry)].slice(0, mostKept);
    return entry.section;
  }
}

function isSame(a: SectionInput, b: SectionInput): boolean {
  const same = a.lead === b.lead && a.offset === b.offset && a.bos === b.bos && a.most === b.most;
  return same && a.text === b.text;
}
