/** The Neurons panel: ranks neurons on a selection, shows the card of a chosen one, and colours the editor by it. */
import { CodedError, toErrorData } from "../../base/errors";
import { DecodeError } from "../../protocol/decode";
import type { RunWindow } from "../../protocol/model";
import type { EffectChoice } from "../../protocol/neuronEffects";
import type { NeuronNotes, SearchScope } from "../../protocol/neuronPanel";
import type { NeuronCard, NeuronFile, NeuronsResult, RankChoice } from "../../protocol/neurons";
import type { HostApi, NeuronsPanelData } from "../../protocol/panelApi";
import { neuronPainting } from "../decorations/neuronPainting";
import type { TokenColours } from "../decorations/tokenColours";
import { readAround, type DocumentTarget } from "../documents/documentTarget";
import { shorten } from "../documents/textTail";
import type { ChosenIn } from "../focus/focus";
import { effectTexts, searchTexts, sentence, working } from "../messages";
import { goToPlace, searchPlaces, type SearchState } from "../neurons/searchPlaces";
import type { FoundPlace } from "../neurons/topPlaces";
import { notesOf } from "../notes/notesFile";
import type { NotesStore } from "../notes/notesStore";
import type { Services } from "../services";
import type { PanelActions } from "./hostHandlers";
import { NeuronChoices } from "./neuronChoices";
import type { JobWork } from "./panelTask";
import { SelectionPanel, type Asked, type SelectionRequest } from "./selectionPanel";

/** Neurons in the list: as many as one reads. */
const listed = 24;
/** Units of a document that are scanned for a chosen neuron: a file of some 5,000 lines. */
const longestScan = 200_000;
/** Units of the selection that travel to the page. */
const longestSelection = 2000;

/** What a person may have asked for that cannot be measured. */
const mistakes = new Set(["bad-target", "no-direct-path"]);

type Note = HostApi["neurons/note"]["params"];

/** Which neuron is chosen; zero-based. */
type Chosen = NonNullable<NeuronsPanelData["chosen"]>;

/** The panel; its page is in `webview/panels/neurons`. */
export class NeuronsPanel extends SelectionPanel<"neurons"> {
  private chosen: Chosen | undefined;
  /** The layer whose neurons alone are ranked; null for all. */
  private only: number | null = null;
  private readonly choices = new NeuronChoices();
  /** Places of the last search, in the order shown. */
  private found: readonly FoundPlace[] = [];

  constructor(
    services: Services,
    private readonly colours: TokenColours,
    private readonly notes: NotesStore,
  ) {
    super(services, "neurons");
    notes.onDidChange(() => void this.readNotes());
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
      orderNeurons: (choice) => this.order(choice),
      measureEffects: (choice) => this.measure(choice),
      searchPlaces: (scope) => this.search(scope),
      goToPlace: (place) => this.goTo(place),
      keepNote: (note) => this.keepNote(note),
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
    this.choices.begin();
    const ranking = await this.rank(request, work);
    return {
      ranking,
      notes: await this.notesAbout(request.model, ranking.neurons),
      chosen: null,
      card: null,
      coloured: false,
      only: this.only,
      selection: shorten(selectedText(request), longestSelection),
      selectionLength: end - start,
      searched: "window",
    };
  }

