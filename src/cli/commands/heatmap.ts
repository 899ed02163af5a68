/** `introspect heatmap`: one scalar for every token of a text of any length, as the editor is coloured by it. */
import { heatmapPart, tokenAt } from "../../analysis/heatmap";
import type { HeatmapSection } from "../../analysis/heatmap/window";
import { sectionAt, windowTokens } from "../../base/sections";
import { encodeSection } from "../../engine/heatmapSections";
import { buildRunWindow } from "../../engine/window";
import { aboutOf, type HeatmapPart } from "../../protocol/heatmap";
import type { RunInput } from "../../protocol/model";
import { CliError, usageError } from "../cliError";
import type { Command, ModelWork } from "../command";
import { readMeasure, type AskedMeasure } from "../measure";
import { wholeNumber } from "../options";
import { factsOf, readInput, requireIds, withModel, type Session } from "../session";

/** Prints a value for every token. */
export const heatmapCommand: Command = {
  name: "heatmap",
  summary: "one scalar per token (surprisal, rank, entropy, depth, neuron, norm, attention); any length",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "bos", "measure", "window"],
  async run({ args, out, work }) {
    const { values } = args;
    const asked = readMeasure(values.measure ?? "surprisal");
    const wanted = values.window === undefined ? undefined : wholeNumber("window", values.window, 2);
    const input = await readInput(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { nCtx } = session.info;
      const most = wanted ?? windowTokens(nCtx);
      if (most > nCtx) throw usageError(`--window ${most} is too much.`, `The model sees ${nCtx} tokens.`);
      const text = new SectionedText(session, input, most, work);
      const at = asked.at === undefined ? null : await placeOf(text, asked.at);
      const sums = { nats: 0, bytes: 0, bos: false };
      const about = aboutOf(asked.measure);
      const head = { about, measure: values.measure ?? "surprisal", unit: asked.unit, windowTokens: most };
      await out.text(`${JSON.stringify(head).slice(0, -1)},"tokens":`);
      await out.list(tokensOf(session, { text, asked, at, most, sums }, work));
      const total = asked.measure.kind === "surprisal" ? { total: totalOf(sums) } : {};
      const facts = { ...total, ...(await factsOf(session, { bos: sums.bos }, work)) };
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
      const index = section.first + wanted - before;
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
  readonly sums: { nats: number; bytes: number; bos: boolean };
}

async function* tokensOf(
  { open }: Session,
  { text, asked, at, most, sums }: Asked,
  work: ModelWork,
): AsyncGenerator<readonly unknown[]> {
  const { measure, factor } = asked;
  for (let k = 0; await text.has(k); k++) {
    const section = await text.get(k);
    if (k === 0) sums.bos = text.bosOf(section);
    const chosen = at === null ? null : at.section === k ? at.index : tokenAt(section, at.offset);
    let from = section.first;
    while (from < section.ids.length) {
      const request = { section, measure, most, from, at: chosen };
      const part = await heatmapPart(open.runner, open.vocabulary, request, work);
      if (measure.kind === "surprisal") addUp(part, sums);
      yield part.ids.map((id, i) => {
        const value = part.values[i];
        const { text: covered } = section.tokens[from + i];
        const place = { start: part.starts[i], end: part.ends[i] };
        return { id, text: covered, ...place, value: value === null ? null : value * factor };
      });
      from += part.ids.length;
      work.onProgress?.({ done: text.doneWith(k, section, from), total: text.length, message: "Measuring" });
    }
  }
}

function addUp({ values, bytes }: HeatmapPart, sums: Asked["sums"]): void {
  values.forEach((value, i) => {
    if (value === null) return;
    sums.nats += value;
    sums.bytes += bytes[i];
  });
}

/** The sections of an input, in order; ids are one. */
class SectionedText {
  private readonly starts: number[] = [0];
  private readonly kept = new Map<number, HeatmapSection>();

  constructor(
    private readonly session: Session,
    private readonly input: RunInput,
    private readonly most: number,
    private readonly work: ModelWork,
  ) {
    if (input.kind === "ids") requireIds(session.info, input.ids);
  }

  get length(): number {
    return this.input.kind === "ids" ? this.input.ids.length : this.input.text.length;
  }

  /** Whether there is a section k; those before it are known. */
  async has(k: number): Promise<boolean> {
    if (k > 0 && this.starts[k] === undefined) await this.get(k - 1);
    return k === 0 || (this.starts[k] ?? this.length) < this.length;
  }

  own(section: HeatmapSection): number {
    return section.ids.length - section.first;
  }

  bosOf(section: HeatmapSection): boolean {
    if (this.input.kind === "ids") return buildRunWindow(this.input, this.session.open.tokenizer, 1).bos;
    const [first] = section.tokens;
    return first !== undefined && first.special === true && first.start === first.end;
  }

  doneWith(k: number, section: HeatmapSection, index: number): number {
    return section.tokens[index]?.start ?? this.starts[k + 1] ?? this.length;
  }

  async get(k: number): Promise<HeatmapSection> {
    const { input, most, work } = this;
    const { tokenizer } = this.session.open;
    const found = this.kept.get(k);
    if (found) return found;
    if (input.kind === "ids") {
      this.starts[1] = this.length;
      const { ids, tokens } = buildRunWindow(input, tokenizer, this.session.info.nCtx);
      return { ids, tokens, first: 0 };
    }
    if (!tokenizer) {
      const next = "Give ids, or put the model's tokenizer.json beside its config.json.";
      const said = "This model has no tokenizer.json, so it cannot read text.";
      throw new CliError("no-tokenizer", said, { next });
    }
    const { text } = input;
    const { lead, from, to } = sectionAt(text, this.starts[k] ?? 0, most);
    this.starts[k + 1] = to;
    const piece = { text: text.slice(lead, to), lead: from - lead, offset: lead };
    const section = await encodeSection(tokenizer, { ...piece, bos: input.bos ?? "auto", most }, work);
    this.kept.clear();
    this.kept.set(k, section);
    return section;
  }
}
