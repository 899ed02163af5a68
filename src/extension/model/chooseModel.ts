/** The command that chooses a model: the bundled one, a recent one, or a folder. */
import path from "node:path";
import * as vscode from "vscode";
import { CancelledError, toErrorData } from "../../base/errors";
import type { ModelInfo } from "../../protocol/model";
import { Setting } from "../contributions";
import { buttons, modelTexts, sentence } from "../messages";
import { cancelSignal } from "../requests/cancelSignal";
import type { Services } from "../services";
import { writeSetting } from "../settings";
import { addRecent, checkFolder, type FolderProblem } from "./checkFolder";

const recentKey = "model.recent";

interface ModelPick extends vscode.QuickPickItem {
  /** Null: browse. */
  readonly folder: string | null;
}

/** Folders that were used before, the newest first. */
export function recentModels(memento: vscode.Memento): string[] {
  const stored: unknown = memento.get(recentKey);
  return Array.isArray(stored) ? stored.filter((entry) => typeof entry === "string") : [];
}

/** Asks for a model, tries it, and uses it. A folder that is none is told, and nothing changes. */
export async function chooseModel(services: Services): Promise<void> {
  const picked = await vscode.window.showQuickPick(picks(services), {
    title: "Introspect",
    placeHolder: modelTexts.placeholder(),
    matchOnDetail: true,
  });
  if (!picked) return;
  const folder = picked.folder ?? (await browse());
  if (folder !== undefined) await useModel(services, folder);
}

/** Tries a folder and uses it as the model. */
export async function useModel(services: Services, folder: string): Promise<void> {
  const problem = await checkFolder(folder);
  if (problem) return complain(services, problemText(problem, folder));
  let info: ModelInfo;
  try {
    info = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: modelTexts.opening(path.basename(folder)),
        cancellable: true,
      },
      async (progress, token) => {
        const onProgress = (step: { message: string }): void => progress.report({ message: step.message });
        return services.models.inspect(folder, { signal: cancelSignal(token), onProgress });
      },
    );
  } catch (error) {
    if (error instanceof CancelledError) return;
    return complain(services, sentence(toErrorData(error)));
  }
  if (!info.hasTokenizer) return complain(services, modelTexts.noTokenizer(folder));
  if (info.warnings) void vscode.window.showWarningMessage(info.warnings.join(" "));
  const memento = services.context.globalState;
  await memento.update(recentKey, addRecent(recentModels(memento), folder));
  await writeSetting(Setting.ModelPath, folder === services.models.bundled ? "" : folder);
}

function picks({ models, context }: Services): ModelPick[] {
  const inUse = models.path;
  const pick = (folder: string, note: string): ModelPick => ({
    label: `$(circuit-board) ${path.basename(folder)}`,
    description: folder === inUse ? `${note} · ${modelTexts.current()}` : note,
    detail: folder,
    folder,
  });
  const others = [inUse, ...recentModels(context.globalState)].filter((folder) => folder !== models.bundled);
  return [
    pick(models.bundled, modelTexts.bundled()),
    ...[...new Set(others)].map((folder) => pick(folder, modelTexts.recent())),
    { label: `$(folder-opened) ${modelTexts.browse()}`, detail: modelTexts.browseDetail(), folder: null },
  ];
}

async function browse(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    openLabel: modelTexts.useFolder(),
  });
  return chosen?.[0]?.fsPath;
}

function problemText(problem: FolderProblem, folder: string): string {
  const what = {
    "no-folder": modelTexts.noFolder,
    "no-config": modelTexts.notAModel,
    "no-weights": modelTexts.noWeights,
  }[problem](folder);
  return `${what} ${modelTexts.notAModelNext()}`;
}

async function complain(services: Services, text: string): Promise<void> {
  const another = buttons.chooseAnother();
  const chosen = await vscode.window.showErrorMessage(text, another);
  if (chosen === another) await chooseModel(services);
}
