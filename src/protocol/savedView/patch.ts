/** Shape of the Patch panel's data. */
import { decodePatchChoice } from "../decodePatchChoice";
import { contextKinds } from "../model";
import type { PatchPanelData } from "../panelApi";
import { patchPlaces, type PatchAlignment, type PatchMap, type PatchPair, type PatchRun } from "../patch";
import { aboutNext, namedShape, scoredShape, tokenShape } from "./common";
import { flag, index, list, mark, matrix, number, object, optional, word } from "./shapes";

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
