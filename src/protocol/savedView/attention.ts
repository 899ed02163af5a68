/** Shape of the Attention panel's data. */
import { headsScoredOn, type HeadPattern, type HeadScores, type HeadThumbnails } from "../attention";
import {
  blockModes,
  edgeControls,
  type EdgeBlock,
  type EdgeControl,
  type EdgeEffect,
  type WhyAttention,
  type WhyPair,
  type WhyPart,
} from "../attentionEdge";
import type { AttentionPanelData, ChosenEdge } from "../panelApi";
import { aboutNext, aboutThis, scoredShape, windowShape } from "./common";
import {
  bytes,
  flag,
  floats,
  index,
  list,
  matrix,
  nullable,
  number,
  object,
  optional,
  text,
  word,
} from "./shapes";

/** More positions than a picture has. */
const mostPositions = 1024;

const edge = { layer: index, head: index, query: index, key: index };
const parts = list(object<WhyPart>({ source: text, contribution: number }));
const effect = object<EdgeEffect>({ logProb: number, logitDiff: number });

const why = object<WhyAttention>({
  ...edge,
  about: aboutThis,
  weight: number,
  score: number,
  uncapped: number,
  mean: number,
  centred: number,
  sum: number,
  residual: number,
  nKeys: index,
  nPairs: index,
  pairs: list(
    object<WhyPair>({ query: text, key: text, contribution: number, rotation: optional(number) }),
    1000,
  ),
  rest: number,
  rotation: nullable(number),
  queryParts: parts,
  keyParts: parts,
  matrix: object<WhyAttention["matrix"]>({ query: list(text, 1000), key: list(text, 1000), rows: matrix }),
  notes: list(text, 1000),
});

const block = object<EdgeBlock>({
  ...edge,
  about: aboutNext,
  softmax: word(...blockModes),
  weight: number,
  position: index,
  token: scoredShape,
  isActual: flag,
  against: scoredShape,
  top: list(scoredShape, 1000),
  plain: effect,
  blocked: effect,
  change: effect,
  compared: word(...edgeControls),
  controls: list(object<EdgeControl>({ head: index, key: index, weight: number, change: effect }), 1000),
  percentile: object<EdgeBlock["percentile"]>({ logProb: nullable(number), logitDiff: nullable(number) }),
});

/** The data. */
export const attentionShape = object<AttentionPanelData>({
  about: aboutThis,
  window: windowShape,
  positions: list(index, mostPositions),
  unshown: index,
  pattern: object<HeadPattern>({
    layer: index,
    head: index,
    rows: list(floats, mostPositions),
    outside: list(number, mostPositions),
    weighted: optional(list(floats, mostPositions)),
    valueNorms: optional(floats),
  }),
  heads: list(
    object<HeadScores>({
      layer: index,
      head: index,
      previousToken: nullable(number),
      duplicate: nullable(number),
      induction: nullable(number),
      firstToken: nullable(number),
      entropy: nullable(number),
    }),
    100_000,
  ),
  scoredOn: optional(word(...headsScoredOn)),
  written: optional(list(number)),
  thumbnails: optional(object<HeadThumbnails>({ size: index, data: bytes })),
  coloured: optional(flag),
  engineMs: number,
  edge: optional(
    object<ChosenEdge>({
      ...edge,
      why: nullable(why),
      blocks: object<ChosenEdge["blocks"]>({ before: optional(block), after: optional(block) }),
    }),
  ),
});
