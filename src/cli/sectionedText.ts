/** An input of any length in the sections that it is measured in; ids and chats are one. */
import type { HeatmapSection } from "../analysis/heatmap/window";
import { sectionAt } from "../base/sections";
import { chatWindow, type ChatWindow } from "../engine/chat";
import { encodeSection } from "../engine/heatmapSections";
import { buildRunWindow } from "../engine/window";
import type { RunInput, RunWindow, TokenInfo } from "../protocol/model";
import type { TextTokenizer } from "../tokenizer/textTokenizer";
import { CliError } from "./cliError";
import type { ModelWork } from "./command";
import { requireIds, type CliInput, type Session } from "./session";

/** The sections of an input, in order. A prefix is read together with the text; its tokens are context alone. */
export class SectionedText {
  private readonly starts: number[] = [0];
  private readonly kept = new Map<number, HeatmapSection>();
  /** The only section of ids and chats. */
  private readonly whole: HeatmapSection | null;
  private readonly text: string;
  /** UTF-16 units before the text. */
  private readonly skipped: number;
  private known: ChatWindow | Pick<RunWindow, "bos">;

  constructor(
    private readonly session: Session,
    private readonly input: CliInput,
    private readonly most: number,
    private readonly work: ModelWork,
  ) {
    const { context } = input.kind === "text" ? input : {};
    const prefix = context?.kind === "prefix" ? context.prefix : "";
    this.skipped = prefix.length;
    this.text = input.kind === "text" ? prefix + input.text : "";
    this.known = input.kind === "text" ? { bos: false } : wholeOf(session, input);
    this.whole = "ids" in this.known ? sectionOf(this.known as RunWindow) : null;
  }

  /** What was run, once the first section was read. */
  get ran(): ChatWindow | Pick<RunWindow, "bos"> {
    return "mode" in this.known ? this.known : { bos: this.known.bos };
  }

  get length(): number {
    return this.whole ? this.whole.ids.length : this.text.length;
  }

  /** Whether there is a section k; those before it are known. */
  async has(k: number): Promise<boolean> {
    if (k > 0 && this.starts[k] === undefined) await this.get(k - 1);
    return k === 0 || (this.starts[k] ?? this.length) < this.length;
  }

  /** Index of a section's first token that is of the text. */
  firstOf({ first, tokens }: HeatmapSection): number {
    if (this.skipped === 0) return first;
    let from = first;
    while (from < tokens.length && tokens[from].end <= this.skipped) from++;
    return from;
  }

  /** How many tokens of the text a section has. */
  own(section: HeatmapSection): number {
    return section.ids.length - this.firstOf(section);
  }

  /** What a token covers of the text, and where; of one that reaches into the prefix only its part in the text. */
  shown({ text, start, end }: TokenInfo): Pick<TokenInfo, "text" | "start" | "end"> {
    const { skipped } = this;
    if (skipped === 0) return { text, start, end };
    const from = Math.max(start, skipped);
    return {
      text: from > start ? this.text.slice(from, end) : text,
      start: from - skipped,
      end: end - skipped,
    };
  }

  doneWith(k: number, section: HeatmapSection, index: number): number {
    return section.tokens[index]?.start ?? this.starts[k + 1] ?? this.length;
  }

  async get(k: number): Promise<HeatmapSection> {
    const { input, most, work, text } = this;
    const found = this.kept.get(k);
    if (found) return found;
    if (this.whole) {
      this.starts[1] = this.length;
      return this.whole;
    }
    const tokenizer = tokenizerOf(this.session);
    const { lead, from, to } = sectionAt(text, this.starts[k] ?? 0, most);
    this.starts[k + 1] = to;
    const piece = { text: text.slice(lead, to), lead: from - lead, offset: lead };
    const bos = (input.kind === "text" ? input.bos : undefined) ?? "auto";
    const section = await encodeSection(tokenizer, { ...piece, bos, most }, work);
    if (k === 0) this.known = { bos: beginsWithBos(section) };
    this.kept.clear();
    this.kept.set(k, section);
    return section;
  }
}

function wholeOf(session: Session, input: Exclude<CliInput, { kind: "text" }>): ChatWindow | RunWindow {
  if (input.kind === "chat") return chatWindow(session.open, input.messages);
  requireIds(session.info, input.ids);
  return buildRunWindow(input satisfies RunInput, session.open.tokenizer, session.info.nCtx);
}

function sectionOf({ ids, tokens }: RunWindow): HeatmapSection {
  return { ids, tokens, first: 0 };
}

function beginsWithBos({ tokens }: HeatmapSection): boolean {
  const [first] = tokens;
  return first !== undefined && first.special === true && first.start === first.end;
}

function tokenizerOf({ open }: Session): TextTokenizer {
  if (open.tokenizer) return open.tokenizer;
  const next = "Give ids, or put the model's tokenizer.json beside its config.json.";
  const said = "This model has no tokenizer.json, so it cannot read text.";
  throw new CliError("no-tokenizer", said, { next });
}
