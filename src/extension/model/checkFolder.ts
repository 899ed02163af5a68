/** A quick look whether a folder can be a model, so that a wrong choice is told at once. The engine looks closely later. */
import fs from "node:fs/promises";
import path from "node:path";

/** What is wrong with a folder, or null. */
export type FolderProblem = "no-folder" | "no-config" | "no-weights";

/** Looks for the files by name only. */
export async function checkFolder(folder: string): Promise<FolderProblem | null> {
  let names: string[];
  try {
    names = await fs.readdir(folder);
  } catch {
    return "no-folder";
  }
  if (!names.includes("config.json")) return "no-config";
  const weights = names.some(
    (name) => name.endsWith(".safetensors") || name === "model.safetensors.index.json",
  );
  return weights ? null : "no-weights";
}

/** A list of folders with the newest first, without repeats. */
export function addRecent(recent: readonly string[], folder: string, most = 8): string[] {
  const here = path.resolve(folder);
  return [here, ...recent.filter((other) => path.resolve(other) !== here)].slice(0, most);
}
