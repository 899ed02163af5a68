/** Reads the header of a safetensors file on disk, and nothing else of it. */
import { open, stat, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { CodedError } from "../../base/errors";
import { headerLength, parseHeader, prefixLength, type SafetensorsHeader } from "../../formats/safetensors";
import { StoreError } from "./storeError";

/**
 * The checked header of a safetensors file.
 * @throws {StoreError} "file-unreadable"; "weights-malformed" with the format's own code in `details.reason`
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  let handle: FileHandle | undefined;
  try {
    // Opening a pipe would wait for a writer for ever.
    if (!(await stat(path)).isFile()) throw new Error("not a file");
    handle = await open(path, "r");
    const { size } = await handle.stat();
    const length = headerLength(await readStart(handle, 0, Math.min(size, prefixLength)), size);
    return parseHeader(await readStart(handle, prefixLength, length), size);
  } catch (thrown) {
    throw asStoreError(thrown, path);
  } finally {
    await handle?.close();
  }
}

async function readStart(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0)
      throw new StoreError("weights-changed", "The file became shorter while it was read.");
    done += bytesRead;
  }
  return bytes;
}

function asStoreError(thrown: unknown, path: string): unknown {
  const name = basename(path);
  if (thrown instanceof StoreError) return thrown;
  if (thrown instanceof CodedError) {
    const facts = { next: thrown.next ?? `Look at ${path}.`, cause: thrown };
    return new StoreError("weights-malformed", `${name}: ${thrown.message}`, {
      ...facts,
      details: { ...thrown.details, reason: thrown.code, path },
    });
  }
  const next = `Check that ${path} is a file you may read.`;
  return new StoreError("file-unreadable", `${name} cannot be read.`, { next, cause: thrown });
}
