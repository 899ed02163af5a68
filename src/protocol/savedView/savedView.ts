/** A panel's picture as a file: opened without the model, and never trusted. */
import { plainArrays } from "../../base/plainArrays";
import { asInteger, asObject, asOneOf, badField, DecodeError, parseJson } from "../decode";
import type { Made } from "../made";
import type { ModelInfo } from "../model";
import type { SweepPanelData } from "../sweepPanel";
import type { PanelData, ModelPanelId, PanelState, RunChoice } from "../panelApi";
import { decodeRunChoice } from "../decodeRunChoice";
import { attentionShape } from "./attention";
import { madeShape, modelShape } from "./common";
import { directionShape, requireDirectionFit } from "./direction";
import { heatmapShape, requireHeatmapFit } from "./heatmap";
import { lensShape } from "./lens";
import { mapShape, requireMapFit } from "./map";
import { neuronsShape } from "./neurons";
import { patchShape } from "./patch";
import { nullable, optional, text, type Shape } from "./shapes";
import { steeringShape } from "./steering";
import { sweepShape } from "./sweep";

/** Version of the file; raised when an older reader would misread a newer file. */
export const savedViewVersion = 1;

/** Longest file that is read, in bytes. */
export const longestSavedView = 64_000_000;

/** What is saved of one panel. */
export interface SavedViewOf<Id extends ModelPanelId> {
  readonly panel: Id;
  readonly model: ModelInfo;
  readonly made: Made;
  readonly document: string | null;
  /** What the run was behind, where that can be chosen. */
  readonly run?: RunChoice | undefined;
  /** What must be known to read the data. */
  readonly message?: string | undefined;
  readonly data: PanelData[Id];
}

/** Of any panel. */
export type SavedView = { [Id in ModelPanelId]: SavedViewOf<Id> }[ModelPanelId];

const shapes: { readonly [Id in ModelPanelId]: Shape<PanelData[Id]> } = {
  lens: lensShape,
  attention: attentionShape,
  neurons: neuronsShape,
  patch: patchShape,
  steering: steeringShape,
  sweep: sweepShape,
  direction: directionShape,
  map: mapShape,
  heatmap: heatmapShape,
};

/** The text of a view's file; undefined where the panel shows no finished result. */
export function savedViewText<Id extends ModelPanelId>(
  panel: Id,
  state: PanelState<PanelData[Id]>,
): string | undefined {
  const { data, model, made, document, run, message, status } = state;
  if (data === undefined || !model || !made) return undefined;
  const known = status === "ready" ? message : undefined;
  const view = {
    panel,
    model,
    made,
    document: document ?? null,
    run,
    message: known,
    data: withoutNotes(data),
  };
  return `${JSON.stringify({ introspectView: savedViewVersion, ...view }, plainArrays)}\n`;
}

/** What a person noted is theirs, not part of the picture. */
const withoutNotes = (data: object): object => ({ ...data, notes: undefined });

/**
 * A view from a file's text.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 */
export function decodeSavedView(content: string): SavedView {
  const file = asObject(parseJson(content, "The file"), "view");
  const version = asInteger(file["introspectView"], "introspectView", { min: 1 });
  if (version > savedViewVersion) {
    const next = "Update Introspect, or open the file with the version that wrote it.";
    const said = `The view is of version ${version}; this Introspect reads ${savedViewVersion}.`;
    throw new DecodeError("bad-version", said, { next });
  }
  const panel = asOneOf(file["panel"], "panel", Object.keys(shapes) as ModelPanelId[]);
  const run = file["run"];
  const data = shapes[panel](file["data"], "data");
  const view = {
    panel,
    model: modelShape(file["model"], "model"),
    made: madeShape(file["made"], "made"),
    document: nullable(text)(file["document"], "document"),
    run: run === undefined ? undefined : decodeRunChoice(run, "run"),
    message: optional(text)(file["message"], "message"),
    data,
  } as SavedView;
  requireFit(view);
  return view;
}

/** What is drawn together must fit together. */
function requireFit(view: SavedView): void {
  if (view.panel === "lens") {
    const { layers, positions, trajectories, depth, window } = view.data;
    const n = positions.length;
    if (layers.some((row) => row.positions.length !== n || row.positions.some(({ top }) => top.length === 0)))
      throw badField("data.layers", "have other columns than positions");
    if (trajectories.length !== n || depth.length !== n)
      throw badField("data.depth", "has other columns than positions");
    requirePositions(positions, window.tokens.length);
  } else if (view.panel === "attention") {
    const { positions, pattern, window } = view.data;
    const n = positions.length;
    if (
      pattern.rows.length !== n ||
      pattern.rows.some((row) => row.length !== n) ||
      pattern.outside.length !== n
    )
      throw badField("data.pattern", "is not as wide and high as there are positions");
    requirePositions(positions, window.tokens.length);
  } else if (view.panel === "neurons") {
    const { ranking } = view.data;
    requirePositions(ranking.selected, ranking.window.tokens.length);
  } else if (view.panel === "direction") {
    requireDirectionFit(view.data);
  } else if (view.panel === "map") {
    requireMapFit(view.data);
  } else if (view.panel === "heatmap") {
    requireHeatmapFit(view.data);
  } else if (view.panel === "patch") {
    const { patched, maps, base, source } = view.data;
    if (maps.some(({ effects }) => effects.some((row) => row.length !== patched.length)))
      throw badField("data.maps", "have other columns than pairs");
    requirePositions(
      patched.map((pair) => pair.base),
      base.tokens.length,
    );
    requirePositions(
      patched.map((pair) => pair.source),
      source.tokens.length,
    );
  } else if (view.panel === "sweep") requireSweepFits(view.data);
}

/** As many rows and columns as there are layers and strengths, and no cell beyond them. */
function requireSweepFits({ cells, outcome }: SweepPanelData): void {
  const { layers, strengths } = cells;
  for (const name of ["effect", "cost", "relativeNorm"] as const) {
    const rows = cells[name];
    if (rows.length !== layers.length || rows.some((row) => row.length !== strengths.length))
      throw badField(`data.cells.${name}`, "has other rows and columns than layers and strengths");
  }
  const named = [...(outcome?.pareto ?? []), ...(outcome?.best ? [outcome.best] : [])];
  if (named.some(([row, column]) => row >= layers.length || column >= strengths.length))
    throw badField("data.outcome", "names a cell that there is not");
}

function requirePositions(positions: readonly number[], nTokens: number): void {
  if (positions.some((position) => position >= nTokens))
    throw badField("data", "has positions without a token");
}
