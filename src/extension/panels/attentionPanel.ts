/** The Attention panel: one head's pattern over a selection, and how all heads score on it. */
import type { HeadsScoredOn } from "../../protocol/attention";
import type { BlockMode } from "../../protocol/attentionEdge";
import { DecodeError } from "../../protocol/decode";
import type { ModelInfo, RunWindow } from "../../protocol/model";
import type { AttentionPanelData, ChosenEdge } from "../../protocol/panelApi";
import { lineUpTo } from "../documents/documentTarget";
import type { ChosenIn } from "../focus/focus";
import { working } from "../messages";
import type { Services } from "../services";
import type { PanelActions } from "./hostHandlers";
import type { JobWork } from "./panelTask";
import { SelectionPanel, type Asked } from "./selectionPanel";

/** The panel; its page is in `webview/panels/attention`. */
export class AttentionPanel extends SelectionPanel<"attention"> {
  private layer = 0;
  private head = 0;
  private scoredOn: HeadsScoredOn = "text";

  constructor(services: Services) {
    super(services, "attention");
  }

  protected override actions(): PanelActions {
    return {
      ...super.actions(),
      chooseHead: (layer, head) => this.choose(layer, head),
      scoreHeads: async (on) => {
        this.scoredOn = on;
        await this.choose(this.layer, this.head);
      },
      chooseEdge: (query, key) => this.chooseEdge(query, key),
      blockEdge: (softmax, against) => this.block(softmax, against),
    };
  }

  protected message(): string {
    return working.attention(this.layer, this.head);
  }

  protected compute({ request, info }: Asked, work: JobWork): Promise<AttentionPanelData> {
    // The remembered head may come from a larger model.
    if (!hasHead(info, this.layer, this.head)) this.layer = this.head = 0;
    const { layer, head, scoredOn } = this;
    return this.services.engine.call("attention/view", { ...request, layer, head, scoredOn }, work);
  }

  protected windowOf(data: AttentionPanelData): RunWindow {
    return data.window;
  }

  protected memory(): Record<string, number> {
    return { layer: this.layer, head: this.head, repeated: this.scoredOn === "repeated" ? 1 : 0 };
  }

  protected recall({ layer, head, repeated }: Readonly<Record<string, unknown>>): void {
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
    this.scoredOn = repeated === 1 ? "repeated" : "text";
    if (isIndex(layer) && isIndex(head)) [this.layer, this.head] = [layer, head];
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
    const { layer, head } = data.pattern;
    const edge: ChosenEdge = { layer, head, query, key, why: null, blocks: {} };
    const { model, input } = asked.request;
    const at = { model, input, layer, head, query, key };
    await this.ask(edge, working.why(edgeName(edge)), async (work) => {
      const why = await this.services.engine.call("attention/why", { ...at, top: pairsListed }, work);
      return { ...edge, why };
    });
  }

  /** Blocks the chosen edge. */
  private async block(softmax: BlockMode, against: number | undefined): Promise<void> {
    const { asked } = this;
    const edge = this.store.state.data?.edge;
    if (!asked || !edge) return;
    const { model, input } = asked.request;
    const { layer, head, query, key } = edge;
    const params = {
      model,
      input,
      layer,
      head,
      query,
      key,
      softmax,
      ...(against === undefined ? {} : { against }),
    };
    await this.ask(edge, working.block(edgeName(edge)), async (work) => {
      const block = await this.services.engine.call("attention/block", params, work);
      return { ...edge, blocks: { ...edge.blocks, [softmax]: block } };
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
      data: { ...data, edge: await find(work) },
      message: this.note,
    }));
    this.markIfChanged();
  }

  private async choose(layer: number, head: number): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    if (!hasHead(asked.info, layer, head)) {
      throw new DecodeError("bad-field", `There is no head ${layer}.${head} in this model.`);
    }
    [this.layer, this.head] = [layer, head];
    this.remember();
    this.visit();
    await this.task.run({ message: this.message(), quietMs: 150 }, async (work) => ({
      data: await this.compute(asked, work),
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
