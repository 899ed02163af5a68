/** The Neurons panel: ranks neurons on a selection, shows the card of a chosen one, and colours the editor by it. */
import { DecodeError } from "../../protocol/decode";
import type { RunWindow } from "../../protocol/model";
import type { NeuronCard, NeuronFile } from "../../protocol/neurons";
import type { NeuronsPanelData } from "../../protocol/panelApi";
import { neuronPainting } from "../decorations/neuronPainting";
import type { TokenColours } from "../decorations/tokenColours";
import { readAround, type DocumentTarget } from "../documents/documentTarget";
import { shorten } from "../documents/textTail";
import type { ChosenIn } from "../focus/focus";
import { working } from "../messages";
import type { Services } from "../services";
import type { PanelActions } from "./hostHandlers";
import type { JobWork } from "./panelTask";
import { SelectionPanel, type Asked, type SelectionRequest } from "./selectionPanel";

/** Neurons in the list: as many as one reads. */
const listed = 24;
/** Units of a document that are scanned for a chosen neuron: a file of some 5,000 lines. */
const longestScan = 200_000;
/** Units of the selection that travel to the page. */
const longestSelection = 2000;

/** Which neuron is chosen; zero-based. */
type Chosen = NonNullable<NeuronsPanelData["chosen"]>;

/** The panel; its page is in `webview/panels/neurons`. */
export class NeuronsPanel extends SelectionPanel<"neurons"> {
  private chosen: Chosen | undefined;
  /** The layer whose neurons alone are ranked; null for all. */
  private only: number | null = null;

  constructor(
    services: Services,
    private readonly colours: TokenColours,
  ) {
    super(services, "neurons");
    colours.onDidClear(() => {
      const { data } = this.store.state;
      if (data) this.store.update({ data: this.withColours(data) });
    });
  }

  private withColours(data: NeuronsPanelData): NeuronsPanelData {
    return { ...data, coloured: this.colours.kind === "neuron" };
  }

  protected override actions(): PanelActions {
    return {
      ...super.actions(),
      chooseNeuron: (layer, neuron) => this.choose({ layer, neuron }),
      chooseLayer: (layer) => this.rankOnly(layer),
    };
  }

  protected message(): string {
    return working.ranking();
  }

  override async look(target: DocumentTarget): Promise<boolean> {
    this.chosen = undefined;
    return super.look(target);
  }

  /** Looks at a range, then colours the text by the first neuron of the ranking. */
  async lookAndColour(target: DocumentTarget): Promise<void> {
    if (!(await this.look(target))) return;
    const [first] = this.store.state.data?.ranking.neurons ?? [];
    if (first) await this.choose({ layer: first.layer, neuron: first.neuron });
  }

  protected async compute({ request, info }: Asked, work: JobWork): Promise<NeuronsPanelData> {
    const { start, end } = request.range;
    this.colours.clear("neuron");
    // The remembered layer may come from a larger model.
    if (this.only !== null && this.only >= info.nLayers) this.only = null;
    const layer = this.only;
    const ranking = await this.services.engine.call("neurons/rank", { ...request, k: listed, layer }, work);
    return {
      ranking,
      chosen: null,
      card: null,
      coloured: false,
      only: layer,
      selection: shorten(selectedText(request), longestSelection),
      selectionLength: end - start,
      searched: "window",
    };
  }

  protected windowOf(data: NeuronsPanelData): RunWindow {
    return data.ranking.window;
  }

  protected memory(): Record<string, number> {
    return { ...this.chosen, ...(this.only === null ? {} : { only: this.only }) };
  }

  /** The neurons of that layer on that token. */
  protected async follow({ uri, start, end, layer }: ChosenIn): Promise<void> {
    if (!this.asked || start >= end) return;
    this.only = layer;
    await this.look({ uri, start, end });
  }

