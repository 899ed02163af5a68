/** The outcome of an experiment in a file beside it, for people to review and version control to compare. */
import { Buffer } from "node:buffer";
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import {
  parseSavedSteering,
  resultSuffix,
  savedSteeringText,
  steeringChanges,
  type SavedSteering,
} from "../../protocol/savedSteering";
import { experimentSuffix } from "../contributions";
import { resultTexts } from "../messages/experiments";

/** What stands beside an experiment by now. */
export interface SavedResult {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly saved: ReturnType<typeof parseSavedSteering>;
  /** Whether controls with draws were run for it. */
  readonly hasNulls: boolean;
}

/** The file beside an experiment's. */
export function resultUri(experiment: vscode.Uri): vscode.Uri {
  return experiment.with({ path: experiment.path.slice(0, -experimentSuffix.length) + resultSuffix });
}

/**
 * What stands beside an experiment; null where nothing does.
 * @throws {CodedError} "result-unreadable", so that what somebody else keeps there is not written over
 */
export async function readResult(experiment: vscode.Uri): Promise<SavedResult | null> {
  const uri = resultUri(experiment);
  const bytes = await vscode.workspace.fs.readFile(uri).then(
    (found) => found,
    () => null,
  );
  if (bytes === null) return null;
  const text = Buffer.from(bytes).toString("utf8");
  try {
    return { uri, text, saved: parseSavedSteering(text), hasNulls: hasNulls(text) };
  } catch (cause) {
    const name = path.posix.basename(uri.path);
    const next = resultTexts.unreadableNext();
    throw new CodedError("result-unreadable", resultTexts.unreadable(name), { cause, next });
  }
}

function hasNulls(text: string): boolean {
  const { controls } = JSON.parse(text) as { controls?: { isotropic?: unknown } };
  return Array.isArray(controls?.isotropic) && controls.isotropic.length > 0;
}

/** Writes a result beside its experiment; false where the file says so already. */
export async function writeResult(
  experiment: vscode.Uri,
  before: SavedResult | null,
  after: SavedSteering,
): Promise<boolean> {
  const text = savedSteeringText(after);
  if (before?.text === text) return false;
  await vscode.workspace.fs.writeFile(resultUri(experiment), Buffer.from(text));
  return true;
}

/** Whether a result is worth writing: one without draws does not take the place of one with them that says the same. */
export function saysMore(before: SavedResult | null, after: SavedSteering, isQuick: boolean): boolean {
  return !isQuick || before?.hasNulls !== true || steeringChanges(before.saved, after).length > 0;
}
