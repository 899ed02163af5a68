/** Temporary folders for tests, removed after each. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const REMOVE_TRIES = 20;
const REMOVE_PAUSE_MS = 150;

/** Registers mocha hooks in the current `describe`; the returned function gives the folder of the running test. */
export function useTempFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "introspect-test-"));
  });
  afterEach(() => removeFolder(folder));
  return () => folder;
}

/**
 * Removes a test's own folder. A process that is just ending may still write there, so that removing
 * meets a folder filled anew (`rmSync`'s own retries do not cover that): it is tried for three seconds
 * and then left where it lies, since what is left among temporary files says nothing of what was tested.
 */
export async function removeFolder(folder: string): Promise<void> {
  for (let turn = 0; turn < REMOVE_TRIES; turn++) {
    try {
      fs.rmSync(folder, { recursive: true, force: true });
      return;
    } catch {
      await sleep(REMOVE_PAUSE_MS);
    }
  }
}

/** Writes files below a folder: texts, bytes, or values that become JSON. */
export function writeFiles(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const raw = typeof content === "string" || content instanceof Uint8Array;
    fs.writeFileSync(file, raw ? content : JSON.stringify(content));
  }
}
