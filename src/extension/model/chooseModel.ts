/** The command that chooses a model: one on this machine, a folder, or one to be downloaded. */
import path from "node:path";
import * as vscode from "vscode";
import { CancelledError, toErrorData } from "../../base/errors";
import type { ModelInfo } from "../../protocol/model";
import { Setting } from "../contributions";
import { buttons, modelTexts, sentence } from "../messages";
import { cancelSignal } from "../requests/cancelSignal";
import type { Services } from "../services";
import { writeSetting } from "../settings";
import { checkFolder, type FolderProblem } from "./checkFolder";
import { downloadChosen } from "./downloadChosen";
import { pickModel } from "./pickModel";
import { rememberUsed } from "./usedModels";

/** Asks for a model, brings it where it is not here, tries it, and uses it. What cannot be used is told, and nothing changes. */
export async function chooseModel(services: Services): Promise<void> {
  const picked = await pickModel(services);
  if (!picked) return;
  const { choice, list } = picked;
  switch (choice.kind) {
    case "browse": {
      const folder = await browse();
      if (folder !== undefined) await useModel(services, folder);
      return;
    }
    case "download": {
      const { entry } = choice.model;
      if (!entry || !list) return;
      const end = await downloadChosen(services, { ...choice.model, entry }, list);
      if (end === "back") await chooseModel(services);
      else if (end !== "left") await useModel(services, end.folder);
      return;
    }
    case "folder":
      if (choice.problem) await complain(services, `${choice.path}: ${sentence(choice.problem)}`);
      else await useModel(services, choice.path);
  }
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
  await rememberUsed(services.context.globalState, folder);
  await writeSetting(Setting.ModelPath, folder === services.models.bundled ? "" : folder);
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
