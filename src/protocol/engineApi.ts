/** Extension host ↔ engine process: one method map, from which client and server are typed. */
import type { BosPolicy } from "../base/bosPolicy";
import type { ArraysRequest } from "./arrays";
import type { AttentionStep, AttentionView, HeadsScoredOn } from "./attention";
import type { AttentionEdge, BlockParams, EdgeBlock, WhyAttention } from "./attentionEdge";
import type {
  DirectionExported,
  DirectionFormat,
  DirectionMade,
  DirectionReading,
  DirectionsCompared,
  DirectionsCorrelated,
  DirectionSpec,
  DirectionTemplate,
} from "./direction";
import type { Experiment, SteerResult, SteerStep } from "./edit";
import type { HeatmapPart, HeatmapQuestion } from "./heatmap";
import type { LensDepths, LensPerplexity, LensView } from "./lens";
import type { LensRequested } from "./lensFile";
import type { ModelInfo, RunInput, RunWindow, ScoredToken, TokensResult } from "./model";
import type { PatchChoice, PatchRan, PatchResult, PatchSide } from "./patch";
import type { VerifyRecord } from "./verify";
import type { ModelList, ModelListRequest } from "./modelList";
import type { EffectChoice, NeuronEffects } from "./neuronEffects";
import type { SteeringSweepPlan, SteeringSweepRan } from "./steeringSweep";
import type { TaskVectorPlan, TaskVectorResult } from "./taskVector";
import type { TextMap, TextMapSpec } from "./textMap";
import type { NeuronCard, NeuronFile, NeuronsResult, NeuronTextPlaces, RankChoice } from "./neurons";

/** A half-open range of UTF-16 offsets in the whole document. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** Tokens that a model wrote. */
export interface WrittenTokens {
  readonly ids: readonly number[];
  readonly logProbs: readonly number[];
}

/** One edge of a run. */
export interface EdgeParams extends AttentionEdge {
  readonly model: string;
  readonly input: RunInput;
}

/**
 * Methods of the engine. Every call names its model by folder, so a restarted engine can answer it.
 * Every call can be cancelled and may report progress.
 */
