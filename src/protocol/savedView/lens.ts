/** Shape of the Lens's data. */
import type { ErrorData } from "../../base/errors";
import type { LensCell, LensPerplexity, LensRow, LensTrajectory, LensView } from "../lens";
import { lensKinds, type HeldOutLayer, type LensChoice, type LensFacts } from "../lensFile";
import type { FollowedToken, LensPanelData, PinnedLens } from "../lensPanel";
import { aboutNext, aboutThis, namedShape, scoredShape, windowShape } from "./common";
import {
  flag,
  index,
  list,
  mark,
  nullable,
  number,
  object,
  optional,
  text,
  word,
  type Shape,
} from "./shapes";

/** The most columns that the Lens shows. */
const mostColumns = 64;

const cell = object<LensCell>({
  pos: index,
  entropy: number,
  kl: number,
  rank: index,
  surprisal: nullable(number),
  top: list(scoredShape, 1000),
});

const perplexity = object<LensPerplexity>({ about: aboutThis, tokens: index, surprisal: list(number) });

const heldOut = object<LensFacts["heldOut"]>({
  positions: index,
  layers: list(
    object<HeldOutLayer>({
      layer: index,
      logit: number,
      trained: number,
      random: number,
      from: word("least squares", "KL steps", "none"),
      worse: optional(mark),
    }),
  ),
});

const choice = object<LensChoice>({
  used: word(...lensKinds),
  trained: nullable(
    object<LensFacts>({
      file: text,
      kind: text,
      modelDigest: text,
      unembedDigest: text,
      warning: optional(text),
      positions: index,
      window: index,
      steps: index,
      seed: index,
      textDigest: text,
      text,
      heldOut,
    }),
  ),
  problem: optional(
    object<ErrorData>({ code: text, message: text, next: optional(text), details: () => undefined }),
  ),
});

const viewFields = {
  about: aboutNext,
  layers: list(object<LensRow>({ layer: index, positions: list(cell, mostColumns) }), 1000),
  window: windowShape,
  positions: list(index, mostColumns),
  trajectories: list(
    list(
      object<LensTrajectory>({
        id: index,
        text: nullable(text),
        rank: list(index),
        logProb: list(number),
        chosen: optional(mark),
      }),
      100,
    ),
    mostColumns,
  ),
  perplexity,
  depth: list(index, mostColumns),
  lens: optional(choice),
  engineMs: number,
  columnsComputed: index,
};

/** A lens that was kept beside later ones. */
export const pinnedShape: Shape<PinnedLens> = object<PinnedLens>({
  view: object<LensView>(viewFields),
  document: text,
  model: text,
  text,
});

/** The data. */
export const lensShape: Shape<LensPanelData> = object<LensPanelData>({
  ...viewFields,
  followed: list(namedShape as Shape<FollowedToken>, 100),
  selected: nullable(perplexity),
  pinned: nullable(pinnedShape),
  marks: object<LensPanelData["marks"]>({ depth: flag, inline: flag }),
});
