/** The two commands about experiments: make one, run one from its file. */
import path from "node:path";
import * as vscode from "vscode";
import { savedSteering } from "../../protocol/savedSteering";
import { experimentSuffix } from "../contributions";
import { textEditor } from "../documents/documentTarget";
import { shorten } from "../documents/textTail";
import { modelTexts } from "../messages";
import { cancelSignal } from "../requests/cancelSignal";
import type { Services } from "../services";
import { bosPolicy } from "../settings";
import {
  bundledDraft,
  draftFrom,
  experimentFrom,
  firstDraft,
  freeName,
  nameFor,
  remember,
  type Draft,
  type RememberedDraft,
} from "./experimentDraft";
import type { ResultComparison } from "./compareResult";
import type { ControlChoice } from "./controlChoice";
import { resultTexts } from "../messages/experiments";
import { loadExperiment, namesIn, pickExperiment, saveFolder, writeNew } from "./experimentFile";
import { modelReference } from "./resolveModel";
import { readResult, resultUri, saysMore, writeResult } from "./resultFile";
import type { SteeringPanel } from "./steeringPanel";
import { askExperiment } from "./wizard";

const memoryKey = "steering.draft";
/** Units of a selection that are offered as an answer: an input box shows no more. */
const longestAnswer = 4000;

/** Asks for an experiment, saves it where that is wanted, and runs it. */
export async function steeringExperiment(services: Services, panel: SteeringPanel): Promise<void> {
  const { models, context } = services;
  const info = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: modelTexts.opening(models.name),
      cancellable: true,
    },
    (_, token) => models.open({ signal: cancelSignal(token) }),
  );
  const folder = saveFolder();
  const taken = folder ? await namesIn(folder) : new Set<string>();
  const start = draftFrom({ ...offered(), nLayers: info.nLayers }, remembered(services));
  const draft = await askExperiment(start, {
    nLayers: info.nLayers,
    canSave: folder !== undefined,
    proposeName: ({ towards, away }) => freeName(nameFor(towards, away), taken),
    isTaken: (name) => taken.has(name),
  });
  if (!draft) return;
  await context.globalState.update(memoryKey, remember(draft, info.nLayers));
  const model = {
    path: modelReference(info.path, models.bundled),
    digest: models.known?.digest ?? info.digest,
  };
  const experiment = experimentFrom(draft, model, bosPolicy());
  const file = fileOf(draft, folder);
  if (file) await writeNew(file, experiment);
  await panel.showNew(experiment, file);
}

/** Runs an experiment from its file. */
export async function runExperimentFile(panel: SteeringPanel, called: unknown): Promise<void> {
  const uri = await pickExperiment(called);
  if (!uri) return;
  const { experiment } = await loadExperiment(uri);
  await panel.show(experiment, { file: uri });
}

/** Runs an experiment and saves what it came to beside its file. */
export async function runAndKeep(
  panel: SteeringPanel,
  called: unknown,
  controls: ControlChoice,
): Promise<void> {
  const uri = await savedExperiment(called);
  if (!uri) return;
  const { experiment } = await loadExperiment(uri);
  const before = await readResult(uri);
  const result = await panel.show(experiment, { file: uri, controls });
  if (!result) return;
  const after = savedSteering(result);
  const isNew = saysMore(before, after, controls === "none") && (await writeResult(uri, before, after));
  const name = path.posix.basename(resultUri(uri).path);
  vscode.window.setStatusBarMessage(isNew ? resultTexts.saved(name) : resultTexts.unchanged(name), 5000);
}

/** Runs an experiment and shows what is other than in the result that was saved last. */
export async function compareExperiment(
  panel: SteeringPanel,
  comparison: ResultComparison,
  called: unknown,
): Promise<void> {
  const uri = await savedExperiment(called);
  if (!uri) return;
  const { experiment } = await loadExperiment(uri);
  const before = await readResult(uri);
  // What is compared was run alike.
  const controls = before?.hasNulls === false ? "none" : "stated";
  const result = await panel.show(experiment, { file: uri, controls });
  if (result) await comparison.compare(uri, before, result);
}

/** The experiment that is meant; what was typed into it is saved, since the result beside it will be of the file. */
async function savedExperiment(called: unknown): Promise<vscode.Uri | undefined> {
  const uri = await pickExperiment(called);
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri?.toString());
  if (open?.isDirty && !open.isUntitled) await open.save();
  return uri;
}

function fileOf(draft: Draft, folder: vscode.Uri | undefined): vscode.Uri | undefined {
  if (!folder || draft.name === "") return undefined;
  return vscode.Uri.joinPath(folder, draft.name + experimentSuffix);
}

/** What the active editor offers as answers: its selections, and the line of the cursor up to there. */
function offered(): { selections: string[]; line: string } {
  const editor = textEditor();
  if (!editor) return { selections: [], line: "" };
  const { document, selection } = editor;
  const selections = editor.selections.filter(({ isEmpty }) => !isEmpty).slice(0, 3);
  const before = new vscode.Range(
    selection.active.line,
    0,
    selection.active.line,
    selection.active.character,
  );
  return {
    selections: selections.map((range) => textStart(document, range)),
    line: shorten(document.getText(before), longestAnswer),
  };
}

/** The beginning of a selection; a large one is never copied whole. */
function textStart(document: vscode.TextDocument, selection: vscode.Range): string {
  const start = document.offsetAt(selection.start);
  const end = Math.min(document.offsetAt(selection.end), start + longestAnswer);
  return document.getText(new vscode.Range(selection.start, document.positionAt(end)));
}

/** What was answered last time; else what suits the model. */
function remembered({ context, models }: Services): RememberedDraft {
  const first = models.path === models.bundled ? bundledDraft : firstDraft;
  const stored: unknown = context.globalState.get(memoryKey);
  if (typeof stored !== "object" || stored === null) return first;
  const { towards, away, strength, maxTokens, depth } = stored as Record<string, unknown>;
  const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
  if (typeof towards !== "string" || typeof away !== "string") return first;
  if (!isNumber(strength) || !isNumber(maxTokens) || !isNumber(depth)) return first;
  return { towards, away, strength, maxTokens, depth };
}
