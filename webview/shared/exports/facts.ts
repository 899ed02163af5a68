/** What every export says of itself: by which version, from which model, on which text, and how to have it again. */
import type { Facts } from "../../../src/base/exportText";
import type { Made } from "../../../src/protocol/made";
import type { ModelInfo } from "../../../src/protocol/model";
import type { PanelData, PanelId } from "../../../src/protocol/panelApi";

/** A panel with its data. */
export type Shown = { [P in PanelId]: { readonly panel: P; readonly data: PanelData[P] } }[PanelId];

/** What a picture is of. */
export interface FigureSource {
  readonly model: ModelInfo | undefined;
  readonly document: string | undefined;
  /** What the model saw, in words; null where there is no result. */
  readonly ran: string | null;
  readonly made: Made | undefined;
  /** Null where there is no result. */
  readonly shown: Shown | null;
}

/** The facts of one figure; what is not known is null. */
export function exportFacts(figure: string, source: FigureSource, command: string | null): Facts {
  const { model, document, ran, made } = source;
  return {
    introspect: made?.version ?? null,
    made: made?.at ?? null,
    picture: figure,
    model: model ? { path: model.path, family: model.family, digest: model.digest } : null,
    document: document ?? null,
    ran,
    bos: made?.bos ?? null,
    texts: made?.texts ?? null,
    start: made?.start ?? null,
    range: made?.range ?? null,
    command,
  };
}
