/** The list of earlier steering runs; one that is chosen is opened again. */
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import type { Experiment } from "../../protocol/edit";
import { experimentText } from "./experimentDraft";
import { loadExperiment } from "./experimentFile";
import { historyTexts } from "../messages/experiments";
import type { HistoryRun } from "./historyFile";
import type { HistoryStore } from "./historyStore";
import { editsInShort, textInShort } from "./historyWords";
import type { SteeringPanel } from "./steeringPanel";

type Row = vscode.QuickPickItem & { readonly run: HistoryRun };

/** Lists the runs; shows the chosen one in the panel, which runs it again: the same seeds give the same text. */
export async function chooseFromHistory(history: HistoryStore, panel: SteeringPanel): Promise<void> {
  const runs = await history.runs();
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(historyTexts.none());
    return;
  }
  const chosen = await pickRun(runs, history);
  if (!chosen) return;
  const { experiment, file } = await opened(chosen);
  await panel.show(experiment, { file, base: chosen.base ?? null, controls: chosen.controls, isKnown: true });
}

function pickRun(runs: readonly HistoryRun[], history: HistoryStore): Promise<HistoryRun | undefined> {
  const picker = vscode.window.createQuickPick<Row>();
  picker.title = historyTexts.title();
  picker.placeholder = historyTexts.placeholder();
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.buttons = [{ iconPath: new vscode.ThemeIcon("trash"), tooltip: historyTexts.clear() }];
  picker.items = runs.map(rowOf);
  return new Promise<HistoryRun | undefined>((resolve) => {
    picker.onDidAccept(() => resolve(picker.selectedItems[0]?.run));
    picker.onDidTriggerButton(() => {
      picker.items = [];
      void history.clear().then(() => resolve(undefined));
    });
    picker.onDidHide(() => resolve(undefined));
    picker.show();
  }).finally(() => picker.dispose());
}

function rowOf(run: HistoryRun): Row {
  const words = editsInShort(run.experiment);
  const file = run.file === undefined ? "" : path.posix.basename(vscode.Uri.parse(run.file).path);
  return {
    label: `$(${iconOf(run)}) ${words === "" ? file || historyTexts.unreadable() : words}`,
    description: [new Date(run.at).toLocaleString(), words === "" ? "" : file]
      .filter((part) => part !== "")
      .join(" · "),
    detail: [textInShort(run), outcomeWords(run)].filter((part) => part !== "").join(" · "),
    run,
  };
}

function iconOf({ outcome }: HistoryRun): string {
  if (!outcome) return "debug-disconnect";
  if (outcome.end !== "ready") return outcome.end === "error" ? "error" : "circle-slash";
  return outcome.met === undefined ? "beaker" : outcome.met ? "pass" : "close";
}

function outcomeWords({ outcome }: HistoryRun): string {
  if (!outcome) return historyTexts.cutOff();
  if (outcome.end === "error") return outcome.error ?? "";
  if (outcome.end === "cancelled") return historyTexts.cancelled();
  if (outcome.met === undefined) return "";
  return outcome.met ? historyTexts.met() : historyTexts.unmet();
}

/** The experiment of a run, with its file where that still says the same. */
async function opened({
  experiment,
  file,
}: HistoryRun): Promise<{ readonly experiment: Experiment; readonly file: vscode.Uri | undefined }> {
  const uri = file === undefined ? undefined : vscode.Uri.parse(file);
  const there = uri && (await loadExperiment(uri).catch(() => undefined));
  if (experiment === null) {
    // Too large to be kept: its file is all there is.
    if (!there) throw new CodedError("file-unreadable", historyTexts.gone());
    return { experiment: there.experiment, file: uri };
  }
  const kept = decodeExperiment(experiment);
  const isSame = there !== undefined && experimentText(there.experiment) === experimentText(kept);
  return { experiment: kept, file: isSame ? uri : undefined };
}
