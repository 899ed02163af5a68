/** Where things are: the repository root and the folders that scripts write to. */
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
export const DIST = path.join(ROOT, "dist");
export const OUT = path.join(ROOT, "out");

/** @param {...string} parts a path below the repository root */
export function inRoot(...parts) {
  return path.join(ROOT, ...parts);
}