  /** As it was ordered last; by z where this text or model cannot be ranked so. */
  private async rank(request: SelectionRequest, work: JobWork): Promise<NeuronsResult> {
    const rank = (choice: RankChoice): Promise<NeuronsResult> =>
      this.services.engine.call("neurons/rank", { ...request, k: listed, layer: this.only, choice }, work);
    try {
      return await rank(this.choices.ranked);
    } catch (error) {
      if (!(error instanceof CodedError) || !mistakes.has(error.code)) throw error;
      this.choices.ranked = { by: "z" };
      return rank(this.choices.ranked);
    }
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

  protected override settings(): Readonly<Record<string, unknown>> {
    return this.choices.stored();
  }

  protected recall(stored: Readonly<Record<string, unknown>>): void {
    const { layer, neuron, only } = stored;
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
    this.chosen = isIndex(layer) && isIndex(neuron) ? { layer, neuron } : undefined;
    this.only = isIndex(only) ? only : null;
    this.choices.recall(stored);
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
    if (!asked || !this.store.state.data) return;
    const { nLayers, dMlp } = asked.info;
    if (chosen.layer >= nLayers || chosen.neuron >= dMlp) {
      throw new DecodeError(
        "bad-field",
        `There is no neuron ${chosen.layer}.${chosen.neuron} in this model.`,
      );
    }
    this.chosen = chosen;
    this.found = [];
    this.remember();
    this.visit();
    this.change({ chosen, card: null, effects: undefined, search: undefined, searched: "window" });
    const message = working.card(chosen.layer, chosen.neuron);
    await this.task.run({ message, quietMs: 100 }, async (work) => {
      const card = await this.services.engine.call("neurons/card", { ...asked.request, ...chosen }, work);
      await this.readNotes();
      // On another text than it was computed for, a neuron has a card but no place for its colours.
      if (!changed) {
        this.paint(asked, chosen, { tokens: card.window.tokens, activations: card.activations });
        this.change({ card });
        const { file, searched } = await this.scan(asked, card, work);
        // Run on less than the document, the neuron's colours are those of the run: the rest of the file was not in it.
        if (card.window.context === "document") this.paint(asked, chosen, file);
        this.change({ card: { ...card, places: file.places }, searched });
      } else this.change({ card });
      return this.withEffects(asked, chosen, work);
    });
    this.markIfChanged();
  }

  /** Puts what is new into the data that is shown by now. */
  private change(part: Partial<NeuronsPanelData>): void {
    const { data } = this.store.state;
    if (data) this.store.update({ data: this.withColours({ ...data, ...part }) });
  }

  /** What is shown by now, as the end of a job: with what must be known of the selection. */
  private shown(): { data: NeuronsPanelData; message: string | undefined } {
    return { data: this.store.state.data as NeuronsPanelData, message: this.note };
  }

  private async withEffects(
    asked: Asked,
    chosen: Chosen,
    work: JobWork,
  ): Promise<{ data: NeuronsPanelData; message: string | undefined }> {
    const ask = { ...asked.request, ...chosen };
    const effects = await this.services.engine.call(
      "neurons/effects",
      { ...ask, choice: { ...this.rankedOn(), ...this.choices.effect } },
      work,
    );
    this.change({ effects });
    return this.shown();
  }

  /** The prediction that the ranking is about, where it is about one: then the card is about it too. */
  private rankedOn(): EffectChoice {
    const ranked = this.store.state.data?.ranking.effect;
    if (!ranked) return {};
    const { target, ablation } = ranked;
    return { position: target.position, token: target.token.id, minus: target.minus.id, ablation };
  }

  private async measure(choice: EffectChoice): Promise<void> {
    const { asked, chosen } = this;
    if (!asked || !chosen || !this.store.state.data) return;
    const before = this.choices.effect;
    const message = effectTexts.measuring(chosen.layer, chosen.neuron);
    await this.task.run({ message, quietMs: 100 }, async (work) => {
      this.choices.effect = choice;
      try {
        const measured = await this.withEffects(asked, chosen, work);
        this.remember();
        return measured;
      } catch (error) {
        this.choices.effect = before;
        return this.unlessMistaken(error);
      }
    });
    this.markIfChanged();
  }

  private async order(choice: RankChoice): Promise<void> {
    const { asked } = this;
    if (!asked || !this.store.state.data) return;
    await this.task.run({ message: working.ranking(), quietMs: 100 }, async (work) => {
      try {
        const ask = { ...asked.request, k: listed, layer: this.only, choice };
        const ranking = await this.services.engine.call("neurons/rank", ask, work);
        this.choices.ranked = choice;
        this.remember();
        this.change({ ranking });
        await this.readNotes();
        return this.shown();
      } catch (error) {
        return this.unlessMistaken(error);
      }
    });
    this.markIfChanged();
  }

  /** What cannot be measured as asked is said over what is shown, which stays. */
  private unlessMistaken(error: unknown): { data: NeuronsPanelData; message: string } {
    const { data } = this.store.state;
    if (!data || !(error instanceof CodedError) || !mistakes.has(error.code)) throw error;
    return { data, message: sentence(toErrorData(error)) };
  }

  private async search(scope: SearchScope): Promise<void> {
    const { asked, chosen } = this;
    const card = this.store.state.data?.card;
    if (!asked || !chosen || !card) return;
    const message = searchTexts.searching(chosen.layer, chosen.neuron);
    await this.task.run({ message, quietMs: 100 }, async (work) => {
      const { model, input } = asked.request;
      const sign = signOf(asked, card);
      const request = { scope, model, bos: input.bos ?? "auto", ...chosen, sign } as const;
      const show = ({ search, found }: SearchState): void => {
        this.found = found;
        this.change({ search });
      };
      show(await searchPlaces(this.services.engine, request, work, show));
      return this.shown();
    });
    this.markIfChanged();
  }

  private async goTo(place: number): Promise<void> {
    const found = this.found[place];
    if (found) await goToPlace(found);
  }

  private async keepNote({ layer, neuron, before, after }: Note): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    const { digest } = await this.services.engine.call("model/digest", { model: asked.request.model });
    await this.notes.write({ digest, layer, neuron, before, after });
    await this.readNotes();
  }

