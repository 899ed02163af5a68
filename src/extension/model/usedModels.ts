/** Folders that were used as a model before, remembered for this user. */
import path from "node:path";
import type * as vscode from "vscode";
import { addRecent } from "./checkFolder";

const key = "model.recent";

/** The folders, the newest first. */
export function usedModels(memento: vscode.Memento): string[] {
  const stored: unknown = memento.get(key);
  return Array.isArray(stored) ? stored.filter((entry) => typeof entry === "string") : [];
}

/** Takes note that a folder was used. */
export async function rememberUsed(memento: vscode.Memento, folder: string): Promise<void> {
  await memento.update(key, addRecent(usedModels(memento), folder));
}

/** Forgets a folder; nothing on the disk changes. */
export async function forgetUsed(memento: vscode.Memento, folder: string): Promise<void> {
  const here = path.resolve(folder);
  await memento.update(
    key,
    usedModels(memento).filter((other) => path.resolve(other) !== here),
  );
}
