/** Shapes of the Patch and the Steering panel's data. */
import { decodeExperiment } from "../decodeExperiment";
import { decodePatchChoice } from "../decodePatchChoice";
import { contextKinds } from "../model";
import type { GenerateResult, SteerResult } from "../edit";
import type { PatchPanelData, SteeringPanelData } from "../panelApi";
import { patchPlaces, type PatchAlignment, type PatchMap, type PatchPair, type PatchRun } from "../patch";
import { aboutNext, aboutThis, namedShape, scoredShape, tokenShape } from "./common";
import { flag, index, list, mark, matrix, nullable, number, object, optional, text, word } from "./shapes";

const pairs = list(object<PatchPair>({ base: index, source: index }), 100_000);
const run = object<PatchRun>({
  ids: list(index),
  tokens: list(tokenShape),
  from: index,
  answer: scoredShape,
  measure: number,
});

/** The data of a patch. */
export const patchShape = object<PatchPanelData>({
  about: aboutNext,
  base: run,
  source: run,
  token: namedShape,
  against: namedShape,
  movedMost: optional(mark),
  alignment: object<PatchAlignment>({ kind: word("equal", "spans", "given"), pairs, same: index }),
  patched: pairs,
  maps: list(
    object<PatchMap>({
      place: word(...patchPlaces),
      effects: matrix,
      self: object<PatchMap["self"]>({ largest: number, n: index }),
      noise: object<PatchMap["noise"]>({
        layer: index,
        pair: index,
        effect: number,
        draws: list(number, 10_000),
        percentile: number,
      }),
      noiseMap: object<PatchMap["noiseMap"]>({ effects: matrix, exceeded: number }),
    }),
    patchPlaces.length,
  ),
  bos: flag,
  context: word(...contextKinds),
  choice: optional(decodePatchChoice),
});

const generated = object<GenerateResult>({
  about: aboutThis,
  ids: list(index),
  text: nullable(text),
  logProbs: list(number),
  tokens: list(nullable(text)),
  alternatives: optional(list(list(scoredShape, 1000))),
});

/** The data of an experiment; its edits are checked as those of a file. */
export const steeringShape = object<SteeringPanelData>({
  experiment: (value) => decodeExperiment(value),
  result: nullable(
    object<SteerResult>({
      default: generated,
      steered: generated,
      controls: object<SteerResult["controls"]>({ zero: generated, isotropic: list(generated, 10_000) }),
      kl: object<SteerResult["kl"]>({ steered: number, isotropic: list(number, 10_000) }),
      percentile: nullable(number),
      relativeNorm: list(nullable(number), 10_000),
      partsAt: nullable(index),
      bos: flag,
      digest: nullable(text),
    }),
  ),
  file: nullable(text),
});
