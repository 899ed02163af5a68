/** Page ↔ extension host: the Map panel. */
import type { TextMap, TextMapSpec } from "./textMap";

/** What a person chooses on the page. */
export type MapChoice = Pick<TextMapSpec, "position" | "metric" | "perplexity" | "seed">;

/** Data of the Map panel. */
export interface MapPanelData {
  readonly map: TextMap;
  /** Path from the workspace's folder, as shown to the reader; null for the texts that come with Introspect. */
  readonly file: string | null;
  /** The perplexity that was asked for; the map has the one that was used. */
  readonly perplexity: number;
}

/** What the Map page asks of the host. */
export interface MapHostApi {
  /** Maps the same texts otherwise. */
  "map/choose": { params: MapChoice; result: null };
  /** Asks the person for other texts; a page never names a file. */
  "map/file": { params: Record<string, never>; result: null };
}
