/** From a saved view to the live panel of its kind, on the same text. */
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { SavedView, SavedViewOf } from "../../protocol/savedView/savedView";
import { viewTypes } from "../contributions";
import { documentName } from "../documents/documentTarget";
import type { DirectionPanel } from "../directions/directionPanel";
import type { MapPanel } from "../directions/mapPanel";
import type { Heatmap } from "../heatmap/heatmap";
import { fileTexts } from "../messages/directions";
import { mapTexts } from "../messages/textMap";
import type { MarkedText } from "../panels/patchTexts";
import { exportTexts } from "../messages";
import type { AttentionPanel } from "../panels/attentionPanel";
import type { LensViewProvider } from "../panels/lensView";
import type { NeuronsPanel } from "../panels/neuronsPanel";
import type { PatchPanel } from "../panels/patchPanel";
import type { Services } from "../services";
import { baseOf } from "../steering/experimentRun";
import type { SteeringPanel } from "../steering/steeringPanel";
import type { SweepPanel } from "../sweeps/sweepPanel";

/** The panels that a view may go on in. */
export interface LivePanels {
  readonly lens: LensViewProvider;
  readonly attention: AttentionPanel;
  readonly neurons: NeuronsPanel;
  readonly patch: PatchPanel;
  readonly steering: SteeringPanel;
  readonly sweep: SweepPanel;
  readonly direction: DirectionPanel;
  readonly map: MapPanel;
  readonly heatmap: Heatmap;
}

/**
 * Shows the view live.
 * @throws {CodedError} "other-model" where the model in use is not the one of the view
 */
export async function showLive(
  { engine, models, directions }: Services,
  panels: LivePanels,
  view: SavedView,
): Promise<void> {
  const { path } = await models.open();
  const { digest } = await engine.call("model/digest", { model: path });
  if (digest !== view.model.digest) {
    throw new CodedError("other-model", exportTexts.otherModel(view.model.digest?.slice(0, 8) ?? "?"));
  }
  switch (view.panel) {
    case "patch": {
      const { base = "", source = "" } = view.made.texts;
      const { data } = view;
      // What stood before the selections in their document is part of the texts, and would be compared too.
      if (data.context === "document" && Math.max(data.base.from, data.source.from) > Number(data.bos))
        throw new CodedError("needs-document", exportTexts.needsDocument());
      const alone = (text: string): MarkedText => ({ text, at: null });
      const { document } = view;
      return panels.patch.show({ base: alone(base), source: alone(source), document, choice: data.choice });
    }
    case "steering": {
      const { experiment } = view.data;
      await panels.steering.show({ ...experiment, model: { path, digest } });
      return;
    }
    case "sweep": {
      const { model: _, ...plan } = view.data.plan;
      const { file } = view.data;
      const from = file === null ? undefined : inWorkspace(file);
      // Paths in a plan start where it lies; nothing is written beside it.
      return panels.sweep.show({ plan, file: undefined, base: baseOf(from) });
    }
    case "lens":
      return showLens(panels.lens, view);
    case "direction": {
      const { header } = view.data;
      const same = (await directions.list()).find((one) => isDeepStrictEqual(one.header, header));
      if (!same)
        throw new CodedError("no-direction", fileTexts.gone(header.name), { next: fileTexts.goneNext() });
      if (view.data.reading) await targetOf(view, { select: true });
      return panels.direction.show(same);
    }
    case "map":
      return showMap(panels.map, view);
    case "heatmap":
      return showColours(panels.heatmap, view);
    case "attention": {
      const { pattern, scoredOn } = view.data;
      const { layer, head } = pattern;
      const fields = { layer, head, repeated: scoredOn === "repeated" ? 1 : 0 };
      return panels.attention.lookAgain(await targetOf(view), fields, view.run);
    }
    case "neurons": {
      const { chosen, only } = view.data;
      const fields = { ...chosen, ...(only === null ? {} : { only }) };
      return panels.neurons.lookAgain(await targetOf(view), fields, view.run);
    }
  }
}

