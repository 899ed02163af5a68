/** The Neurons panel: ranks neurons on a selection, shows the card of a chosen one, and colours the editor by it. */
import { CodedError, toErrorData } from "../../base/errors";
import { DecodeError } from "../../protocol/decode";
import type { RunWindow } from "../../protocol/model";
import type { EffectChoice } from "../../protocol/neuronEffects";
import type { NeuronNotes, SearchScope } from "../../protocol/neuronPanel";
import type { NeuronCard, NeuronFile, NeuronsResult, RankChoice } from "../../protocol/neurons";
import type { HostApi, NeuronsPanelData } from "../../protocol/panelApi";
import type { NeuronColours } from "../decorations/neuronColours";
import { readAround, type DocumentTarget } from "../documents/documentTarget";
import { shorten } from "../documents/textTail";
import { effectTexts, searchTexts, sentence, working } from "../messages";
import { goToPlace, searchPlaces, type SearchState } from "../neurons/searchPlaces";
import type { FoundPlace } from "../neurons/topPlaces";
import { notesOf } from "../notes/notesFile";
import type { NotesStore } from "../notes/notesStore";
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

/** What a person may have asked for that cannot be measured. */
const mistakes = new Set(["bad-target", "no-direct-path"]);

/** What holds for another text too: how neurons are taken out, and how far they are amplified. */
const keptOf = ({ ablation, strongest }: EffectChoice): EffectChoice => ({
  ...(ablation ? { ablation } : {}),
  ...(strongest === undefined ? {} : { strongest }),
});

type Note = HostApi["neurons/note"]["params"];

/** Which neuron is chosen; zero-based. */
type Chosen = NonNullable<NeuronsPanelData["chosen"]>;

/** The panel; its page is in `webview/panels/neurons`. */
export class NeuronsPanel extends SelectionPanel<"neurons"> {
  private chosen: Chosen | undefined;
  private ranked: RankChoice = { by: "z" };
  private effectChoice: EffectChoice = {};
  /** Places of the last search, in the order shown. */
  private found: readonly FoundPlace[] = [];

  constructor(
    services: Services,
    private readonly colours: NeuronColours,
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
    return { ...data, coloured: this.colours.state !== undefined };
  }

  protected override actions(): PanelActions {
    return {
      ...super.actions(),
      chooseNeuron: (layer, neuron) => this.choose({ layer, neuron }),
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

  protected async compute({ request }: Asked, work: JobWork): Promise<NeuronsPanelData> {
    this.colours.clear();
    // A position is one of the text that was run.
    this.effectChoice = keptOf(this.effectChoice);
    if (this.ranked.effect) this.ranked = { by: this.ranked.by, effect: keptOf(this.ranked.effect) };
    const ranking = await this.rank(request, work);
    return {
      ranking,
      notes: await this.notesAbout(request.model, ranking.neurons),
      chosen: null,
      card: null,
      coloured: false,
      selection: shorten(selectedText(request), longestSelection),
    };
  }

  /** As it was ordered last; by z where this text or model cannot be ranked so. */
  private async rank(request: SelectionRequest, work: JobWork): Promise<NeuronsResult> {
    const rank = (choice: RankChoice): Promise<NeuronsResult> =>
      this.services.engine.call("neurons/rank", { ...request, k: listed, choice }, work);
    try {
      return await rank(this.ranked);
    } catch (error) {
      if (!(error instanceof CodedError) || !mistakes.has(error.code)) throw error;
      this.ranked = { by: "z" };
      return rank(this.ranked);
    }
  }

  protected windowOf(data: NeuronsPanelData): RunWindow {
    return data.ranking.window;
  }

  protected memory(): Record<string, number> {
    return { ...this.chosen };
  }

  protected recall({ layer, neuron }: Readonly<Record<string, unknown>>): void {
    const isIndex = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= 0;
    this.chosen = isIndex(layer) && isIndex(neuron) ? { layer, neuron } : undefined;
  }

  protected override async restored(): Promise<void> {
    const { nLayers = 0, dMlp = 0 } = this.asked?.info ?? {};
    if (this.chosen && this.chosen.layer < nLayers && this.chosen.neuron < dMlp)
      await this.choose(this.chosen);
  }

  protected override closed(): void {
    super.closed();
    this.chosen = undefined;
    this.colours.clear();
  }

  protected override markIfChanged(): boolean {
    const changed = super.markIfChanged();
    if (changed) this.colours.clear();
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
    this.change({ chosen, card: null, effects: undefined, search: undefined });
    const message = working.card(chosen.layer, chosen.neuron);
    await this.task.run({ message, quietMs: 100 }, async (work) => {
      const card = await this.services.engine.call("neurons/card", { ...asked.request, ...chosen }, work);
      await this.readNotes();
      // On another text than it was computed for, a neuron has a card but no place for its colours.
      if (!changed) {
        this.paint(asked, chosen, { tokens: card.window.tokens, activations: card.activations });
        this.change({ card });
        const file = await this.scan(asked, card, work);
        // Run on less than the document, the neuron's colours are those of the run: the rest of the file was not in it.
        if (card.window.context === "document") this.paint(asked, chosen, file);
        this.change({ card: { ...card, places: file.places } });
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

  private async withEffects(
    asked: Asked,
    chosen: Chosen,
    work: JobWork,
  ): Promise<{ data: NeuronsPanelData }> {
    const ask = { ...asked.request, ...chosen };
    const effects = await this.services.engine.call(
      "neurons/effects",
      { ...ask, choice: { ...this.rankedOn(), ...this.effectChoice } },
      work,
    );
    this.change({ effects });
    return { data: this.store.state.data as NeuronsPanelData };
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
    const before = this.effectChoice;
    const message = effectTexts.measuring(chosen.layer, chosen.neuron);
    await this.task.run({ message, quietMs: 100 }, async (work) => {
      this.effectChoice = choice;
      try {
        return await this.withEffects(asked, chosen, work);
      } catch (error) {
        this.effectChoice = before;
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
        const ask = { ...asked.request, k: listed, choice };
        const ranking = await this.services.engine.call("neurons/rank", ask, work);
        this.ranked = choice;
        this.change({ ranking });
        await this.readNotes();
        return { data: this.store.state.data as NeuronsPanelData };
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
      return { data: this.store.state.data as NeuronsPanelData };
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
    this.change({ notes: await this.notesAbout(asked.request.model, shown) });
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
  private scan(asked: Asked, card: NeuronCard, work: JobWork): Promise<NeuronFile> {
    const { document, request } = asked;
    const { text, offset } = readAround(document, request.range, longestScan);
    const { layer, neuron } = card;
    const sign = signOf(asked, card);
    const { model, range, input } = request;
    const ask = { model, text, offset, bos: input.bos ?? "auto", range, layer, neuron, sign } as const;
    return this.services.engine.call("neurons/file", ask, work);
  }

  private paint(
    { document, version }: Asked,
    chosen: Chosen,
    on: Pick<NeuronFile, "tokens" | "activations">,
  ): void {
    const { tokens, activations } = on;
    this.colours.show({ uri: document.uri.toString(), version, tokens, activations, ...chosen });
  }
}

/** Which way counts as strong: a gated neuron may be negative on the selection. */
function signOf({ info }: Asked, { activations, driversAt }: NeuronCard): 1 | -1 {
  return info.gatedMlp && activations[driversAt] < 0 ? -1 : 1;
}

/** The selected text, as far as it was sent. */
function selectedText({ input, range }: SelectionRequest): string {
  return input.text.slice(Math.max(0, range.start - input.offset), range.end - input.offset);
}
