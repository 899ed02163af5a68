/** The digest of a model: what makes two folders the same model. Kept in the cache, because hashing reads every byte. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { changeSince, fileIdentity, identityKey } from "./fileIdentity";
import { StoreError } from "./storeError";

const chunkLength = 4 * 1024 * 1024;

/**
 * SHA-256 over the contents of files in the given order, as hex; taken from the cache while no file changed.
 * Progress counts bytes.
 * @throws {StoreError} "weights-changed" when a file changed or vanished meanwhile
 */
export async function modelDigest(
  files: readonly string[],
  cacheDirectory: string,
  options: WorkOptions = {},
): Promise<string> {
  const identities = await Promise.all(files.map(fileIdentity)).catch((cause: unknown) => {
    const next = "Open the model again.";
    throw new StoreError("weights-changed", "A file of the model is no longer there.", { next, cause });
  });
  const folder = join(cacheDirectory, "digests");
  const kept = join(folder, `${identityKey(identities)}.txt`);
  const known = await readFile(kept, "utf8").catch(() => "");
  if (/^[0-9a-f]{64}$/.test(known)) return known;
  const total = identities.reduce((sum, file) => sum + file.size, 0);
  const hash = createHash("sha256");
  let done = 0;
  for (const file of files) {
    for await (const chunk of chunksOf(file)) {
      throwIfCancelled(options.signal);
      hash.update(chunk);
      done += chunk.length;
      options.onProgress?.({ done, total, message: "Computing the model's digest" });
    }
  }
  const digest = hash.digest("hex");
  const sentence = await changeSince(identities);
  if (sentence !== null) {
    throw new StoreError("weights-changed", sentence, {
      next: "Open the model again once the file is complete.",
    });
  }
  await keep(kept, folder, digest);
  return digest;
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    const next = "Open the model again once its files are there.";
    throw new StoreError("weights-changed", `${basename(file)} can no longer be read.`, { next, cause });
  });
  try {
    const buffer = new Uint8Array(chunkLength);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkLength, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** A cache that cannot be written only costs time. */
async function keep(path: string, folder: string, digest: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const temporary = `${path}.${process.pid}.part`;
    await writeFile(temporary, digest);
    await rename(temporary, path);
  } catch {
    return;
  }
}
