/** An .npz file written whole or not at all. */
import { rename, rm, writeFile } from "node:fs/promises";
import type { WrittenArray } from "../formats/npy";
import { npzParts } from "../formats/npz";
import { EngineError } from "./engineError";

/**
 * Writes under a temporary name first.
 * @throws {EngineError} "file-not-written"; {FormatError} what `npzParts` throws
 */
export async function writeNpzFile(path: string, arrays: ReadonlyMap<string, WrittenArray>): Promise<void> {
  const parts = npzParts(arrays);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, parts);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const next = "Choose a folder that exists and that you may write to.";
    throw new EngineError("file-not-written", `${path} cannot be written: ${why}.`, { next, cause });
  }
}
