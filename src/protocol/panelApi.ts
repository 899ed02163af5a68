/** Page ↔ extension host: what a page may ask, and the complete snapshots it is sent. */
import type { ErrorData } from "../base/errors";
import type { AttentionView, HeadsScoredOn } from "./attention";
import type { AttentionEdge, BlockMode, BlockParams, EdgeBlock, WhyAttention } from "./attentionEdge";
import type { DirectionHostApi, DirectionPanelData } from "./directionPanel";
import type { Experiment, SteerResult, SteerStep } from "./edit";
import type { OffsetRange } from "./engineApi";
import type { ChosenPlace, Pointed } from "./focus";
import type { HeatmapPanelData } from "./heatmapPanel";
import type { LensKind } from "./lensFile";
import type { LensMark, LensPanelData } from "./lensPanel";
import type { Made } from "./made";
import type { ModelInfo, RunContext } from "./model";
import type { EffectChoice, NeuronEffects } from "./neuronEffects";
import type { NeuronNote, NeuronNotes, NeuronSearch, SearchScope } from "./neuronPanel";
import type { NeuronCard, NeuronsResult, RankChoice } from "./neurons";
import type { PatchChoice, PatchRan, PatchResult } from "./patch";
import type { RaspHostApi, RaspPanelData } from "./raspPanel";
import type { SweepHostApi, SweepPanelData } from "./sweepPanel";
import type { LogUnit } from "./logUnit";
import type { MapHostApi, MapPanelData } from "./textMapPanel";

/** The panels there are. */
export type PanelId =
  | "lens"
  | "neurons"
  | "attention"
  | "steering"
  | "patch"
  | "rasp"
  | "direction"
  | "sweep"
  | "heatmap"
  | "map";

/** Those whose pictures can be saved as a view. */
export type ModelPanelId = Exclude<PanelId, "rasp">;

/** What a panel runs its texts behind. The prefix is kept while another context is chosen. */
export interface RunChoice {
  readonly context: RunContext["kind"];
  readonly prefix: string;
}

/** What every panel's snapshot carries beside its own data. `status` "ready" means that `data` is current. */
export interface PanelState<Data> {
  /** Grows with every snapshot; a page never paints an older one over a newer one. */
  readonly seq: number;
  readonly status: "empty" | "loading" | "ready" | "stale" | "error";
  /**
   * For "empty": what to do; for "loading": what is being done, with `progress` in 0 … 1 where known; for "stale": why;
   * for "ready": what must be known to read the data, such as that only a part of the selection was used.
   */
  readonly message?: string;
  readonly progress?: number;
  readonly error?: ErrorData;
  readonly model?: ModelInfo;
  /** What the next run is behind, for panels where that can be chosen; what the data was run behind is in its window. */
  readonly run?: RunChoice;
  /** The unit that log-probabilities, entropies and divergences are shown in, for panels that have some; data are in nats. */
  readonly unit?: LogUnit;
  /** Name of the document the data came from. */
  readonly document?: string;
  /** The token that was chosen last in any panel, where it is one of this panel's document. */
  readonly chosen?: OffsetRange;
  /** What `data` was made of. */
  readonly made?: Made;
  /** Present where the data comes from a saved view: nothing is run, and the page changes nothing. */
  readonly saved?: SavedState;
  /** The last good data; kept while loading ("stale" or "loading") so that nothing flickers. */
  readonly data?: Data;
}

/** What can be done with a saved view: its model is the chosen one, another is, or that is not known yet. */
export interface SavedState {
  readonly live: "ready" | "other-model" | "unknown";
}

