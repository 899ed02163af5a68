/** Results that `--save` writes into files. */
import { writeFile } from "node:fs/promises";
import { CliError } from "./cliError";

/**
 * Writes a result's text.
 * @throws {CliError} "file-not-written"
 */
export async function saveResult(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const next = "Choose a folder that exists and that you may write to.";
    throw new CliError("file-not-written", `${path} cannot be written: ${why}.`, { next, cause });
  });
}
