/** `introspect heatmap`: one scalar for every token of a text of any length, as the editor is coloured by it. */
import { heatmapPart, tokenAt } from "../../analysis/heatmap";
import { windowTokens } from "../../base/sections";
import { aboutOf, type HeatmapPart } from "../../protocol/heatmap";
import { measuredAlong } from "../../engine/directions/read";
import { answerInputs } from "../batch";
import { CliError, usageError } from "../cliError";
import type { Command, ModelWork } from "../command";
import { readMeasure, type AskedMeasure } from "../measure";
import { wholeNumber } from "../options";
import { SectionedText } from "../sectionedText";
import { factsOf, type Session } from "../session";

/** Prints a value for every token. */
export const heatmapCommand: Command = {
  name: "heatmap",
  summary: "one scalar per token (surprisal, rank, entropy, depth, neuron, norm, attention); any length",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "batch", "prefix", "bos", "measure", "window"],
  async run(call) {
    const { work } = call;
    const { values } = call.args;
    const asked = readMeasure(values.measure ?? "surprisal");
    const wanted = values.window === undefined ? undefined : wholeNumber("window", values.window, 2);
    await answerInputs(call, async (session, input, out) => {
      const { nCtx } = session.info;
      const most = wanted ?? windowTokens(nCtx);
      if (most > nCtx) throw usageError(`--window ${most} is too much.`, `The model sees ${nCtx} tokens.`);
      const text = new SectionedText(session, input, most, work);
      const at = asked.at === undefined ? null : await placeOf(text, asked.at);
      const sums = { nats: 0, bytes: 0 };
      const about = aboutOf(asked.measure);
      const head = { about, measure: values.measure ?? "surprisal", unit: asked.unit, windowTokens: most };
      await out.text(`${JSON.stringify(head).slice(0, -1)},"tokens":`);
      await out.list(tokensOf(session, { text, asked, at, most, sums }, work));
      const total = asked.measure.kind === "surprisal" ? { total: totalOf(sums) } : {};
      const facts = { ...total, ...(await factsOf(session, text.ran, work)) };
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
    });
  },
};

/** What the text would take if it were written by the model's predictions, and what it takes as UTF-8. */
function totalOf({ nats, bytes }: { nats: number; bytes: number }): Record<string, number | null> {
  const bits = nats / Math.LN2;
  return { bits, utf8Bytes: bytes, bitsPerByte: bytes === 0 ? null : bits / bytes };
}

/** A token chosen for attention: its section, index there, and offset in the text. */
interface Place {
  readonly section: number;
  readonly index: number;
  readonly offset: number;
}

async function placeOf(text: SectionedText, position: number): Promise<Place> {
  const counts: number[] = [];
  let wanted = position;
  if (position < 0) {
    for (let k = 0; await text.has(k); k++) counts.push(text.own(await text.get(k)));
    wanted += counts.reduce((a, b) => a + b, 0);
  }
  for (let k = 0, before = 0; wanted >= 0 && (await text.has(k)); k++) {
    const section = await text.get(k);
    const n = text.own(section);
    if (wanted < before + n) {
      const index = text.firstOf(section) + wanted - before;
      return { section: k, index, offset: section.tokens[index].start };
    }
    before += n;
  }
  throw new CliError("bad-range", `There is no token ${position} in this text.`, {
    next: "`introspect tokens` lists them; negative positions count from the end.",
  });
}

interface Asked {
  readonly text: SectionedText;
  readonly asked: AskedMeasure;
  readonly at: Place | null;
  readonly most: number;
  readonly sums: { nats: number; bytes: number };
}

async function* tokensOf(
  { open }: Session,
  { text, asked, at, most, sums }: Asked,
  work: ModelWork,
): AsyncGenerator<readonly unknown[]> {
  const { measure, factor } = asked;
  const along = measure.kind === "direction" ? await measuredAlong(open, measure, work) : undefined;
  for (let k = 0; await text.has(k); k++) {
    const section = await text.get(k);
    const chosen = at === null ? null : at.section === k ? at.index : tokenAt(section, at.offset);
    const first = text.firstOf(section);
    let from = section.first;
    while (from < section.ids.length) {
      const request = { section, measure, most, from, at: chosen, along };
      const part = await heatmapPart(open.runner, open.vocabulary, request, work);
      // A window may begin in the prefix.
      const skipped = Math.max(0, first - from);
      if (measure.kind === "surprisal") addUp(part, skipped, sums);
      const at = from;
      yield part.ids.slice(skipped).map((id, j) => {
        const i = skipped + j;
        const value = part.values[i];
        return { id, ...text.shown(section.tokens[at + i]), value: value === null ? null : value * factor };
      });
      from += part.ids.length;
      work.onProgress?.({ done: text.doneWith(k, section, from), total: text.length, message: "Measuring" });
    }
  }
}

function addUp({ values, bytes }: HeatmapPart, skipped: number, sums: Asked["sums"]): void {
  values.forEach((value, i) => {
    if (value === null || i < skipped) return;
    sums.nats += value;
    sums.bytes += bytes[i];
  });
}