/** Data of the neurons panel: the ranked list, and the card of the chosen neuron once it is there. */
export interface NeuronsPanelData {
  readonly ranking: NeuronsResult;
  readonly chosen: { readonly layer: number; readonly neuron: number } | null;
  readonly card: NeuronCard | null;
  /** Whether the editor has the chosen neuron's colours now. */
  readonly coloured: boolean;
  /** The text that was selected; "…" stands where it is shortened. */
  readonly selection: string;
  /** The layer whose neurons alone are ranked; null for all. */
  readonly only: number | null;
  /** UTF-16 units that were selected. */
  readonly selectionLength: number;
  /** Where the card's places were looked for: in the window that was run, in a part of a long file, or all over it. */
  readonly searched: "window" | "part" | "file";
  /** What the chosen neuron does to a prediction, once that is known. */
  readonly effects?: NeuronEffects;
  /** The last search for places of the chosen neuron. */
  readonly search?: NeuronSearch;
  readonly notes?: NeuronNotes;
}

/** One edge that was chosen in the attention panel, and what was asked about it so far. */
export interface ChosenEdge extends AttentionEdge {
  readonly why: WhyAttention | null;
  /** What each kind of block changed, where it was asked for. */
  readonly blocks: Readonly<Partial<Record<BlockMode, EdgeBlock>>>;
}

/** Data of the attention panel. */
export interface AttentionPanelData extends AttentionView {
  readonly edge?: ChosenEdge;
  /** Whether the editor has a row's colours now, and follows the row and head that are chosen here. */
  readonly coloured?: boolean;
}

/** A strength that was dragged to: texts and distribution, without controls. */
export interface SteeringPanelStep {
  readonly scale: number;
  readonly ran: SteerStep;
}

/** How a person wants the shown experiment run again; what is left out stays as it is. */
export interface SteeringAgain {
  readonly scale: number;
  /** How many texts of each are drawn, and at which temperature. */
  readonly samples?: number;
  readonly temperature?: number;
}

/** Data of the steering panel. */
export interface SteeringPanelData {
  readonly experiment: Experiment;
  readonly result: SteerResult | null;
  /** Where the strength is dragged to; left out while it stands where the result is. */
  readonly step?: SteeringPanelStep;
  /** File the experiment was saved to, as shown to the reader. */
  readonly file: string | null;
}

/** Data of the patch panel. */
export interface PatchPanelData extends PatchResult, PatchRan {}

/** Which data belongs to which panel. */
export interface PanelData {
  lens: LensPanelData;
  neurons: NeuronsPanelData;
  attention: AttentionPanelData;
  steering: SteeringPanelData;
  patch: PatchPanelData;
  rasp: RaspPanelData;
  direction: DirectionPanelData;
  sweep: SweepPanelData;
  heatmap: HeatmapPanelData;
  map: MapPanelData;
}

