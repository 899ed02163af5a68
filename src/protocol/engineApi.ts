/** Extension host ↔ engine process: one method map, from which client and server are typed. */
import type { BosPolicy } from "../base/bosPolicy";
import type { AttentionView, HeadsScoredOn } from "./attention";
import type { AttentionEdge, BlockMode, EdgeBlock, WhyAttention } from "./attentionEdge";
import type { Experiment, SteerResult } from "./edit";
import type { LensView } from "./lens";
import type { ModelInfo, RunInput, TokensResult } from "./model";
import type { PatchResult } from "./patch";
import type { VerifyRecord } from "./verify";
import type { NeuronCard, NeuronFile, NeuronsResult } from "./neurons";

/** A half-open range of UTF-16 offsets in the whole document. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
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
  "text/tokens": { params: { model: string; text: string }; result: TokensResult };
  /** The last `columns` positions of the text up to its end. */
  "lens/view": { params: { model: string; input: RunInput; columns: number; k: number }; result: LensView };
  "neurons/rank": {
    params: { model: string; input: RunInput; range: OffsetRange; k: number };
    result: NeuronsResult;
  };
  "neurons/card": {
    params: { model: string; input: RunInput; range: OffsetRange; layer: number; neuron: number };
    result: NeuronCard;
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
    };
    result: AttentionView;
  };
  /** What the score of one edge is made of; positions index the window's ids, as in the view. */
  "attention/why": { params: EdgeParams & { top: number }; result: WhyAttention };
  /** What blocking one edge changes; `against` is the token whose logit is subtracted. */
  "attention/block": {
    params: EdgeParams & { softmax: BlockMode; against?: number };
    result: EdgeBlock;
  };
  /** Patches the source's values into the base, layer by position. */
  "patch/run": {
    params: { model: string; base: string; source: string; bos: BosPolicy };
    result: PatchResult & { readonly bos: boolean };
  };
  "steer/run": { params: { experiment: Experiment; base: string }; result: SteerResult };
}