  private async rankOnly(layer: number | null): Promise<void> {
    const { asked } = this;
    if (!asked || layer === this.only) return;
    if (layer !== null && layer >= asked.info.nLayers) {
      throw new DecodeError("bad-field", `There is no layer ${layer} in this model.`);
    }
    this.only = layer;
    const { range } = asked.request;
    await this.look({ uri: asked.document.uri.toString(), ...range });
  }

  protected recall({ layer, neuron, only }: Readonly<Record<string, unknown>>): void {
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
    this.chosen = isIndex(layer) && isIndex(neuron) ? { layer, neuron } : undefined;
    this.only = isIndex(only) ? only : null;
  }

  protected override async restored(): Promise<void> {
    const { nLayers = 0, dMlp = 0 } = this.asked?.info ?? {};
    if (this.chosen && this.chosen.layer < nLayers && this.chosen.neuron < dMlp)
      await this.choose(this.chosen);
  }

  protected override closed(): void {
    super.closed();
    this.chosen = undefined;
    this.colours.clear("neuron");
  }

  protected override markIfChanged(): boolean {
    const changed = super.markIfChanged();
    if (changed) this.colours.clear("neuron");
    return changed;
  }

  private async choose(chosen: Chosen): Promise<void> {
    const changed = this.markIfChanged();
    const { asked } = this;
    const data = this.store.state.data;
    if (!asked || !data) return;
    const { nLayers, dMlp } = asked.info;
    if (chosen.layer >= nLayers || chosen.neuron >= dMlp) {
      throw new DecodeError(
        "bad-field",
        `There is no neuron ${chosen.layer}.${chosen.neuron} in this model.`,
      );
    }
    this.chosen = chosen;
    this.remember();
    this.visit();
    this.store.update({ data: { ...data, chosen, card: null, searched: "window" } });
    const message = working.card(chosen.layer, chosen.neuron);
    await this.task.run({ message, quietMs: 100 }, async (work) => {
      const card = await this.services.engine.call("neurons/card", { ...asked.request, ...chosen }, work);
      // On another text than it was computed for, a neuron has a card but no place for its colours.
      if (changed) return { data: { ...data, chosen, card, searched: "window" }, message: this.note };
      this.paint(asked, chosen, { tokens: card.window.tokens, activations: card.activations });
      this.store.update({ data: this.withColours({ ...data, chosen, card, searched: "window" }) });
      const { file, searched } = await this.scan(asked, card, work);
      // Run on less than the document, the neuron's colours are those of the run: the rest of the file was not in it.
      if (card.window.context === "document") this.paint(asked, chosen, file);
      const { places } = file;
      return {
        data: this.withColours({ ...data, chosen, card: { ...card, places }, searched }),
        message: this.note,
      };
    });
    this.markIfChanged();
  }

  /** The neuron over the whole document, or over what lies around the selection where that is very long. */
  private async scan(
    { document, request, info }: Asked,
    card: NeuronCard,
    work: JobWork,
  ): Promise<{ file: NeuronFile } & Pick<NeuronsPanelData, "searched">> {
    const { text, offset, whole } = readAround(document, request.range, longestScan);
    const { layer, neuron, driversAt, activations } = card;
    const sign = info.gatedMlp && activations[driversAt] < 0 ? -1 : 1;
    const { model, range, input } = request;
    const asked = { model, text, offset, bos: input.bos ?? "auto", range, layer, neuron, sign } as const;
    const file = await this.services.engine.call("neurons/file", asked, work);
    return { file, searched: whole ? "file" : "part" };
  }

  private paint(
    { document, version }: Asked,
    chosen: Chosen,
    on: Pick<NeuronFile, "tokens" | "activations">,
  ): void {
    const { tokens, activations } = on;
    const uri = document.uri.toString();
    this.colours.show(neuronPainting({ uri, version, tokens, activations, ...chosen }));
  }
}

/** The selected text, as far as it was sent; "…" stands for the beginning of one that was not sent whole. */
function selectedText({ input, range }: SelectionRequest): string {
  const from = range.start - input.offset;
  return (from < 0 ? "…" : "") + input.text.slice(Math.max(0, from), range.end - input.offset);
}
