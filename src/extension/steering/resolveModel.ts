/** Which model an experiment runs on. */
import path from "node:path";
import * as vscode from "vscode";
import { CancelledError, CodedError } from "../../base/errors";
import type { Experiment } from "../../protocol/edit";
import { checkFolder } from "../model/checkFolder";
import type { Models } from "../model/models";
import { buttons, experimentTexts } from "../messages";

/** How a model's folder is written into an experiment: the bundled one by its name, others by their path. */
export function modelReference(folder: string, bundled: string): string {
  return folder === bundled ? path.basename(bundled) : folder;
}

/**
 * The folder of the experiment's model: as its path says (from the file's folder), or the bundled one by its name, or,
 * where neither is there, the one in use if the person agrees.
 * @throws {CancelledError} "cancelled" when the person does not
 * @throws {CodedError} "untrusted" where a file of a workspace that is not trusted names another model than the one in use
 */
export async function resolveModel(
  experiment: Pick<Experiment, "model">,
  folder: string | null,
  models: Models,
): Promise<string> {
  const found = await findModel(experiment, folder, models);
  if (found !== null) return found;
  const current = buttons.runWithCurrent(models.name);
  const chosen = await vscode.window.showWarningMessage(
    experimentTexts.otherModel(experiment.model.path),
    { modal: false },
    current,
  );
  if (chosen !== current) throw new CancelledError();
  return models.path;
}

/**
 * The same without asking; null where the model is not there.
 * @throws {CodedError} "untrusted"
 */
export async function findModel(
  experiment: Pick<Experiment, "model">,
  folder: string | null,
  models: Models,
): Promise<string | null> {
  const named = experiment.model.path;
  if (named === path.basename(models.bundled)) return models.bundled;
  const there = folder === null ? named : path.resolve(folder, named);
  if (there === models.path) return there;
  const known = path.isAbsolute(there) && (await checkFolder(there)) === null;
  if (known && !vscode.workspace.isTrusted) {
    throw new CodedError("untrusted", experimentTexts.untrusted(), { next: experimentTexts.untrustedNext() });
  }
  return known ? there : null;
}
