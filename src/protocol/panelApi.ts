/** Page ↔ extension host: what a page may ask, and the complete snapshots it is sent. */
import type { ErrorData } from "../base/errors";
import type { AttentionView, HeadsScoredOn } from "./attention";
import type { AttentionEdge, BlockMode, EdgeBlock, WhyAttention } from "./attentionEdge";
import type { Experiment, SteerResult } from "./edit";
import type { LensView } from "./lens";
import type { ModelInfo, RunContext } from "./model";
import type { NeuronCard, NeuronsResult } from "./neurons";
import type { PatchResult } from "./patch";

/** The panels there are. */
export type PanelId = "lens" | "neurons" | "attention" | "steering" | "patch";

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
  /** Name of the document the data came from. */
  readonly document?: string;
  /** The last good data; kept while loading ("stale" or "loading") so that nothing flickers. */
  readonly data?: Data;
}

/** Data of the neurons panel: the ranked list, and the card of the chosen neuron once it is there. */
export interface NeuronsPanelData {
  readonly ranking: NeuronsResult;
  readonly chosen: { readonly layer: number; readonly neuron: number } | null;
  readonly card: NeuronCard | null;
  /** Whether the editor has the chosen neuron's colours now. */
  readonly coloured: boolean;
  /** The text that was selected. */
  readonly selection: string;
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
}

/** Data of the steering panel. */
export interface SteeringPanelData {
  readonly experiment: Experiment;
  readonly result: SteerResult | null;
  /** File the experiment was saved to, as shown to the reader. */
  readonly file: string | null;
}

/** Data of the patch panel. */
export interface PatchPanelData extends PatchResult {
  /** Whether a BOS token stood before both texts. */
  readonly bos: boolean;
}

/** Which data belongs to which panel. */
export interface PanelData {
  lens: LensView;
  neurons: NeuronsPanelData;
  attention: AttentionPanelData;
  steering: SteeringPanelData;
  patch: PatchPanelData;
}

/** What a page may ask of the host. A page never names a command. */
export interface HostApi {
  /** The page is up; the host answers with the current snapshot. */
  "page/ready": { params: Record<string, never>; result: PanelState<PanelData[PanelId]> };
  "model/choose": { params: Record<string, never>; result: null };
  /** Tries the last request again, for example after an error. */
  "page/retry": { params: Record<string, never>; result: null };
  /** The one example an empty panel offers: the host opens the bundled sample and shows this panel's result for it. */
  "page/example": { params: Record<string, never>; result: null };
  /** Stops what the panel is waiting for. */
  "page/cancel": { params: Record<string, never>; result: null };
  /** Runs this panel's texts behind something else, now and from now on. */
  "run/choose": { params: RunChoice; result: null };
  /** Selects a range of the document the panel shows; UTF-16 offsets. */
  "editor/reveal": { params: { start: number; end: number }; result: null };
  "neurons/choose": { params: { layer: number; neuron: number }; result: null };
  /** Takes the colours off the editor. */
  "editor/clear": { params: Record<string, never>; result: null };
  "attention/choose": { params: { layer: number; head: number }; result: null };
  /** Scores heads on something else, now and from now on. */
  "attention/score": { params: { on: HeadsScoredOn }; result: null };
  /** Looks at one edge of the shown head; positions of the window. */
  "attention/edge": { params: { query: number; key: number }; result: null };
  /** Blocks the chosen edge; `against` is the token whose logit is subtracted. */
  "attention/block": { params: { softmax: BlockMode; against?: number }; result: null };
  /** Runs the shown experiment again with another strength (multiplies what is added). */
  "steering/run": { params: { scale: number }; result: null };
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
}

/** Events the host sends to a page: always a complete snapshot. */
export interface PanelEvents {
  "panel/state": PanelState<PanelData[PanelId]>;
}
