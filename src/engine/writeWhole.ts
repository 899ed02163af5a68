/** Files written whole or not at all. */
import { rename, rm, writeFile } from "node:fs/promises";
import { EngineError } from "./engineError";

/**
 * Writes under a temporary name first.
 * @throws {EngineError} "file-not-written"
 */
export async function writeWhole(path: string, content: Parameters<typeof writeFile>[1]): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const next = "Choose a folder that exists and that you may write to.";
    throw new EngineError("file-not-written", `${path} cannot be written: ${why}.`, { next, cause });
  }
}
