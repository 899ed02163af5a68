/** The Attention panel: one head's pattern over a selection, and how all heads score on it. */
import type { HeadsScoredOn } from "../../protocol/attention";
import type { BlockParams } from "../../protocol/attentionEdge";
import { DecodeError } from "../../protocol/decode";
import type { WrittenTokens } from "../../protocol/engineApi";
import type { ModelInfo, RunInput, RunWindow } from "../../protocol/model";
import type { AttentionPanelData, ChosenEdge } from "../../protocol/panelApi";
import { lineUpTo } from "../documents/documentTarget";
import type { ChosenIn } from "../focus/focus";
import { working } from "../messages";
import type { Services } from "../services";
import type { PanelActions } from "./hostHandlers";
import type { Heatmap } from "../heatmap/heatmap";
import { inputOf, roomFor, write, writtenOf } from "./attentionWriting";
import { KeptEdge } from "./keptEdge";
import { KeptWriting } from "./keptWriting";
import type { JobWork } from "./panelTask";
import { SelectionPanel, type Asked } from "./selectionPanel";

/** The panel; its page is in `webview/panels/attention`. */
export class AttentionPanel extends SelectionPanel<"attention"> {
  private layer = 0;
  private head = 0;
  private scoredOn: HeadsScoredOn = "text";
  /** Where the row begins that colours the editor, once one does. */
  private colouredAt: number | undefined;
  private readonly edge = new KeptEdge();
  private readonly writing = new KeptWriting();

  constructor(
    services: Services,
    private readonly heatmap: Heatmap,
  ) {
    super(services, "attention");
    heatmap.onDidLink((at) => this.coloursChanged(at));
  }

  protected override actions(): PanelActions {
    return {
      ...super.actions(),
      chooseHead: (layer, head) => this.choose(layer, head),
      scoreHeads: async (on) => {
        this.scoredOn = on;
        await this.choose(this.layer, this.head);
      },
      continueText: (tokens) => this.continueText(tokens),
      colourRow: (query, start) => this.colourRow(query, start),
      chooseEdge: (query, key) => this.chooseEdge(query, key),
      blockEdge: (params) => this.block(params),
    };
  }

  protected message(): string {
    return working.attention(this.layer, this.head);
  }

  protected compute(asked: Asked, work: JobWork): Promise<AttentionPanelData> {
    this.edge.begin();
    this.writing.begin();
    this.remember();
    return this.view(asked, undefined, work);
  }

  private async view(
    { request, info, document }: Asked,
    written: WrittenTokens | undefined,
    work: JobWork,
  ): Promise<AttentionPanelData> {
    // The remembered head may come from a larger model.
    if (!hasHead(info, this.layer, this.head)) this.layer = this.head = 0;
    const { layer, head, scoredOn } = this;
    const params = { ...request, layer, head, scoredOn, ...(written ? { written } : {}) };
    const view = await this.services.engine.call("attention/view", params, work);
    return { ...view, coloured: this.heatmap.linked === document };
  }

  protected windowOf(data: AttentionPanelData): RunWindow {
    return data.window;
  }

  protected memory(): Record<string, number> {
    return { layer: this.layer, head: this.head, repeated: this.scoredOn === "repeated" ? 1 : 0 };
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { ...this.edge.stored(), ...this.writing.stored() };
  }

  protected recall(stored: Readonly<Record<string, unknown>>): void {
    const { layer, head, repeated } = stored;
    this.edge.recall(stored);
    this.writing.recall(stored);
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
    this.scoredOn = repeated === 1 ? "repeated" : "text";
    if (isIndex(layer) && isIndex(head)) [this.layer, this.head] = [layer, head];
  }

  protected override async restored(): Promise<void> {
    const { value, blocks } = this.edge;
    await this.writeAgain();
    const nIds = this.store.state.data?.window.ids.length ?? 0;
    if (!value || value.query >= nIds || value.key >= nIds) return;
    await this.chooseEdge(value.query, value.key);
    for (const block of blocks) await this.block(block);
  }

  /** Shows what was written behind this very text, without writing it anew. */
  private async writeAgain(): Promise<void> {
    const { asked } = this;
    const { data } = this.store.state;
    const written = asked && data && this.writing.behind(asked.request.model, data.window.ids);
    if (!written) return;
    await this.task.run({ message: this.message(), quietMs: 150 }, async (work) => ({
      data: await this.view(asked, written, work),
      message: this.note,
    }));
  }