export interface EngineApi {
  /** Process id, versions; answered before anything is loaded. */
  "engine/hello": { params: { build: string }; result: { pid: number; onnxruntime: string; build: string } };
  /** Opens a model (or finds it open) and describes it. `digest` is null on the first call; "model/digest" computes it. */
  "model/open": { params: { model: string }; result: ModelInfo };
  /** The model's digest, and what `introspect verify` found of it on each device where it was run. */
  "model/digest": {
    params: { model: string };
    result: { digest: string; verified: readonly VerifyRecord[] };
  };
  /** The models that can be chosen, with what can be said of each without opening it. */
  "model/list": { params: ModelListRequest; result: ModelList };
  "text/tokens": { params: { model: string; text: string }; result: TokensResult };
  /**
   * The last `columns` positions of the text up to its end; `chosen` are ids to follow through each of them, `lens` says
   * through which lens.
   */
  "lens/view": {
    params: {
      model: string;
      input: RunInput;
      columns: number;
      k: number;
      chosen?: readonly number[];
      lens?: LensRequested;
    };
    result: LensView;
  };
  /** How well each row foretells the tokens of a range. */
  "lens/perplexity": {
    params: { model: string; input: RunInput; range: OffsetRange; lens?: LensRequested };
    result: LensPerplexity;
  };
  /** Prediction depth of the tokens of a range, by the logit lens. */
  "lens/depths": {
    params: { model: string; input: RunInput; range: OffsetRange; lens?: LensRequested };
    result: LensDepths;
  };
  /** `layer`: the neurons of one layer alone; null or left out, of all. */
  "neurons/rank": {
    params: {
      model: string;
      input: RunInput;
      range: OffsetRange;
      k: number;
      layer?: number | null;
      choice?: RankChoice;
    };
    result: NeuronsResult;
  };
  "neurons/card": {
    params: { model: string; input: RunInput; range: OffsetRange; layer: number; neuron: number };
    result: NeuronCard;
  };
  /** What the neuron does to one prediction: direct path, ablation beside matched neurons, strengths. */
  "neurons/effects": {
    params: {
      model: string;
      input: RunInput;
      range: OffsetRange;
      layer: number;
      neuron: number;
      choice: EffectChoice;
    };
    result: NeuronEffects;
  };
  /** The strongest places of a neuron in a whole text, however long; `sign` as below. */
  "neurons/places": {
    params: { model: string; text: string; bos: BosPolicy; layer: number; neuron: number; sign: 1 | -1 };
    result: NeuronTextPlaces;
  };
  /** The same neuron over all of the text given, however long; `sign` −1 looks for its most negative places. */
  "neurons/file": {
    params: {
      model: string;
      text: string;
      offset: number;
      bos: BosPolicy;
      range: OffsetRange;
      layer: number;
      neuron: number;
      sign: 1 | -1;
    };
    result: NeuronFile;
  };
  "attention/view": {
    params: {
      model: string;
      input: RunInput;
      range: OffsetRange;
      layer: number;
      head: number;
      scoredOn?: HeadsScoredOn;
      /** What the model wrote behind the text before, with its log-probabilities; shown with the selection. */
      written?: WrittenTokens;
    };
    result: AttentionView;
  };
  /** One step of a continuation; `ids` are the window's with what was written so far, `positions` the shown ones. */
  "attention/next": {
    params: {
      model: string;
      ids: readonly number[];
      layer: number;
      head: number;
      positions: readonly number[];
      valueNorms?: readonly number[];
    };
    result: AttentionStep;
  };
  /** What the score of one edge is made of; positions index the window's ids, as in the view. */
  "attention/why": { params: EdgeParams & { top: number }; result: WhyAttention };
  /** What blocking one edge changes. */
  "attention/block": {
    params: EdgeParams & BlockParams;
    result: EdgeBlock;
  };
  /** Patches the source's values into the base, layer by position. */
  "patch/run": {
    params: { model: string; base: PatchSide; source: PatchSide; choice?: PatchChoice };
    result: PatchResult & PatchRan;
  };
  /** A scalar for the tokens of one or a few windows of a document, however long it is. */
  "heatmap/part": { params: HeatmapQuestion; result: HeatmapPart };
  /** Writes what a picture shows, and hooks behind it, into an .npz file; answers with the names of its arrays. */
  "arrays/save": { params: ArraysRequest; result: readonly string[] };
  /** Makes a direction and writes `out` (F.json) with its vectors beside it; paths in the spec start from `base`. */
  "directions/make": {
    params: { model: string; spec: DirectionSpec; base: string; out: string };
    result: DirectionMade;
  };
  /**
   * The text's tokens with their scores along directions at `layers`; null: at all layers that each has. With `range`,
   * the scores of its last `most` counted tokens alone, with their mean over `strip`. `written` are ids that the model
   * wrote behind the text; they are read as if they stood in it. A window leaves `room` for so many tokens behind it,
   * at most half of what the model sees.
   */
  "directions/read": {
    params: {
      model: string;
      input: RunInput;
      files: readonly string[];
      layers: readonly number[] | null;
      range?: OffsetRange;
      most?: number;
      strip?: readonly number[] | null;
      written?: readonly number[];
      room?: number;
    };
    result: {
      window: RunWindow;
      /** Present with `range`: the positions that the scores are of. */
      positions?: readonly number[];
      directions: readonly DirectionReading[];
    };
  };
  /** One step of a continuation: the scores of the last of these ids alone, and the likeliest token behind it. */
  "directions/next": {
    params: {
      model: string;
      ids: readonly number[];
      files: readonly string[];
      layers: readonly number[] | null;
      strip: readonly number[] | null;
    };
    result: { next: ScoredToken; directions: readonly DirectionReading[] };
  };
  "directions/templates": { params: Record<never, never>; result: readonly DirectionTemplate[] };
  "directions/compare": { params: { files: readonly [string, string] }; result: DirectionsCompared };
  /** The scores of a text's tokens along two directions, at `layers` (null: each one's best), correlated. */
  "directions/correlate": {
    params: {
      model: string;
      text: string;
      bos: BosPolicy;
      files: readonly [string, string];
      layers: readonly number[] | null;
    };
    result: DirectionsCorrelated;
  };
  /** A file's labelled texts by layer; a null file: the shipped set. `name` is how errors call the file. */
  "directions/map": {
    params: { model: string; file: string | null; name: string; spec: TextMapSpec };
    result: TextMap;
  };
  "directions/combine": {
    params: { parts: readonly { readonly file: string; readonly weight: number }[]; out: string };
    result: DirectionMade;
  };
  "directions/export": {
    params: { file: string; format: DirectionFormat; out: string };
    result: DirectionExported;
  };
  /** Its progress brings, as `partial`, the result as far as it goes: a SteerResult with the controls that are done. */
  "steer/run": { params: { experiment: Experiment; base: string }; result: SteerResult };
  /** The same experiment's continuation alone, for a strength that is dragged; new strengths are answered from what is kept. */
  "steer/step": { params: { experiment: Experiment; base: string }; result: SteerStep };
  /**
   * Steering over layers × strengths; paths in the plan start from `base`. `kept` is a file in which what was measured
   * outlives a crash. Its progress has each cell as `partial`, a `SweepPart`.
   */
  "steer/sweep": {
    params: { model: string; plan: SteeringSweepPlan; base: string; kept?: string };
    result: SteeringSweepRan;
  };
  "tasks/vector": { params: { model: string; plan: TaskVectorPlan; base: string }; result: TaskVectorResult };
}
