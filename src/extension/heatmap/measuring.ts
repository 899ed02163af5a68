/** Measures a text part by part: what is visible first, then around it, then the rest as far as it is wanted. */
import * as vscode from "vscode";
import { sectionAt, windowTokens } from "../../base/sections";
import type { HeatmapQuestion } from "../../protocol/heatmap";
import type { TextRange } from "../decorations/buckets";
import { visibleRanges } from "../decorations/tokenColours";
import { readerOf } from "../documents/documentTarget";
import { otherWork } from "../requests/otherWork";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import { within, type Look } from "./look";

/** Units of a document that are measured without being asked for: a file of some 10,000 lines. */
const unasked = 400_000;
/** Lines around the visible ones that are measured with them. */
const marginLines = 30;

/** How a call is made: for what is looked at, or in the background. */
export interface Work {
  readonly signal: NonNullable<Parameters<Services["engine"]["call"]>[2]>["signal"];
  readonly endIfStuck: () => boolean;
  readonly priority: "view" | "background";
}

/** Whose text is measured. */
export interface Measuring {
  readonly engine: Services["engine"];
  /** What is shown by now; undefined where nothing is any more. */
  shown(): Look | undefined;
  /** Called with each part that came. */
  onPart(): void;
}

/** What is visible, then its surroundings, then the rest as far as it is wanted. */
export async function measure(look: Look, at: Measuring, work: Work): Promise<void> {
  const editors = vscode.window.visibleTextEditors.filter(({ document }) => document === look.document);
  for (const margin of [0, marginLines]) {
    for (const editor of editors)
      for (const range of visibleRanges(editor, margin)) if (!(await fill(look, range, at, work))) return;
  }
  const all = readerOf(look.document).length;
  if (at.shown()?.whole === true || all <= unasked)
    await fill(look, { start: 0, end: all }, at, { ...work, priority: "background" });
}

/** Measures what is missing in a range; false when the text was changed meanwhile or something else is shown. */
async function fill(look: Look, range: TextRange, at: Measuring, work: Work): Promise<boolean> {
  const { version } = look.document;
  const isCurrent = (): boolean => at.shown()?.store === look.store && look.document.version === version;
  for (;;) {
    const gap = isCurrent() ? look.store.gap(within(look, range)) : undefined;
    if (!gap) return isCurrent();
    const { question, end } = questionAt(look, gap.start);
    const { signal, endIfStuck, priority } = work;
    const meta = { view: "heatmap", priority };
    const part = await at.engine.call("heatmap/part", question, { signal, endIfStuck, meta });
    if (!isCurrent()) return false;
    const start = Math.min(gap.start, part.starts[0] ?? gap.start);
    look.store.put(part, { start, end: Math.max(gap.start + 1, part.next ?? end) });
    at.onPart();
    await otherWork();
  }
}

function questionAt(
  { document, measure, at, info }: Look,
  from: number,
): { question: HeatmapQuestion; end: number } {
  const reader = readerOf(document);
  const most = windowTokens(info?.nCtx ?? 2);
  const { lead, from: begin, to } = sectionAt(reader, from, most);
  const chosen = measure.kind === "attention" ? { at: Math.min(at, reader.length - 1) } : {};
  const question = {
    model: info?.path ?? "",
    text: reader.slice(lead, to),
    lead: begin - lead,
    offset: lead,
    bos: bosPolicy(),
    measure,
    most,
    from,
    ...chosen,
  };
  return { question, end: to };
}