/** The texts are those of the workspace's file of that name, or the shipped ones. */
async function showMap(panel: MapPanel, { data }: SavedViewOf<"map">): Promise<void> {
  const { file, map, perplexity } = data;
  const { position, metric, seed, draws } = map;
  const spec = { position, metric, seed, draws, perplexity };
  const uri = file === null ? null : inWorkspace(file);
  if (file !== null && !uri)
    throw new CodedError("no-file", mapTexts.gone(file), { next: mapTexts.goneNext() });
  return panel.show(uri ?? null, spec);
}

/** The workspace's file of a name that a view has; undefined where there is none. */
function inWorkspace(name: string): vscode.Uri | undefined {
  const places = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => vscode.Uri.joinPath(uri, name));
  // A name that leads out of the workspace is another one from there.
  return places.find((uri) => vscode.workspace.asRelativePath(uri) === name);
}

/** Colours the text as in the view, and draws it: a long text stands in the view as far as it was drawn. */
async function showColours(heatmap: Heatmap, view: SavedViewOf<"heatmap">): Promise<void> {
  const { data, made } = view;
  const drawn = { ...made, texts: { text: data.text }, start: data.start };
  const from = made.texts.text === undefined ? { ...view, made: drawn } : view;
  const measure = measureHere(data.measure);
  const place = await placeOf(from);
  const { document } = await showPlace(place);
  const token = data.tokens.find(({ position }) => position !== null && position === data.at);
  const at = token ? token.start - from.made.start + place.start : 0;
  await heatmap.colour({ document, at }, measure);
  await heatmap.picture.open();
}

/** A measure with the place of its file, if it has one. */
function measureHere(measure: HeatmapMeasure): HeatmapMeasure {
  if (measure.kind !== "direction") return measure;
  const file = inWorkspace(measure.file)?.fsPath;
  if (file === undefined)
    throw new CodedError("no-direction", fileTexts.gone(measure.file), { next: fileTexts.goneNext() });
  return { ...measure, file };
}

/** The text of a view and where it begins in its document. */
interface Place {
  readonly document: vscode.TextDocument;
  readonly start: number;
}

/**
 * An open document of the view's name that has its text where it was, else a new one of that text. A file's address is
 * not part of a view: it would name places of another machine, and a hostile one could name any.
 */
async function placeOf({ made, document: name }: SavedView): Promise<Place> {
  const { text = "" } = made.texts;
  const has = (document: vscode.TextDocument): boolean => {
    const [from, to] = [made.start, made.start + text.length].map((at) => document.positionAt(at));
    return documentName(document.uri) === name && document.getText(new vscode.Range(from, to)) === text;
  };
  const open = vscode.workspace.textDocuments.find((document) => !document.isClosed && has(document));
  if (open) return { document: open, start: made.start };
  return { document: await vscode.workspace.openTextDocument({ content: text }), start: 0 };
}

async function showPlace({ document }: Place): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
}

async function targetOf(
  view: SavedView,
  { select = false } = {},
): Promise<{ uri: string; start: number; end: number }> {
  const place = await placeOf(view);
  const { text = "" } = view.made.texts;
  const { start, end } = view.made.range ?? { start: 0, end: text.length };
  const editor = await showPlace(place);
  const at = (offset: number): vscode.Position => place.document.positionAt(place.start + offset);
  if (select) editor.selection = new vscode.Selection(at(start), at(end));
  return { uri: place.document.uri.toString(), start: place.start + start, end: place.start + end };
}

/** The Lens follows the cursor, which is put where the text ended. */
async function showLens(lens: LensViewProvider, view: SavedViewOf<"lens">): Promise<void> {
  const place = await placeOf(view);
  const editor = await showPlace(place);
  const { text = "" } = view.made.texts;
  const at = (offset: number): vscode.Position => place.document.positionAt(place.start + offset);
  const isAlone = view.run !== undefined && view.run.context !== "document";
  const from = isAlone ? 0 : (view.made.range?.start ?? text.length);
  editor.selection = new vscode.Selection(at(from), at(text.length));
  editor.revealRange(editor.selection);
  lens.arrange(view.run, view.data.lens?.used ?? "logit");
  await vscode.commands.executeCommand(`${viewTypes.lens}.focus`);
}
