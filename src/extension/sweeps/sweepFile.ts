/** Sweep plans of the workspace: finding and reading them, and the result beside them. */
import { Buffer } from "node:buffer";
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { parseAnySweep } from "../../protocol/decodeSteeringSweep";
import { isSavedSweep, savedSweepText } from "../../protocol/savedSweep";
import type { SteeringSweepPlan, SteeringSweepRan } from "../../protocol/steeringSweep";
import { sweepResultSuffix, sweepSuffix } from "../../protocol/sweepPanel";
import { experimentTexts } from "../messages";
import { sweepTexts } from "../messages/sweeps";

/** Plans larger than this are not read: one with a direction of numbers takes some hundred KB. */
const largestFile = 32_000_000;

/** The file a command is meant for: the one it was called on, the active editor's, or one a person picks. */
export async function pickSweep(called: unknown): Promise<vscode.Uri | undefined> {
  if (called instanceof vscode.Uri) return called;
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.path.endsWith(sweepSuffix)) return active;
  const found = await vscode.workspace.findFiles(`**/*${sweepSuffix}`, "**/node_modules/**", 200);
  if (found.length === 0)
    throw new CodedError("no-sweep", sweepTexts.noneOpen(), { next: sweepTexts.noneOpenNext() });
  if (found.length === 1) return found[0];
  const picks = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(picks, { placeHolder: sweepTexts.choose() }))?.uri;
}

/**
 * Reads a plan; what was typed into it is saved first, since what is kept beside it will be of the file.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 * @throws {CodedError} "file-unreadable", "sweep-of-cells"
 */
export async function loadSweep(uri: vscode.Uri): Promise<SteeringSweepPlan> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open?.isDirty && !open.isUntitled) await open.save();
  return planOf(open ? open.getText() : await readText(uri));
}

/**
 * A plan of steering from a file's text.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 * @throws {CodedError} "sweep-of-cells"
 */
export function planOf(text: string): SteeringSweepPlan {
  const { kind, plan } = parseAnySweep(text);
  if (kind === "steering") return plan;
  throw new CodedError("sweep-of-cells", sweepTexts.cells(), { next: sweepTexts.cellsNext() });
}

async function readText(uri: vscode.Uri): Promise<string> {
  const unreadable = (cause?: unknown): CodedError =>
    new CodedError("file-unreadable", experimentTexts.unreadable(path.posix.basename(uri.path)), { cause });
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > largestFile) throw unreadable();
    return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString("utf8");
  } catch (cause) {
    throw cause instanceof CodedError ? cause : unreadable(cause);
  }
}

/** The file in which a sweep's cells outlive a crash, as on the command line; undefined where the plan has no folder. */
export function keptFile(plan: vscode.Uri | undefined): string | undefined {
  return plan?.scheme === "file" ? `${plan.fsPath}.part` : undefined;
}

/** The file beside a plan; of a plan with another ending, its name with the result's behind it. */
export function sweepResultUri(plan: vscode.Uri): vscode.Uri {
  const stem = plan.path.endsWith(sweepSuffix)
    ? plan.path.slice(0, -sweepSuffix.length)
    : plan.path.replace(/\.json$/, "");
  return plan.with({ path: stem + sweepResultSuffix });
}

async function textAt(uri: vscode.Uri): Promise<string | null> {
  return vscode.workspace.fs.readFile(uri).then(
    (bytes) => Buffer.from(bytes).toString("utf8"),
    () => null,
  );
}

/**
 * Returns at once unless something else stands where the result is to be.
 * @throws {CodedError} "result-unreadable"
 */
export async function requireResultPlace(plan: vscode.Uri): Promise<void> {
  const uri = sweepResultUri(plan);
  const before = await textAt(uri);
  if (before === null || isSavedSweep(before)) return;
  const message = sweepTexts.unreadable(path.posix.basename(uri.path));
  throw new CodedError("result-unreadable", message, { next: sweepTexts.unreadableNext() });
}

/** Writes a result beside its plan; false where the file says so already. */
export async function writeSweepResult(plan: vscode.Uri, result: SteeringSweepRan): Promise<boolean> {
  const uri = sweepResultUri(plan);
  const text = savedSweepText(result);
  if ((await textAt(uri)) === text) return false;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  return true;
}
