/** Shape of the Direction panel's data. */
import type { ErrorData } from "../../base/errors";
import { badField } from "../decode";
import { decodeDirectionHeader } from "../decodeDirectionHeader";
import {
  directionMethods,
  type DirectionReading,
  type DirectionsCompared,
  type DirectionsCorrelated,
} from "../direction";
import type { ConceptReading, DirectionListed, DirectionPanelData } from "../directionPanel";
import { windowShape } from "./common";
import {
  flag,
  index,
  list,
  matrix,
  nullable,
  number,
  object,
  optional,
  text,
  two,
  word,
  type Shape,
} from "./shapes";

/** Most directions, and most draws of a null. */
const most = 10_000;

const numbers = list(number);
const indices = list(index);

const scored = { threshold: nullable(number), spread: nullable(number), scores: numbers };

const reading = object<DirectionReading>({
  file: text,
  name: text,
  bestLayer: index,
  layers: list(object<DirectionReading["layers"][number]>({ layer: index, ...scored })),
  strip: optional(object<NonNullable<DirectionReading["strip"]>>({ layers: indices, ...scored })),
});

const correlated = object<DirectionsCorrelated & { readonly document: string }>({
  directions: list(
    object<DirectionsCorrelated["directions"][number]>({
      name: text,
      layers: indices,
      threshold: nullable(number),
    }),
    2,
  ),
  bos: flag,
  cut: flag,
  n: index,
  r: number,
  shifted: list(number, most),
  percentile: nullable(number),
  points: list(two(number)),
  document: text,
});

const cosines = object<DirectionsCompared>({
  names: two(text),
  layers: two(indices),
  same: list(object<DirectionsCompared["same"][number]>({ layer: index, cosine: number })),
  across: matrix,
  random: number,
});

const problem: Shape<ErrorData> = object<ErrorData>({
  code: text,
  message: text,
  next: optional(text),
  details: () => undefined,
});

/** The data of a direction; its header is checked as that of a file. */
export const directionShape = object<DirectionPanelData>({
  listed: list(
    object<DirectionListed>({
      name: text,
      file: text,
      method: word(...directionMethods, "combined"),
      bestLayer: index,
      accuracy: nullable(number),
    }),
    most,
  ),
  chosen: index,
  header: (value) => decodeDirectionHeader(value),
  also: list(index, most),
  layers: nullable(indices),
  reading: nullable(
    object<ConceptReading>({ window: windowShape, positions: indices, directions: list(reading, most) }),
  ),
  problem: optional(problem),
  compared: nullable(
    object<NonNullable<DirectionPanelData["compared"]>>({
      with: index,
      cosines,
      correlated: optional(correlated),
    }),
  ),
  coloured: flag,
});

/**
 * What is drawn together must fit together.
 * @throws {DecodeError} "bad-field"
 */
export function requireDirectionFit({
  listed,
  chosen,
  also,
  reading: read,
  compared,
}: DirectionPanelData): void {
  const named = [chosen, ...also, ...(compared ? [compared.with] : [])];
  if (named.some((one) => one >= listed.length)) throw badField("data.chosen", "is none of the listed");
  if (read) {
    const n = read.positions.length;
    const rows = read.directions.flatMap(({ layers, strip }) => [...layers, ...(strip ? [strip] : [])]);
    if (rows.some(({ scores }) => scores.length !== n))
      throw badField("data.reading", "has other scores than positions");
    if (read.positions.some((position) => position >= read.window.tokens.length))
      throw badField("data.reading", "has positions without a token");
  }
  if (!compared) return;
  const { across, layers } = compared.cosines;
  if (across.length !== layers[0].length || across.some((row) => row.length !== layers[1].length))
    throw badField("data.compared", "has other cosines than layers");
}
