/** What `activate` gives to other extensions and to the tests inside VS Code: state to read, nothing to change. */
import type { PanelData, PanelId, PanelState } from "../protocol/panelApi";
import type { UnderlinedState } from "./decorations/depthUnderline";
import type { PaintedState } from "./decorations/tokenColours";
import type { HeatmapState } from "./heatmap/heatmap";
import type { ModelState } from "./model/models";

/** The extension's state as it is now. */
export interface IntrospectExports {
  /** Process id of the engine; undefined while none runs. */
  enginePid(): number | undefined;
  /** The snapshot a panel's page has, or would get if it were open. */
  panelState<Id extends PanelId>(id: Id): PanelState<PanelData[Id]>;
  /** Folder of the model in use, and whether it is open. */
  model(): { readonly path: string; readonly state: ModelState };
  /** The colours on the editors; undefined without any. */
  colours(): PaintedState | undefined;
  /** The scalar that colours the text, and how far it is measured; undefined without any. */
  heatmap(): HeatmapState | undefined;
  /** How many calls of the engine were made so far, by method. */
  engineCalls(): Readonly<Record<string, number>>;
  /** An empty request to the engine and back, for measuring the way there. */
  roundTrip(): Promise<void>;
  /** The Lens's marks in the editors: lines under tokens, words at the line's end. */
  lensMarks(): { readonly depth: UnderlinedState | undefined; readonly inline: string | undefined };
}