  /** Shows what the notes say by now. */
  private async readNotes(): Promise<void> {
    const { asked } = this;
    const { data } = this.store.state;
    if (!asked || !data) return;
    const shown = [...data.ranking.neurons, ...(data.chosen ? [data.chosen] : [])];
    const notes = await this.notesAbout(asked.request.model, shown);
    // Of another ranking by now: that one reads its own.
    if (this.asked === asked) this.change({ notes });
  }

  /** What the notes say of some neurons, and where they are. */
  private async notesAbout(model: string, shown: readonly Chosen[]): Promise<NeuronNotes> {
    const { file } = this.notes;
    try {
      const content = await this.notes.read();
      if (content.models.size === 0) return { of: [], file };
      const { digest } = await this.services.engine.call("model/digest", { model });
      const isShown = (one: Chosen): boolean =>
        shown.some(({ layer, neuron }) => layer === one.layer && neuron === one.neuron);
      return { of: notesOf(content, digest).filter(isShown), file };
    } catch (error) {
      return { of: [], file, problem: sentence(toErrorData(error)) };
    }
  }

  /** The neuron over the whole document, or over what lies around the selection where that is very long. */
  private async scan(
    asked: Asked,
    card: NeuronCard,
    work: JobWork,
  ): Promise<{ file: NeuronFile } & Pick<NeuronsPanelData, "searched">> {
    const { document, request } = asked;
    const { text, offset, whole } = readAround(document, request.range, longestScan);
    const { layer, neuron } = card;
    const sign = signOf(asked, card);
    const { model, range, input } = request;
    const ask = { model, text, offset, bos: input.bos ?? "auto", range, layer, neuron, sign } as const;
    const file = await this.services.engine.call("neurons/file", ask, work);
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

/** Which way counts as strong: a gated neuron may be negative on the selection. */
function signOf({ info }: Asked, { activations, driversAt }: NeuronCard): 1 | -1 {
  return info.gatedMlp && activations[driversAt] < 0 ? -1 : 1;
}

/** The selected text, as far as it was sent; "…" stands for the beginning of one that was not sent whole. */
function selectedText({ input, range }: SelectionRequest): string {
  const from = range.start - input.offset;
  return (from < 0 ? "…" : "") + input.text.slice(Math.max(0, from), range.end - input.offset);
}
