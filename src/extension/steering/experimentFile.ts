/** Experiment files in the workspace: finding, reading, and writing without harm to what is there. */
import { Buffer } from "node:buffer";
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { parseExperiment } from "../../protocol/decodeExperiment";
import type { Experiment } from "../../protocol/edit";
import { experimentSuffix } from "../contributions";
import { experimentTexts } from "../messages";
import { experimentText } from "./experimentDraft";

/** An experiment and where it came from. */
export interface LoadedExperiment {
  readonly uri: vscode.Uri;
  readonly experiment: Experiment;
  /** What it was read from. */
  readonly text: string;
}

/** Experiment files larger than this are not read: a direction of numbers takes some hundred KB. */
const largestFile = 32_000_000;

/** The folder new experiments are saved into; undefined without a workspace. */
export function saveFolder(): vscode.Uri | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri;
}

/** Names (without ending) of the experiments in a folder. */
export async function namesIn(folder: vscode.Uri): Promise<Set<string>> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const names = entries.map(([name]) => name).filter((name) => name.endsWith(experimentSuffix));
  return new Set(names.map((name) => name.slice(0, -experimentSuffix.length)));
}

/**
 * Writes a new file; one that is there already is left alone.
 * @throws {CodedError} "file-exists"
 */
export async function writeNew(uri: vscode.Uri, experiment: Experiment): Promise<void> {
  const exists = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (exists) throw new CodedError("file-exists", experimentTexts.exists(path.posix.basename(uri.path)));
  await vscode.workspace.fs.writeFile(uri, Buffer.from(experimentText(experiment)));
}

/** Writes the result into a file that still is as we wrote it; one that a person changed meanwhile is left alone. */
export async function addResult(uri: vscode.Uri, before: Experiment, after: Experiment): Promise<boolean> {
  const current = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString("utf8");
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (current !== experimentText(before) || open?.isDirty) return false;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(experimentText(after)));
  return true;
}

/** The file a command is meant for: the one it was called on, the active editor's, or one a person picks. */
export async function pickExperiment(called: unknown): Promise<vscode.Uri | undefined> {
  if (called instanceof vscode.Uri) return called;
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.path.endsWith(experimentSuffix)) return active;
  const found = await vscode.workspace.findFiles(`**/*${experimentSuffix}`, "**/node_modules/**", 200);
  if (found.length === 0) throw new CodedError("no-experiment", experimentTexts.noneOpen());
  if (found.length === 1) return found[0];
  const picks = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const placeHolder = experimentTexts.choose();
  return (await vscode.window.showQuickPick(picks, { placeHolder }))?.uri;
}

/**
 * Reads an experiment; what is not saved yet in an open editor counts.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 * @throws {CodedError} "file-unreadable"
 */
export async function loadExperiment(uri: vscode.Uri): Promise<LoadedExperiment> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const text = open ? open.getText() : await readText(uri);
  return { uri, experiment: parseExperiment(text), text };
}

async function readText(uri: vscode.Uri): Promise<string> {
  const name = path.posix.basename(uri.path);
  const unreadable = (cause?: unknown): CodedError =>
    new CodedError("file-unreadable", experimentTexts.unreadable(name), { cause });
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > largestFile) throw unreadable();
    return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString("utf8");
  } catch (cause) {
    throw cause instanceof CodedError ? cause : unreadable(cause);
  }
}