/** What a page may ask of the host. A page never names a command. */
export interface HostApi extends RaspHostApi, DirectionHostApi, SweepHostApi, MapHostApi {
  /** The page is up; the host answers with the current snapshot. */
  "page/ready": { params: Record<string, never>; result: PanelState<PanelData[PanelId]> };
  /** The page failed and is to be loaded anew; `reason` goes into the log. */
  "page/reload": { params: { reason: string }; result: null };
  "model/choose": { params: Record<string, never>; result: null };
  /** Tries the last request again, for example after an error. */
  "page/retry": { params: Record<string, never>; result: null };
  /** The one example an empty panel offers: the host opens the bundled sample and shows this panel's result for it. */
  "page/example": { params: Record<string, never>; result: null };
  /** Stops what the panel is waiting for. */
  "page/cancel": { params: Record<string, never>; result: null };
  /** Runs this panel's texts behind something else, now and from now on. */
  "run/choose": { params: RunChoice; result: null };
  /** Shows log-probabilities, entropies and divergences in another unit, in every panel and in the editor. */
  "unit/choose": { params: { unit: LogUnit }; result: null };
  /** Reads the Lens through another lens, now and from now on. */
  "lens/choose": { params: { kind: LensKind }; result: null };
  /** Asks the person which file the model's trained lens is; a page never names a file. */
  "lens/file": { params: Record<string, never>; result: null };
  /** Selects a range of the document the panel shows; UTF-16 offsets. */
  "editor/reveal": { params: { start: number; end: number }; result: null };
  /** A token of the panel's document is pointed at (or none any more): it is marked everywhere. */
  "focus/point": { params: { range: OffsetRange | null }; result: null };
  /** A token was chosen, with a layer where one was: the other panels follow. */
  "focus/choose": { params: ChosenPlace; result: null };
  /** Follows the token that a text is through the rows of the lens; refused where it is not one token. */
  "lens/follow": { params: { text: string }; result: null };
  /** Follows a token, or follows it no longer. */
  "lens/toggle": { params: { id: number }; result: null };
  /** Keeps the lens that is shown beside later ones, or lets go of it. */
  "lens/pin": { params: { on: boolean }; result: null };
  /** Switches a mark in the editor. */
  "lens/mark": { params: { mark: LensMark; on: boolean }; result: null };
  /** Ranks the neurons of one layer, or of all. */
  "neurons/only": { params: { layer: number | null }; result: null };
  "neurons/choose": { params: { layer: number; neuron: number }; result: null };
  /** Ranks anew, by another number or prediction. */
  "neurons/order": { params: RankChoice; result: null };
  /** Measures the chosen neuron's effects on another prediction. */
  "neurons/effects": { params: EffectChoice; result: null };
  /** Searches files for strong places of the chosen neuron. */
  "neurons/search": { params: { scope: SearchScope }; result: null };
  /** Shows a place that the last search found, by its number in the list. */
  "neurons/place": { params: { place: number }; result: null };
  /** Keeps a note; `before` is what the page was told it was. Answered when it is kept. */
  "neurons/note": {
    params: { layer: number; neuron: number; before: NeuronNote; after: NeuronNote };
    result: null;
  };
  /** Takes the colours off the editor. */
  "editor/clear": { params: Record<string, never>; result: null };
  "attention/choose": { params: { layer: number; head: number }; result: null };
  /** Scores heads on something else, now and from now on. */
  "attention/score": { params: { on: HeadsScoredOn }; result: null };
  /** Has the model write so many tokens behind the text, and shows their rows. */
  "attention/continue": { params: { tokens: number }; result: null };
  /** Colours the editor by a row of the shown head; not to `start` only moves the colours where they are on. */
  "attention/colour": { params: { query: number; start: boolean }; result: null };
  /** Looks at one edge of the shown head; positions of the window. */
  "attention/edge": { params: { query: number; key: number }; result: null };
  /** Patches again, with other tokens or another alignment. */
  "patch/choose": { params: PatchChoice; result: null };
  /** Blocks the chosen edge. */
  "attention/block": { params: BlockParams; result: null };
  /** Runs the shown experiment again, with another strength (multiplies what is added) or other texts. */
  "steering/run": { params: SteeringAgain; result: null };
  /** Continues at another strength, without controls; answered when the snapshot has it. */
  "steering/slide": { params: { scale: number }; result: null };
  "steering/save": { params: Record<string, never>; result: null };
  /** Puts text on the clipboard or into a file the person chooses; `base64` for pictures. */
  "export/save": {
    params: {
      name: string;
      format: "png" | "svg" | "csv" | "json";
      content: string;
      encoding: "utf8" | "base64";
    };
    result: null;
  };
  /** Saves the arrays behind a figure as .npz: those that are shown, and the hooks behind them, read anew. `facts` is JSON. */
  "export/npz": { params: { figure: string; facts: string }; result: null };
  /** Puts a text on the clipboard. */
  "export/copy": { params: { text: string }; result: null };
  /** Saves what the panel shows as a view that opens without the model. */
  "view/save": { params: Record<string, never>; result: null };
  /** From a saved view to the live panel. */
  "view/live": { params: Record<string, never>; result: null };
}

/** Events the host sends to a page: always a complete snapshot of what they are about. */
export interface PanelEvents {
  "panel/pointed": Pointed;
  "panel/state": PanelState<PanelData[PanelId]>;
}
