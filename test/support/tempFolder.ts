/** Temporary folders for tests, removed after each. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Registers mocha hooks in the current `describe`; the returned function gives the folder of the running test. */
export function useTempFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "introspect-test-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
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
