/** What the Direction panel looks at: kept with the workspace, decoded when it is read. Pure, so that it can be tested. */
import { isDeepStrictEqual } from "node:util";
import type { HeatmapMeasure } from "../../protocol/heatmap";

/** Directions by the addresses of their files. */
export interface DirectionLook {
  readonly uri: string;
  /** The one it is compared with. */
  readonly against: string | null;
  /** Those that are read beside it. */
  readonly also: readonly string[];
  /** Layers whose mean is painted; null: each direction's best one. */
  readonly layers: readonly number[] | null;
}

/** A look from what was stored; undefined where that is none. */
export function decodeLook(stored: unknown): DirectionLook | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { uri, against, also, layers } = stored as Record<string, unknown>;
  const isText = (value: unknown): value is string => typeof value === "string";
  const isLayer = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isText(uri)) return undefined;
  return {
    uri,
    against: isText(against) ? against : null,
    also: Array.isArray(also) ? also.filter(isText) : [],
    layers: Array.isArray(layers) && layers.length > 0 && layers.every(isLayer) ? layers : null,
  };
}

/** Whether a text is coloured by just this direction at these layers. */
export function isColoured(look: DirectionLook, measure: HeatmapMeasure | undefined, path: string): boolean {
  return (
    measure?.kind === "direction" && measure.file === path && isDeepStrictEqual(measure.layers, look.layers)
  );
}
