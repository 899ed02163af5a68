/** Deletes a downloaded model after a person has said yes. */
import path from "node:path";
import * as vscode from "vscode";
import { toErrorData } from "../../base/errors";
import { deleteDownload } from "../../download/deleteDownload";
import { deleteTexts, sentence } from "../messages";
import type { Services } from "../services";
import { forgetUsed } from "./usedModels";

/** Asks first. The model in use is not deleted. */
export async function deleteChosen(services: Services, folder: string, downloads: string): Promise<void> {
  const name = path.basename(folder);
  if (folder === services.models.path) {
    return void vscode.window.showInformationMessage(deleteTexts.inUse(name));
  }
  const options = { modal: true, detail: deleteTexts.detail(folder) };
  const yes = deleteTexts.yes();
  if ((await vscode.window.showWarningMessage(deleteTexts.ask(name), options, yes)) !== yes) return;
  try {
    await deleteDownload(folder, downloads);
    await forgetUsed(services.context.globalState, folder);
    vscode.window.setStatusBarMessage(deleteTexts.done(name), 5000);
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(toErrorData(error)));
  }
}