  /** The head of that layer, with the token as query: on the selection where it lies in it, else on its line up to it. */
  protected async follow({ uri, start, end, layer }: ChosenIn): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    if (layer !== null && layer < asked.info.nLayers) this.layer = layer;
    const { range } = asked.request;
    const inside = asked.document.uri.toString() === uri && start >= range.start && end <= range.end;
    if (inside) await this.choose(this.layer, this.head);
    else await this.look(await lineUpTo({ uri, start, end }));
    this.store.update({ chosen: { start, end } });
  }

  /** Takes one edge of the shown head apart. */
  private async chooseEdge(query: number, key: number): Promise<void> {
    const { asked } = this;
    const { data } = this.store.state;
    if (!asked || !data) return;
    const nIds = data.window.ids.length;
    if (query >= nIds || key >= nIds)
      throw new DecodeError("bad-field", `There is no edge from ${query} to ${key} among ${nIds} tokens.`);
    this.edge.choose({ query, key });
    this.remember();
    const { layer, head } = data.pattern;
    const edge: ChosenEdge = { layer, head, query, key, why: null, blocks: {} };
    const at = { ...this.runOf(asked, data), layer, head, query, key };
    await this.ask(edge, working.why(edgeName(edge)), async (work) => {
      const why = await this.services.engine.call("attention/why", { ...at, top: pairsListed }, work);
      return { ...edge, why };
    });
  }

  /** Blocks the chosen edge. */
  private async block(how: BlockParams): Promise<void> {
    const { asked } = this;
    const { data } = this.store.state;
    const edge = data?.edge;
    if (!asked || !edge) return;
    const { layer, head, query, key } = edge;
    const params = {
      ...this.runOf(asked, data),
      layer,
      head,
      query,
      key,
      ...how,
    };
    await this.ask(edge, working.block(edgeName(edge)), async (work) => {
      const block = await this.services.engine.call("attention/block", params, work);
      this.edge.blocked(how);
      this.remember();
      return { ...edge, blocks: { ...edge.blocks, [how.softmax]: block } };
    });
  }

  /** Asks about an edge of what is shown; the edge as far as it is known stands there meanwhile. */
  private async ask(
    edge: ChosenEdge,
    message: string,
    find: (work: JobWork) => Promise<ChosenEdge>,
  ): Promise<void> {
    const { data } = this.store.state;
    if (!data) return;
    this.store.update({ data: { ...data, edge } });
    await this.task.run({ message, quietMs: 150 }, async (work) => ({
      data: await this.withEdge(find(work), data),
      message: this.note,
    }));
    this.markIfChanged();
  }

  private runOf({ request }: Asked, data: AttentionPanelData): { model: string; input: RunInput } {
    return { model: request.model, input: inputOf(data, request.input) };
  }

  /** Has the model write behind the text; then everything is read once more, in one run over all of it. */
  private async continueText(wanted: number): Promise<void> {
    const { asked } = this;
    const { data } = this.store.state;
    const tokens = asked && data ? Math.min(wanted, roomFor(data, asked.info.nCtx)) : 0;
    if (!asked || !data || tokens === 0) return;
    const onMore = (view: AttentionPanelData): void =>
      this.store.update({ data: { ...view, coloured: this.store.state.data?.coloured ?? false } });
    await this.task.run({ message: working.writing(0, tokens) }, async (work) => {
      const { model } = asked.request;
      const writing = { view: data, model, tokens, says: working.writing, onMore };
      const made = await write(this.services, writing, work);
      const whole = await this.view(asked, writtenOf(made), work);
      return { data: { ...whole, ...(data.edge ? { edge: data.edge } : {}) }, message: this.note };
    });
    // What was written until one cancelled it stays.
    const shown = this.store.state.data;
    if (shown) this.writing.keep(asked.request.model, shown);
    this.remember();
    this.markIfChanged();
  }

  /** Colours the document by a row of the shown head, or moves the colours where it has them. */
  private async colourRow(query: number, start: boolean): Promise<void> {
    const { data } = this.store.state;
    const token = data?.window.tokens[query];
    const { document } = this.asked ?? {};
    if (!data || !token || !document || token.prefix || token.end <= token.start) return;
    const { layer, head } = data.pattern;
    this.colouredAt = token.start;
    const place = { document, at: token.start, layer, head };
    if (start) await this.heatmap.link(place);
    else this.heatmap.move(place);
  }

  /** The colours were put on, taken off, or moved with the cursor: then its token is the row that is shown. */
  private coloursChanged(at: number | undefined): void {
    const { data } = this.store.state;
    if (!data) return;
    const coloured = this.asked !== undefined && this.heatmap.linked === this.asked.document;
    if (coloured !== (data.coloured ?? false)) this.store.update({ data: { ...data, coloured } });
    if (at === undefined || !coloured) return;
    this.colouredAt = at;
    this.store.update({ chosen: { start: at, end: at + 1 } });
  }

  /** What is shown by then, with the edge: meanwhile the editor's colours may have been taken off. */
  private async withEdge(found: Promise<ChosenEdge>, asked: AttentionPanelData): Promise<AttentionPanelData> {
    const edge = await found;
    return { ...asked, coloured: this.store.state.data?.coloured ?? false, edge };
  }

  private async choose(layer: number, head: number): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    if (!hasHead(asked.info, layer, head)) {
      throw new DecodeError("bad-field", `There is no head ${layer}.${head} in this model.`);
    }
    [this.layer, this.head] = [layer, head];
    this.edge.choose(undefined);
    this.remember();
    this.visit();
    if (this.asked && this.colouredAt !== undefined)
      this.heatmap.move({ document: asked.document, at: this.colouredAt, layer, head });
    const { data } = this.store.state;
    const written = data && writtenOf(data);
    await this.task.run({ message: this.message(), quietMs: 150 }, async (work) => ({
      data: await this.view(asked, written, work),
      message: this.note,
    }));
    this.markIfChanged();
  }
}

/** Pairs of parts that a page gets; the others are summed up in the engine. */
const pairsListed = 40;

const edgeName = ({ layer, head, query, key }: ChosenEdge): string => `${layer}.${head} ${query}→${key}`;

function hasHead(info: ModelInfo, layer: number, head: number): boolean {
  return layer < info.nLayers && head < info.nHeads;
}
