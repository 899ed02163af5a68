/** The Attention panel: one head's pattern over a selection, and how all heads score on it. */
import type { AttentionView } from "../../protocol/attention";
import { DecodeError } from "../../protocol/decode";
import type { ModelInfo, RunWindow } from "../../protocol/model";
import type { ChosenIn } from "../focus/focus";
import { lineUpTo } from "../documents/documentTarget";
import { working } from "../messages";
import type { Services } from "../services";
import type { PanelActions } from "./hostHandlers";
import type { JobWork } from "./panelTask";
import { SelectionPanel, type Asked } from "./selectionPanel";

/** The panel; its page is in `webview/panels/attention`. */
export class AttentionPanel extends SelectionPanel<"attention"> {
  private layer = 0;
  private head = 0;

  constructor(services: Services) {
    super(services, "attention");
  }

  protected override actions(): PanelActions {
    return { ...super.actions(), chooseHead: (layer, head) => this.choose(layer, head) };
  }

  protected message(): string {
    return working.attention(this.layer, this.head);
  }

  protected compute({ request, info }: Asked, work: JobWork): Promise<AttentionView> {
    // The remembered head may come from a larger model.
    if (!hasHead(info, this.layer, this.head)) this.layer = this.head = 0;
    const { layer, head } = this;
    return this.services.engine.call("attention/view", { ...request, layer, head }, work);
  }

  protected windowOf(data: AttentionView): RunWindow {
    return data.window;
  }

  protected memory(): Record<string, number> {
    return { layer: this.layer, head: this.head };
  }

  protected recall({ layer, head }: Readonly<Record<string, unknown>>): void {
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
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

function hasHead(info: ModelInfo, layer: number, head: number): boolean {
  return layer < info.nLayers && head < info.nHeads;
}
